// Keeps the lease of a run while it works, and shows how far it is.
// Invariant: once the lease is lost it stays lost; the run notices at its next part.

import type { Database } from '../db/connection.ts';
import { type Claim, leaseSeconds, renewLease } from '../store/import-queue.ts';

export type Lease = {
  /** Another attempt works on the import, or the database has not answered for a whole lease. */
  readonly isLost: boolean;
  /** Rows read so far, shown about once a second. */
  report(rows: number): void;
  end(): Promise<void>;
};

const tickMilliseconds = 1_000;
const renewMilliseconds = (leaseSeconds * 1_000) / 6;

export function keepLease(db: Database, claim: Claim): Lease {
  let rows = 0;
  let shown = 0;
  let isLost = false;
  let renewedAt = performance.now();
  let under: Promise<void> | null = null;

  async function renew(): Promise<void> {
    const began = performance.now();
    const reported = rows;
    try {
      if (await renewLease(db, claim, reported)) {
        renewedAt = began;
        shown = reported;
      } else isLost = true;
    } catch {
      // The database may come back before the lease is over.
      if (performance.now() - renewedAt > leaseSeconds * 1_000) isLost = true;
    }
  }

  const timer = setInterval(() => {
    if (under || isLost) return;
    if (rows === shown && performance.now() - renewedAt < renewMilliseconds) return;
    under = renew().finally(() => {
      under = null;
    });
  }, tickMilliseconds);

  return {
    get isLost() {
      return isLost;
    },
    report(count) {
      rows = count;
    },
    async end() {
      clearInterval(timer);
      await under;
    },
  };
}
