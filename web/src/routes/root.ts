// The root of all pages, and the shell that needs somebody signed in.

import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { meQuery, setupQuery } from '../api/account.ts';

import { Lost, Stranded } from '../pages/around/around.tsx';

export type PageContext = { queries: QueryClient };

export const rootRoute = createRootRouteWithContext<PageContext>()({
  component: Outlet,
  notFoundComponent: Lost,
  errorComponent: Stranded,
});

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (me !== null) return { me };
    const setup = await context.queries.fetchQuery(setupQuery);
    if (setup.needed) throw redirect({ to: '/setup' });
    throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { to: location.href } });
  },
  component: lazyRouteComponent(() => import('../pages/shell/shell.tsx'), 'Shell'),
  errorComponent: Stranded,
});
