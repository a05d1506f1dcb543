// Brings a digest back to the next Monday when it was set while the clock stood ahead: otherwise it would be silent until then.
// Invariant: a digest that is due within the time that a right clock can give is left alone.

import type { Deps } from '../deps.ts';
import { claimDigest, listFarDigestsAllInstitutions, moveDigest } from '../store/digests.ts';
import { nextDigest } from './digest-period.ts';

/** A week, and three days more after a change of the zone (see digest-period.ts), and one for the change itself; in milliseconds. */
const furthest = 11 * 86_400_000;

/** How many were brought back. */
export async function correctDigests(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<number> {
  const now = deps.clock.now();
  let corrected = 0;
  const far = await listFarDigestsAllInstitutions(deps.db, new Date(now.getTime() + furthest));
  for (const { institutionId, nextAt: old, timeZone } of far)
    try {
      const next = nextDigest(timeZone, now);
      const moved = await deps.db.transaction(async (tx) => {
        if (!(await claimDigest(tx, institutionId, old))) return false;
        await moveDigest(tx, institutionId, next);
        return true;
      });
      if (!moved) continue;
      corrected += 1;
      deps.log.warn({ institutionId, old, new: next }, 'a weekly digest was brought back: the clock stood ahead');
    } catch (error) {
      deps.log.error({ err: error, institutionId }, 'a weekly digest could not be brought back');
    }
  return corrected;
}
