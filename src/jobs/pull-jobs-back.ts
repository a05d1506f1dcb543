// Lets jobs come that were queued while the clock stood ahead: transfers, retries, mails and webhooks.
// Invariant: a pause that this installation can have asked for is left as it is.

import type { Deps } from '../deps.ts';
import { pullRunningJobs, pullUpkeep, pullWaitingJobs } from '../store/queue-jobs.ts';
import { queues } from './queues.ts';

/** The longest pause that a change asks for itself, in seconds: a transfer is tried again after at most 135 minutes. */
const longestStart = 3 * 60 * 60;

/** How many jobs were let come. */
export async function pullJobsBack(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<number> {
  let pulled = 0;
  for (const [queue, { retryDelayMax }] of Object.entries(queues)) {
    // By chance the library's pauses are up to twice as long.
    const furthest = longestStart + 2 * retryDelayMax;
    const waiting = await pullWaitingJobs(deps.db, queue, deps.clock.now(), furthest);
    const running = await pullRunningJobs(deps.db, queue);
    await pullUpkeep(deps.db, queue);
    if (waiting + running > 0)
      deps.log.warn({ queue, waiting, running }, 'jobs were brought back: the clock stood ahead');
    pulled += waiting + running;
  }
  return pulled;
}
