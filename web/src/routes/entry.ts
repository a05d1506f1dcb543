// Pages for people who are not signed in yet: first-run set-up and sign-in.

import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { meQuery, setupQuery } from '../api/account.ts';
import { Stranded } from '../pages/around/around.tsx';
import { rootRoute } from './root.ts';
import { ownAddress, type Search, text } from './search.ts';

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search: Search): { token?: string | undefined } => ({ token: text(search.token) }),
  beforeLoad: async ({ context }) => {
    const setup = await context.queries.fetchQuery(setupQuery);
    if (!setup.needed) throw redirect({ to: '/sign-in' });
  },
  component: lazyRouteComponent(() => import('../pages/setup/setup-page.tsx'), 'SetupPage'),
  errorComponent: Stranded,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Search): { to?: string | undefined } => ({ to: ownAddress(text(search.to)) }),
  beforeLoad: async ({ context, search }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (me !== null) throw redirect({ href: search.to ?? '/' });
    const setup = await context.queries.fetchQuery(setupQuery);
    if (setup.needed) throw redirect({ to: '/setup' });
  },
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
  errorComponent: Stranded,
});

export const entryRoutes = [setupRoute, signInRoute] as const;
