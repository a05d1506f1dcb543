// Handlers of destinations.

import type { Deps } from '../../deps.ts';
import type { Handlers } from '../call.ts';
import type { destinationRoutes } from '../table/destination-routes.ts';

export function destinationHandlers(_deps: Deps): Handlers<typeof destinationRoutes> {
  return {};
}
