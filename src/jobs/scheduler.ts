// The scheduler of a process: runs each tick again and again until it is stopped.
// Invariant: a tick that fails is logged and comes again; every tick may run on several nodes at once.

import type { Deps } from '../deps.ts';

/** One look for what is due; how many things it found. */
export type Tick = (deps: Deps) => Promise<number>;

export type Scheduler = {
  wake(): void;
  stop(): Promise<void>;
};

export function startScheduler(_deps: Deps, _ticks: readonly Tick[]): Scheduler {
  return { wake: () => undefined, stop: async () => undefined };
}
