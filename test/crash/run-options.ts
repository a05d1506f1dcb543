// What both harnesses are told.

import type { Fault } from './faults.ts';

export type RunOptions = {
  seed: number;
  rounds: number;
  /** Gets a line per round. */
  say: (line: string) => void;
  /** All that are possible, unless given. */
  faults?: readonly Fault[];
  /** A file for what the servers say; it stays when something was found to be wrong. */
  log: string;
  signal?: AbortSignal;
};
