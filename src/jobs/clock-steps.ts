// Notices that the clock was put back, and has what was computed from the wrong time set right.
// Invariant: it looks when a process starts, at once when this process saw the clock go back, and every ten minutes, because
// the clock of another machine may have been the wrong one.

import type { Deps } from '../deps.ts';
import type { Tick } from './scheduler.ts';

/** How often it looks without a reason of its own, in milliseconds of a clock that nobody sets. */
const lookEvery = 10 * 60_000;

/** A tick that does `works` when there is a reason to. One that fails does not keep the others from theirs. */
export function afterClockSteps(works: readonly Tick[], uptime: () => number = () => performance.now()): Tick {
  let lastTime = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async function clockSteps(deps: Deps): Promise<number> {
    const time = deps.clock.now().getTime();
    const wentBack = time < lastTime;
    lastTime = time;
    if (!wentBack && uptime() - lookedAt < lookEvery) return 0;
    lookedAt = uptime();
    let found = 0;
    for (const work of works)
      try {
        found += await work(deps);
      } catch (error) {
        deps.log.error({ err: error, work: work.name }, 'what the clock had made wrong could not be set right');
      }
    return found;
  };
}
