// Every page with its address. Invariant: addresses hold all that a page needs (filters too), so that each can be sent to a colleague.

import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { Missing, Pending, Trouble } from './pages/around/around.tsx';
import { entryRoutes } from './routes/entry.ts';
import { institutionRoutes } from './routes/institution.ts';
import { rootRoute, shellRoute } from './routes/root.ts';
import { parseSearch, stringifySearch } from './routes/search.ts';
import { operatorRoutes } from './routes/shared.ts';

const tree = rootRoute.addChildren([...entryRoutes, shellRoute.addChildren([...operatorRoutes, institutionRoutes])]);

export function createPages(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: false,
    defaultPendingMs: 250,
    defaultPendingMinMs: 200,
    defaultPendingComponent: Pending,
    defaultErrorComponent: Trouble,
    defaultNotFoundComponent: Missing,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
