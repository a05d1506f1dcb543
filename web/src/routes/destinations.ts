// The pages of SFTP data transfer: destinations, their set-up and test, and the history of transfers. Filters live in the address.

import { createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { serverQuery } from '../api/account.ts';
import { destinationQuery, destinationsQuery, lastProbeQuery } from '../api/destinations.ts';
import { fieldsQuery, institutionQuery } from '../api/institutions.ts';
import { transferDaysQuery, transferQuery, transfersQuery } from '../api/transfers.ts';
import type { TransferSearch } from '../pages/transfers/filters.ts';
import { datasetChoices } from '../words/destinations.ts';
import { transferStatusChoices, triggerChoices } from '../words/transfers.ts';
import { institutionRoute } from './one-institution.ts';
import { shellRoute } from './root.ts';
import { oneOf, type Search, text } from './search.ts';

const destinationsRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'destinations',
  component: Outlet,
});

const listRoute = createRoute({
  getParentRoute: () => destinationsRoute,
  path: '/',
  loader: ({ context: { queries }, params: { institution } }) =>
    Promise.all([
      queries.ensureQueryData(institutionQuery(institution)),
      queries.ensureQueryData(serverQuery),
      queries.ensureQueryData(destinationsQuery(institution)),
      queries.ensureQueryData(transfersQuery(institution, {}, 5)),
      queries.ensureQueryData(transferDaysQuery(institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/destinations/destinations-page.tsx'), 'DestinationsPage'),
});

const newRoute = createRoute({
  getParentRoute: () => destinationsRoute,
  path: 'new',
  validateSearch: (search: Search): { step?: 'what' | 'server' | undefined } => ({
    step: oneOf(search.step, ['what', 'server']),
  }),
  loader: ({ context: { queries }, params: { institution } }) =>
    Promise.all([
      queries.ensureQueryData(institutionQuery(institution)),
      queries.ensureQueryData(serverQuery),
      queries.ensureQueryData(destinationsQuery(institution)),
    ]),
  component: lazyRouteComponent(() => import('../pages/destinations/new-page.tsx'), 'NewDestinationPage'),
});

const destinationRoute = createRoute({
  getParentRoute: () => destinationsRoute,
  path: '$destinationId',
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(destinationQuery(params.institution, params.destinationId)),
  component: Outlet,
});

const destinationPageRoute = createRoute({
  getParentRoute: () => destinationRoute,
  path: '/',
  validateSearch: (search: Search): { ask?: 'fingerprint' | undefined } => ({
    ask: oneOf(search.ask, ['fingerprint']),
  }),
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(transfersQuery(params.institution, { destination: params.destinationId }, 5)),
  component: lazyRouteComponent(() => import('../pages/destination/destination-page.tsx'), 'DestinationPage'),
});

const parts = ['what', 'server', 'schedule', 'file'] as const;

const editRoute = createRoute({
  getParentRoute: () => destinationRoute,
  path: 'edit',
  validateSearch: (search: Search): { part: (typeof parts)[number] } => ({ part: oneOf(search.part, parts) ?? 'what' }),
  loader: ({ context, params }) => context.queries.ensureQueryData(fieldsQuery(params.institution)),
  component: lazyRouteComponent(() => import('../pages/destination/edit-page.tsx'), 'EditPage'),
});

const testRoute = createRoute({
  getParentRoute: () => destinationRoute,
  path: 'test',
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(lastProbeQuery(params.institution, params.destinationId)),
  component: lazyRouteComponent(() => import('../pages/destination/test-page.tsx'), 'TestPage'),
});

const transfersRoute = createRoute({
  getParentRoute: () => institutionRoute,
  path: 'transfers',
  component: Outlet,
});

const historyRoute = createRoute({
  getParentRoute: () => transfersRoute,
  path: '/',
  validateSearch: (search: Search): TransferSearch => ({
    status: oneOf(
      search.status,
      transferStatusChoices.map((choice) => choice.value),
    ),
    trigger: oneOf(
      search.trigger,
      triggerChoices.map((choice) => choice.value),
    ),
    dataset: oneOf(
      search.dataset,
      datasetChoices.map((choice) => choice.value),
    ),
    destination: text(search.destination),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, params: { institution }, deps }) =>
    Promise.all([
      queries.ensureQueryData(destinationsQuery(institution)),
      queries.ensureQueryData(transferDaysQuery(institution)),
      queries.ensureQueryData(transfersQuery(institution, deps)),
    ]),
  component: lazyRouteComponent(() => import('../pages/transfers/transfers-page.tsx'), 'TransfersPage'),
});

const transferRoute = createRoute({
  getParentRoute: () => transfersRoute,
  path: '$transferId',
  loader: ({ context, params }) => context.queries.ensureQueryData(transferQuery(params.transferId)),
  component: lazyRouteComponent(() => import('../pages/transfer/transfer-page.tsx'), 'TransferPage'),
});

export const destinationRoutes = [
  destinationsRoute.addChildren([
    listRoute,
    newRoute,
    destinationRoute.addChildren([destinationPageRoute, editRoute, testRoute]),
  ]),
  transfersRoute.addChildren([historyRoute, transferRoute]),
] as const;

/** A short address of a transfer, for those who know its id only. */
export const transferByIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/transfers/$transferId',
  beforeLoad: async ({ context, params }) => {
    const found = await context.queries.ensureQueryData(transferQuery(params.transferId));
    throw redirect({
      to: '/i/$institution/transfers/$transferId',
      params: { institution: found.institution, transferId: params.transferId },
    });
  },
});
