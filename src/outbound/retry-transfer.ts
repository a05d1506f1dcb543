// Makes a failed scheduled transfer again, within its slot.
// Invariant: at most one retry comes of one failure, and none when anything newer has been tried.

import type { Deps } from '../deps.ts';
import { getDestination } from '../store/destinations.ts';
import type { TransferPlace } from '../store/transfer-locks.ts';
import { takeRetry } from '../store/transfer-runs.ts';
import { getTransfer, hasNewerTransfer } from '../store/transfers.ts';
import { queueTransfer } from './queue-transfer.ts';

/** `transferId` is the failed one. Does nothing when another attempt has been made or the destination is not on any more. */
export async function retryTransfer(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'queue'>,
  { institutionId, transferId }: TransferPlace,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    if (!(await takeRetry(tx, institutionId, transferId))) return;
    const failed = await getTransfer(tx, institutionId, transferId);
    if (!failed) return;
    const { dataset, destinationId, slotAt, slotAttempt, startedBy, file } = failed;
    const destination = await getDestination(tx, institutionId, destinationId);
    if (destination?.status !== 'on' || destination.deletedAt) return;
    if (await hasNewerTransfer(tx, institutionId, dataset, transferId)) return;
    await queueTransfer(deps, tx, institutionId, {
      destinationId,
      dataset,
      trigger: 'retry',
      slotAt,
      slotAttempt: slotAttempt + 1,
      // The same window and the same bytes, when there are some.
      windowOf: file === null ? null : (failed.windowOf ?? transferId),
      startedBy,
    });
  });
}
