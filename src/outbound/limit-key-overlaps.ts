// Ends the time of old keys beside new ones after 14 days at the latest, also when it was set while the clock stood ahead.
// Invariant: an end only ever comes nearer.

import type { Deps } from '../deps.ts';
import { limitCurrentKeysAllInstitutions } from '../store/destination-keys.ts';
import { overlap } from './regenerate-key.ts';

/** How many were brought back. */
export async function limitKeyOverlaps(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<number> {
  const latest = new Date(deps.clock.now().getTime() + overlap);
  const limited = await limitCurrentKeysAllInstitutions(deps.db, latest);
  for (const place of limited)
    deps.log.warn({ ...place, new: latest }, 'the end of an old key was brought back: the clock stood ahead');
  return limited.length;
}
