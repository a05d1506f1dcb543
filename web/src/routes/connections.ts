// The pages of connections: list, one connection, loading a file, former loads, and settings. Filters live in the address.

import { createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import {
  connectionLoadQuery,
  connectionLoadsQuery,
  connectionQuery,
  connectionsQuery,
  outboundSettingsQuery,
} from '../api/connections.ts';
import { institutionQuery } from '../api/institutions.ts';
import { institutionRoute } from './one-institution.ts';
import { oneOf, type Search, text } from './search.ts';

export type ConnectionSearch = {
  search?: string | undefined;
  delivered?: 'true' | 'false' | undefined;
  cursor?: string | undefined;
};

const connectionsRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'connections',
  component: Outlet,
});

const listRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: '/',
  validateSearch: (search: Search): ConnectionSearch => ({
    search: text(search.search),
    delivered: oneOf(search.delivered, ['true', 'false']),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => context.queries.ensureQueryData(connectionsQuery(params.institution, deps)),
  component: lazyRouteComponent(() => import('../pages/connections/connections-page.tsx'), 'ConnectionsPage'),
});

const loadRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: 'load',
  component: lazyRouteComponent(() => import('../pages/connections/load-file-page.tsx'), 'LoadFilePage'),
});

const loadsRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: 'loads',
  validateSearch: (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) =>
    context.queries.ensureQueryData(connectionLoadsQuery(params.institution, deps.cursor)),
  component: lazyRouteComponent(() => import('../pages/connections/loads-page.tsx'), 'LoadsPage'),
});

const oneLoadRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: 'loads/$loadId',
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(connectionLoadQuery(params.institution, params.loadId)),
  component: lazyRouteComponent(() => import('../pages/connections/load-page.tsx'), 'LoadPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: 'settings',
  loader: ({ context, params }) =>
    Promise.all([
      context.queries.ensureQueryData(outboundSettingsQuery(params.institution)),
      context.queries.ensureQueryData(institutionQuery(params.institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/connections/settings-page.tsx'), 'ConnectionSettingsPage'),
});

const connectionRoute = createRoute({
  getParentRoute: () => connectionsRoute,
  path: '$connectionId',
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(connectionQuery(params.institution, params.connectionId)),
  component: lazyRouteComponent(() => import('../pages/connections/connection-page.tsx'), 'ConnectionPage'),
});

export const connectionRoutes = connectionsRoute.addChildren([
  listRoute,
  loadRoute,
  loadsRoute,
  oneLoadRoute,
  settingsRoute,
  connectionRoute,
]);
