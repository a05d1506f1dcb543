// Handlers of transfers.

import type { Deps } from '../../deps.ts';
import type { Handlers } from '../call.ts';
import type { transferRoutes } from '../table/transfer-routes.ts';

export function transferHandlers(_deps: Deps): Handlers<typeof transferRoutes> {
  return {};
}
