// A person or a program asks for a transfer now.
// Invariant: it waits for its turn like any other and then cuts a window of its own.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { DestinationId, InstitutionId, TransferId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { getDestination } from '../store/destinations.ts';
import { countQueuedTransfers } from '../store/transfers.ts';
import { noSuchDestination } from './change-destination.ts';
import { queueTransfer } from './queue-transfer.ts';

export type RequestDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'queue' | 'sealer'>;

/** How many transfers of a dataset may wait. */
const mostWaiting = 20;

/**
 * The id of the queued transfer. Throws AppError `no-such-destination`, `destination-deleted`, `destination-not-on` or
 * `transfers-waiting`.
 */
export async function requestTransfer(
  deps: RequestDeps,
  actor: Actor,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<TransferId> {
  return deps.db.transaction(async (tx) => {
    const destination = await getDestination(tx, institutionId, destinationId);
    if (!destination) throw noSuchDestination();
    const { dataset } = destination;
    checkIsOn(destination);
    checkRoom(await countQueuedTransfers(tx, institutionId, dataset));
    const wanted = { destinationId, dataset, trigger: 'manual' as const, startedBy: actor.name };
    const id = await queueTransfer(deps, tx, institutionId, {
      ...wanted,
      slotAt: null,
      slotAttempt: 1,
      windowOf: null,
    });
    const facts = { destinationId, dataset };
    await appendAudit(tx, institutionId, deps, actor, { action: 'transfer.requested', subject: id, facts });
    return id;
  });
}

export function checkIsOn({ status, deletedAt, dataset }: DestinationRecord): void {
  if (deletedAt)
    throw new AppError(
      'conflict',
      'destination-deleted',
      'This destination was deleted, so nothing can be sent to it.',
      `Use the present destination for ${dataset}, or make a new one: it goes on where this one was.`,
    );
  if (status !== 'on') throw notOn(status === 'draft', dataset);
}

function notOn(isDraft: boolean, dataset: Dataset): AppError {
  return new AppError(
    'conflict',
    'destination-not-on',
    isDraft ? 'This destination has not been tested and switched on yet.' : 'This destination is switched off.',
    isDraft
      ? `Use Test and Save. Until then ${dataset} can be downloaded by hand.`
      : `Switch it on first. Until then ${dataset} can be downloaded by hand.`,
  );
}

export function checkRoom(waiting: number): void {
  if (waiting >= mostWaiting)
    throw new AppError(
      'too-many',
      'transfers-waiting',
      `${waiting} transfers of these records are waiting already.`,
      'Wait until they are done: the next one takes everything that is new.',
    );
}
