// The route table: every route of the API, who may use it, and the shapes that go in and out.
// Invariant: nothing answers below /api/v1 that is not in this table, and `access` is checked before a body is read.

import { accountRoutes } from './table/account-routes.ts';
import { connectionRoutes } from './table/connection-routes.ts';
import { contactRoutes } from './table/contact-routes.ts';
import { destinationRoutes } from './table/destination-routes.ts';
import { feedRoutes } from './table/feed-routes.ts';
import { importRoutes } from './table/import-routes.ts';
import { institutionRoutes } from './table/institution-routes.ts';
import { notificationRoutes } from './table/notification-routes.ts';
import { transferRoutes } from './table/transfer-routes.ts';

export const apiPrefix = '/api/v1';

export const routeTable = {
  ...accountRoutes,
  ...institutionRoutes,
  ...feedRoutes,
  ...importRoutes,
  ...contactRoutes,
  ...connectionRoutes,
  ...destinationRoutes,
  ...transferRoutes,
  ...notificationRoutes,
};

export type RouteTable = typeof routeTable;
export type RouteName = keyof RouteTable;
