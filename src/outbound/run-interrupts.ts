// How a run ends before its transfer has been made: somebody else goes on, a person has changed something, or it cannot be made.

import type { Failure } from '../domain/failures.ts';

/** `stopping`: this process ends. `lock-lost`: the database session with the lock is gone. The transfer stays `running`. */
export type GivenUp = 'stopping' | 'lock-lost';

/** What a person did to the destination in the middle of a run, or before it began. The transfer ends `failed`. */
export type StopReason = 'destination-deleted' | 'destination-not-on' | 'destination-changed';

export class RunInterrupted extends Error {
  readonly reason: GivenUp | StopReason;
  constructor(reason: GivenUp | StopReason) {
    super(`a transfer was interrupted: ${reason}`);
    this.name = 'RunInterrupted';
    this.reason = reason;
  }
}

export function isGivenUp(reason: GivenUp | StopReason): reason is GivenUp {
  return reason === 'stopping' || reason === 'lock-lost';
}

/** The transfer cannot be made, for a reason of ours. */
export class RunFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(`a transfer failed: ${failure.code}`);
    this.name = 'RunFailed';
    this.failure = failure;
  }
}
