// Pages that belong to no institution: the overview of all, users, tokens and the audit log of the installation, the dictionary.

import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { importQuery } from '../api/imports.ts';
import { institutionsQuery, overviewQuery } from '../api/institutions.ts';
import { issueDictionaryQuery } from '../api/issue-dictionary.ts';
import { auditQuery, tokensQuery, usersQuery } from '../api/people.ts';
import { transferByIdRoute } from './destinations.ts';
import { shellRoute } from './root.ts';
import { type Search, text } from './search.ts';

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: ({ context }) => {
    const own = context.me.institution;
    if (own !== null) throw redirect({ to: '/i/$institution', params: { institution: own.slug } });
  },
  loader: ({ context }) => context.queries.ensureQueryData(overviewQuery),
  component: lazyRouteComponent(() => import('../pages/overview/installation-page.tsx'), 'InstallationPage'),
});

const newInstitutionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/institutions/new',
  component: lazyRouteComponent(() => import('../pages/institution/new-institution-page.tsx'), 'NewInstitutionPage'),
});

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  beforeLoad: ({ context }) => {
    const own = context.me.institution;
    if (own !== null) throw redirect({ to: '/i/$institution/users', params: { institution: own.slug } });
  },
  loader: ({ context }) =>
    Promise.all([
      context.queries.ensureQueryData(usersQuery(undefined)),
      context.queries.ensureQueryData(institutionsQuery),
    ]),
  component: lazyRouteComponent(() => import('../pages/users/users-page.tsx'), 'UsersPage'),
});

const tokensRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tokens',
  beforeLoad: ({ context }) => {
    const own = context.me.institution;
    if (own !== null) throw redirect({ to: '/i/$institution/tokens', params: { institution: own.slug } });
  },
  loader: ({ context }) =>
    Promise.all([
      context.queries.ensureQueryData(tokensQuery(undefined)),
      context.queries.ensureQueryData(institutionsQuery),
    ]),
  component: lazyRouteComponent(() => import('../pages/tokens/tokens-page.tsx'), 'TokensPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit',
  beforeLoad: ({ context }) => {
    const own = context.me.institution;
    if (own !== null) throw redirect({ to: '/i/$institution/audit', params: { institution: own.slug } });
  },
  validateSearch: (search: Search): { cursor?: string | undefined } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => context.queries.ensureQueryData(auditQuery(undefined, deps.cursor)),
  component: lazyRouteComponent(() => import('../pages/audit/audit-page.tsx'), 'AuditPage'),
});

const issueDictionaryRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/issues',
  loader: ({ context }) => context.queries.ensureQueryData(issueDictionaryQuery),
  component: lazyRouteComponent(
    () => import('../pages/issue-dictionary/issue-dictionary-page.tsx'),
    'IssueDictionaryPage',
  ),
});

const profileRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('../pages/users/profile-page.tsx'), 'ProfilePage'),
});

/** A short address of an import, for those who know its id only. */
const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports/$importId',
  beforeLoad: async ({ context, params }) => {
    const found = await context.queries.ensureQueryData(importQuery(params.importId));
    throw redirect({
      to: '/i/$institution/imports/$importId',
      params: { institution: found.institution, importId: params.importId },
    });
  },
});

export const operatorRoutes = [
  homeRoute,
  newInstitutionRoute,
  usersRoute,
  tokensRoute,
  auditRoute,
  issueDictionaryRoute,
  profileRoute,
  importRoute,
  transferByIdRoute,
] as const;
