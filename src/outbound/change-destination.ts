// The frame of every change of a destination: lock, change, save, tell, audit, in one transaction.
// Invariant: two changes of one destination never mix, and a change that changes nothing leaves no trace.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { type AuditEntry, appendAudit } from '../store/audit.ts';
import { lockDestination, saveDestination } from '../store/destinations.ts';

export type DestinationDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'newId' | 'notify'>;

/**
 * What a change makes of the destination, and what is told of it. `fences`: runs and tests that began before it must not go
 * on, so the revision moves. `changed` are names of settings as the API has them.
 */
export type DestinationChange = {
  destination: DestinationRecord;
  fences: boolean;
  changed: readonly string[];
  audit: Omit<AuditEntry, 'subject'>;
  kind?: 'destination.deleted';
};

/** `change` gets the locked destination, and gives null when there is nothing to do. Throws AppError `no-such-destination`. */
export async function changeDestination(
  deps: DestinationDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: DestinationId,
  change: (destination: DestinationRecord, tx: Tx) => Promise<DestinationChange | null> | DestinationChange | null,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const destination = await lockDestination(tx, institutionId, id);
    if (!destination || destination.deletedAt) throw noSuchDestination();
    const made = await change(destination, tx);
    if (!made) return;
    const revision = destination.revision + (made.fences ? 1 : 0);
    await saveDestination(tx, { ...made.destination, revision, updatedAt: deps.clock.now() });
    await deps.notify(tx, institutionId, {
      kind: made.kind ?? 'destination.changed',
      destinationId: id,
      destinationName: made.destination.name,
      dataset: made.destination.dataset,
      actor: actor.name,
      changed: made.changed,
    });
    await appendAudit(tx, institutionId, deps, actor, { ...made.audit, subject: id });
  });
}

export function noSuchDestination(): AppError {
  return new AppError(
    'not-found',
    'no-such-destination',
    'There is no such destination in this institution.',
    'Take its id from the list of destinations.',
  );
}
