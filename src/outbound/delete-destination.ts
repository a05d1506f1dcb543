// Deletes a destination: everything stops at once; history, watermark and the keys that were seen stay.
// Invariant: a deleted destination has no secret left, and a new one for the dataset goes on where this one was.

import type { Actor } from '../domain/actor.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { retireKeys } from '../store/destination-keys.ts';
import { setSealedPassword } from '../store/destinations.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';

/** Throws AppError `no-such-destination`, also for one that is deleted already. */
export async function deleteDestination(
  deps: DestinationDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<void> {
  await changeDestination(deps, actor, institutionId, id, async (destination, tx) => {
    await setSealedPassword(tx, institutionId, id, null);
    await retireKeys(tx, institutionId, id, ['current', 'next']);
    return {
      destination: { ...destination, status: 'off', nextRunAt: null, deletedAt: deps.clock.now() },
      fences: true,
      changed: [],
      audit: {
        action: 'destination.deleted',
        facts: { dataset: destination.dataset, name: destination.name, host: destination.host },
      },
      kind: 'destination.deleted',
    };
  });
}
