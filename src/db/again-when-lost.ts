// Does work that may be done twice again when its connection broke: for what must be written although nobody waits for it.
// Invariant: only for statements that change nothing when they come a second time.

import { isLostConnection } from './database-error.ts';

/** Each try waits for a server that restarts (see `links.ts`), so a few of them outlast a restart of the database. */
const tries = 4;

export async function againWhenLost<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await work();
    } catch (error) {
      if (!isLostConnection(error) || turn === tries) throw error;
    }
  }
}
