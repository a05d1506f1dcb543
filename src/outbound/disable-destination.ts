// Switches a destination off: no more runs, and one that is on its way stops before its file gets its name.
// Invariant: what was tested stays tested, so that it can be switched on again.

import type { Actor } from '../domain/actor.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';

/** Does nothing for one that is not on. Throws AppError `no-such-destination`. */
export async function disableDestination(
  deps: DestinationDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<void> {
  await changeDestination(deps, actor, institutionId, id, (destination) => {
    if (destination.status !== 'on') return null;
    return {
      destination: { ...destination, status: 'off', nextRunAt: null },
      fences: true,
      changed: ['status'],
      audit: { action: 'destination.disabled' },
    };
  });
}
