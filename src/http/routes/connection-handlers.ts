// Handlers of connections.

import type { Deps } from '../../deps.ts';
import type { Handlers } from '../call.ts';
import type { connectionRoutes } from '../table/connection-routes.ts';

export function connectionHandlers(_deps: Deps): Handlers<typeof connectionRoutes> {
  return {};
}
