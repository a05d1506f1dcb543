// The scheduler of a process: runs each tick again and again until it is stopped.
// Invariant: a tick that fails is logged and comes again; every tick may run on several nodes at once.

import type { Deps } from '../deps.ts';

/** One look for what is due; how many things it found. */
export type Tick = (deps: Deps) => Promise<number>;

export type Scheduler = {
  /** Look now. */
  wake(): void;
  /** Resolves when the tick that runs has ended. */
  stop(): Promise<void>;
};

/** How often it looks, in milliseconds; and how often for what costs more than a glance. */
const lookEvery = 1_000;
const rareEvery = 5 * 60_000;

/** All ticks run at the start; those of `rare` then every few minutes. */
export function startScheduler(deps: Deps, ticks: readonly Tick[], rare: readonly Tick[] = []): Scheduler {
  let stopped = false;
  let lastRare: number | undefined;
  let wake: () => void = () => undefined;
  const loop = async () => {
    while (!stopped) {
      // Made before looking, so that a call to `wake` in the middle is not lost.
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      for (const tick of [...ticks, ...dueRare()]) if (!stopped) await run(tick);
      const timer = setTimeout(resolve, lookEvery);
      if (!stopped) await woken;
      clearTimeout(timer);
    }
  };
  const dueRare = () => {
    const now = deps.clock.now().getTime();
    // A clock that was set back must not stop them.
    if (lastRare !== undefined && Math.abs(now - lastRare) < rareEvery) return [];
    lastRare = now;
    return rare;
  };
  const run = async (tick: Tick) => {
    try {
      await tick(deps);
    } catch (error) {
      if (!stopped) deps.log.error({ err: error, tick: tick.name }, 'a tick of the scheduler failed');
    }
  };
  const running = loop();
  return {
    wake: () => wake(),
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
