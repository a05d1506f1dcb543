// The pages of imports: history, report, issues and changes. Their filters live in the address.

import { createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { changesQuery, importQuery, importsQuery, issueGroupsQuery, issuesQuery } from '../api/imports.ts';
import { institutionQuery } from '../api/institutions.ts';
import { issueDictionaryQuery } from '../api/issue-dictionary.ts';
import { type HistorySearch, historyFilters } from '../pages/imports/filters.ts';
import { importStatusChoices, sourceChoices } from '../words/states.ts';
import { institutionRoute } from './one-institution.ts';
import { day, oneOf, positive, type Search, text } from './search.ts';

const historyRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'imports',
  validateSearch: (search: Search): HistorySearch => ({
    source: oneOf(
      search.source,
      sourceChoices.map((choice) => choice.value),
    ),
    status: oneOf(
      search.status,
      importStatusChoices.map((choice) => choice.value),
    ),
    file: text(search.file),
    from: day(search.from),
    to: day(search.to),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context, params, deps }) => {
    const institution = await context.queries.ensureQueryData(institutionQuery(params.institution));
    await context.queries.ensureQueryData(importsQuery(params.institution, historyFilters(deps, institution.timeZone)));
  },
  component: lazyRouteComponent(() => import('../pages/imports/history-page.tsx'), 'HistoryPage'),
});

const importRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'imports/$importId',
  loader: ({ context, params }) => context.queries.ensureQueryData(importQuery(params.importId)),
  component: Outlet,
});

const reportRoute = createRoute({
  getParentRoute: () => importRoute,
  path: '/',
  loader: async ({ context, params }) => {
    const { status } = await context.queries.ensureQueryData(importQuery(params.importId));
    await Promise.all([
      context.queries.ensureQueryData(issueGroupsQuery(params.importId, status)),
      context.queries.ensureQueryData(changesQuery(params.importId, {}, status, 10)),
    ]);
  },
  component: lazyRouteComponent(() => import('../pages/import-report/report-page.tsx'), 'ReportPage'),
});

type IssueSearch = {
  code?: string | undefined;
  effect?: string | undefined;
  row?: number | undefined;
  cursor?: string | undefined;
};

const issuesRoute = createRoute({
  getParentRoute: () => importRoute,
  path: 'issues',
  validateSearch: (search: Search): IssueSearch => ({
    code: text(search.code),
    effect: text(search.effect),
    row: positive(search.row),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) =>
    Promise.all([
      context.queries.ensureQueryData(issuesQuery(params.importId, deps)),
      context.queries.ensureQueryData(issueDictionaryQuery),
    ]),
  component: lazyRouteComponent(() => import('../pages/import-report/issues-page.tsx'), 'IssuesPage'),
});

type ChangeSearch = { outcome?: 'created' | 'updated' | undefined; cursor?: string | undefined };

const changesRoute = createRoute({
  getParentRoute: () => importRoute,
  path: 'changes',
  validateSearch: (search: Search): ChangeSearch => ({
    outcome: oneOf(search.outcome, ['created', 'updated']),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context, params, deps }) => {
    const { status } = await context.queries.ensureQueryData(importQuery(params.importId));
    await context.queries.ensureQueryData(changesQuery(params.importId, deps, status));
  },
  component: lazyRouteComponent(() => import('../pages/import-report/changes-page.tsx'), 'ChangesPage'),
});

export const importRoutes = [historyRoute, importRoute.addChildren([reportRoute, issuesRoute, changesRoute])] as const;
