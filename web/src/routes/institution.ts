// The pages of one institution. Each loads what it shows before it appears, so that nothing jumps.

import type { QueryClient } from '@tanstack/react-query';
import { createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { serverQuery } from '../api/account.ts';
import { destinationsQuery } from '../api/destinations.ts';
import { feedQuery, sessionsQuery } from '../api/feeds.ts';
import { importQuery, importsQuery } from '../api/imports.ts';
import { fieldsQuery, institutionQuery, overviewQuery } from '../api/institutions.ts';
import { pageSize } from '../api/list.ts';
import { auditQuery, tokensQuery, usersQuery } from '../api/people.ts';
import { connectionRoutes } from './connections.ts';
import { contactRoutes } from './contacts.ts';
import { destinationRoutes } from './destinations.ts';
import { importRoutes } from './imports.ts';
import { notificationRoutes } from './notifications.ts';
import { institutionRoute } from './one-institution.ts';
import { type Search, text } from './search.ts';

/** The feed and, as they are found by its id, its sessions. */
async function loadFeed(queries: QueryClient, institution: string, sessions: number, cursor?: string): Promise<void> {
  const feed = await queries.ensureQueryData(feedQuery(institution));
  await queries.ensureQueryData(sessionsQuery(institution, feed.id, cursor, sessions));
}

const overviewRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: '/',
  loader: ({ context: { queries }, params: { institution } }) =>
    Promise.all([
      queries.ensureQueryData(overviewQuery),
      queries.ensureQueryData(importsQuery(institution, {}, 20)),
      queries.ensureQueryData(importsQuery(institution, { status: 'held' }, 5)),
      queries.ensureQueryData(destinationsQuery(institution)),
      loadFeed(queries, institution, 1),
    ]),
  component: lazyRouteComponent(() => import('../pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const feedRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'sftp',
  component: Outlet,
});

const feedPageRoute = createRoute({
  getParentRoute: () => feedRoute,
  path: '/',
  loader: ({ context: { queries }, params: { institution } }) =>
    Promise.all([queries.ensureQueryData(fieldsQuery(institution)), loadFeed(queries, institution, 10)]),
  component: lazyRouteComponent(() => import('../pages/feed/feed-page.tsx'), 'FeedPage'),
});

const guideRoute = createRoute({
  getParentRoute: () => feedRoute,
  path: 'guide',
  loader: ({ context: { queries }, params: { institution } }) =>
    Promise.all([
      queries.ensureQueryData(serverQuery),
      queries.ensureQueryData(feedQuery(institution)),
      queries.ensureQueryData(fieldsQuery(institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/guide/guide-page.tsx'), 'GuidePage'),
});

const sessionsRoute = createRoute({
  getParentRoute: () => feedRoute,
  path: 'sessions',
  validateSearch: (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { institution }, deps }) =>
    loadFeed(queries, institution, pageSize, deps.cursor),
  component: lazyRouteComponent(() => import('../pages/feed/sessions-page.tsx'), 'SessionsPage'),
});

const mappingRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'mapping',
  loader: ({ context, params }) =>
    Promise.all([
      context.queries.ensureQueryData(feedQuery(params.institution)),
      context.queries.ensureQueryData(fieldsQuery(params.institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/mapping/mapping-page.tsx'), 'MappingPage'),
});

const uploadRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'upload',
  validateSearch: (search: Search): { rehearsal?: string | undefined } => ({ rehearsal: text(search.rehearsal) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { institution }, deps }) =>
    Promise.all([
      queries.ensureQueryData(feedQuery(institution)),
      queries.ensureQueryData(fieldsQuery(institution)),
      deps.rehearsal === undefined ? null : queries.ensureQueryData(importQuery(deps.rehearsal)),
    ]),
  component: lazyRouteComponent(() => import('../pages/upload/upload-page.tsx'), 'UploadPage'),
});

const fieldsRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'fields',
  loader: ({ context, params }) => context.queries.ensureQueryData(fieldsQuery(params.institution)),
  component: lazyRouteComponent(() => import('../pages/fields/fields-page.tsx'), 'FieldsPage'),
});

const usersRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'users',
  loader: ({ context, params }) => context.queries.ensureQueryData(usersQuery(params.institution)),
  component: lazyRouteComponent(() => import('../pages/users/institution-users-page.tsx'), 'InstitutionUsersPage'),
});

const tokensRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'tokens',
  loader: ({ context, params }) => context.queries.ensureQueryData(tokensQuery(params.institution)),
  component: lazyRouteComponent(() => import('../pages/tokens/institution-tokens-page.tsx'), 'InstitutionTokensPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'audit',
  validateSearch: (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => context.queries.ensureQueryData(auditQuery(params.institution, deps.cursor)),
  component: lazyRouteComponent(() => import('../pages/audit/institution-audit-page.tsx'), 'InstitutionAuditPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'settings',
  loader: ({ context, params }) => context.queries.ensureQueryData(institutionQuery(params.institution)),
  component: lazyRouteComponent(() => import('../pages/institution/settings-page.tsx'), 'SettingsPage'),
});

export const institutionRoutes = institutionRoute.addChildren([
  overviewRoute,
  feedRoute.addChildren([feedPageRoute, guideRoute, sessionsRoute]),
  mappingRoute,
  uploadRoute,
  ...importRoutes,
  ...contactRoutes,
  connectionRoutes,
  ...destinationRoutes,
  ...notificationRoutes,
  fieldsRoute,
  usersRoute,
  tokensRoute,
  auditRoute,
  settingsRoute,
]);
