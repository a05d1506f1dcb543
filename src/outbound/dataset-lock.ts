// The lock under which the transfers of one dataset of an institution are made, held by a database session of its own.
// Invariant: when the session is lost, so is the lock, and nothing that was begun under it can be written any more.

import type { Session } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { lockDataset, unlockDataset } from '../store/transfer-locks.ts';

/** The session that holds the lock, and its number. */
export type Held = { session: Session; pid: number };

/** False when another session has the lock; then nothing was done. */
export async function underDatasetLock(
  { db }: Pick<Deps, 'db'>,
  institutionId: InstitutionId,
  dataset: Dataset,
  work: (held: Held) => Promise<void>,
): Promise<boolean> {
  return db.session(async (session) => {
    const pid = await lockDataset(session, institutionId, dataset);
    if (pid === null) return false;
    try {
      await work({ session, pid });
    } finally {
      // Sooner than by the end of the session; on a lost one there is nothing to let go.
      await unlockDataset(session, institutionId, dataset).catch(() => undefined);
    }
    return true;
  });
}
