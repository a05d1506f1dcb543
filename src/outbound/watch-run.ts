// Watches over a transfer while it talks to a server: stops it when its destination changes, its lock is lost, or this process ends.
// Invariant: whatever stops it, `signal` is aborted within seconds, and `reason` says why, once and for all.

import { setTimeout as pause } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { type RunGuard, readRunGuard } from '../store/transfer-locks.ts';
import { type GivenUp, RunInterrupted, type StopReason } from './run-interrupts.ts';

/** How often it looks, in milliseconds. */
const lookEvery = 1_000;
/**
 * How long it goes on without knowing that the lock is still held, in milliseconds: less than the time after which the
 * server frees the lock of a peer that it cannot reach (see `lockDataset`).
 */
const patience = 30_000;

export type RunWatch = {
  readonly signal: AbortSignal;
  /** What has stopped it; null while it may go on. */
  readonly reason: GivenUp | StopReason | null;
  /** Throws when something has stopped the run. */
  check(): void;
  /** The revision of the destination that the run works with, once that is known. */
  setRevision(revision: number): void;
  end(): void;
};

export type WatchedRun = { institutionId: InstitutionId; dataset: Dataset; destinationId: DestinationId; pid: number };

/** `stop` is aborted when the process ends. */
export function watchRun(deps: Pick<Deps, 'db' | 'log'>, run: WatchedRun, stop: AbortSignal): RunWatch {
  const stopped = new AbortController();
  const ended = new AbortController();
  let reason: GivenUp | StopReason | null = null;
  let revision: number | null = null;
  const interrupt = (why: GivenUp | StopReason) => {
    if (reason !== null || ended.signal.aborted) return;
    reason = why;
    stopped.abort(new RunInterrupted(why));
  };
  const onStop = () => interrupt('stopping');
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });

  const look = async () => {
    let known = performance.now();
    while (!ended.signal.aborted) {
      const guard = await soon(guardNow(deps, run));
      if (guard) {
        known = performance.now();
        const why = reasonOf(guard, revision);
        if (why) return interrupt(why);
      } else if (performance.now() - known >= patience) return interrupt('lock-lost');
      await pause(lookEvery, undefined, { signal: ended.signal });
    }
  };
  look().catch((error: unknown) => {
    // Pauses end with an error when the watch ends; anything else is a bug that must not end in silence.
    if (!ended.signal.aborted) deps.log.error({ err: error }, 'the watch over a transfer failed');
  });
  return {
    signal: stopped.signal,
    get reason() {
      return reason;
    },
    check() {
      if (reason !== null) throw new RunInterrupted(reason);
    },
    setRevision(known) {
      revision = known;
    },
    end() {
      stop.removeEventListener('abort', onStop);
      ended.abort();
    },
  };
}

/** Null when it takes too long. */
async function soon(answer: Promise<RunGuard | null>): Promise<RunGuard | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, patience, null).unref();
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Null when the database does not answer. */
async function guardNow(deps: Pick<Deps, 'db' | 'log'>, run: WatchedRun): Promise<RunGuard | null> {
  try {
    return await readRunGuard(deps.db, run.institutionId, run);
  } catch (error) {
    deps.log.warn({ err: error }, 'it could not be seen whether a transfer may go on');
    return null;
  }
}

function reasonOf(guard: RunGuard, revision: number | null): GivenUp | StopReason | null {
  if (!guard.held) return 'lock-lost';
  return stopReasonOf(guard, revision);
}

/** Why nothing may be sent to this destination now, or null. */
export function stopReasonOf(
  guard: Pick<RunGuard, 'deleted' | 'status' | 'revision'>,
  revision: number | null,
): StopReason | null {
  if (guard.deleted) return 'destination-deleted';
  if (guard.status !== 'on') return 'destination-not-on';
  return revision !== null && guard.revision !== revision ? 'destination-changed' : null;
}
