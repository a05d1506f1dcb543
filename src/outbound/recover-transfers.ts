// Finds transfers that nobody works on any more, and queues them again: a process died, or a job was lost.
// Invariant: it only sends jobs; who is right about the state of a transfer is decided under the dataset's lock.

import type { Deps } from '../deps.ts';
import { abandonedTransfersAllInstitutions } from '../store/transfer-locks.ts';
import { sendRun } from './queue-transfer.ts';

/** A queued transfer that is younger than this may still have its job on the way, in milliseconds. */
const jobOnTheWay = 10_000;

/** How many were queued again. */
export async function recoverTransfers(deps: Pick<Deps, 'db' | 'clock' | 'queue' | 'log'>): Promise<number> {
  const now = deps.clock.now().getTime();
  // One that was queued later than now was queued before the clock was put back, which says nothing of its age.
  const young = { from: new Date(now - jobOnTheWay), to: new Date(now + jobOnTheWay) };
  const abandoned = await abandonedTransfersAllInstitutions(deps.db, young);
  for (const { institutionId, transferId } of abandoned) {
    deps.log.info({ institutionId, transferId }, 'a transfer that nobody works on is queued again');
    await deps.db.transaction((tx) => sendRun(deps, tx, institutionId, transferId));
  }
  return abandoned.length;
}
