// Handlers of notifications.

import type { Deps } from '../../deps.ts';
import type { Handlers } from '../call.ts';
import type { notificationRoutes } from '../table/notification-routes.ts';

export function notificationHandlers(_deps: Deps): Handlers<typeof notificationRoutes> {
  return {};
}
