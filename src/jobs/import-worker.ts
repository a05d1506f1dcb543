// The import worker of a process: two lanes that take imports from the queue until they are stopped.
// Invariant: a lane that fails goes on; a stop waits until what runs is finished or given back.

import type { Session } from '../db/connection.ts';
import { ignoreImport } from '../inbound/ignore-import.ts';
import {
  claimAppliedAllInstitutions,
  hasAppliedOrphansAllInstitutions,
  nextImportAllInstitutions,
  nextReadyAtAllInstitutions,
  requeueOrphansAllInstitutions,
  staleTemporariesAllInstitutions,
} from '../store/import-queue.ts';
import { finishOrphan, type WorkDeps, workOn } from './work-import.ts';

/** Files up to this size (bytes) may use the short lane, so that large ones starve nobody. */
export const shortLaneSize = 4 * 1024 * 1024;

/** Other processes and changes of the clock are noticed after this time, in milliseconds. */
const pollMilliseconds = 1_000;

export type ImportWorker = {
  /** Look at the queue now. */
  wake(): void;
  /** Takes nothing new; resolves when what runs is finished or given back. */
  stop(): Promise<void>;
};

/** Starts both lanes. */
export function startImportWorker(deps: WorkDeps): ImportWorker {
  const stop = new AbortController();
  const bell = new Bell();
  const lanes = [runLane(deps, null, bell, stop.signal), runLane(deps, shortLaneSize, bell, stop.signal)];
  return {
    wake: () => bell.ring(),
    async stop() {
      stop.abort();
      bell.ring();
      await Promise.all(lanes);
    },
  };
}

async function runLane(deps: WorkDeps, maxSize: number | null, bell: Bell, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const heard = bell.rings;
    let pause = pollMilliseconds;
    try {
      // The general lane also looks after what others left.
      if (maxSize === null) await tidy(deps);
      if (await somethingToDo(deps, maxSize)) {
        await deps.db.session((session) => takeTurns(deps, session, maxSize, stop));
        continue;
      }
      pause = await untilNext(deps);
    } catch (error) {
      if (!stop.aborted) deps.log.error({ err: error }, 'the import queue could not be worked on');
    }
    await bell.wait(heard, pause);
  }
}

async function somethingToDo(deps: WorkDeps, maxSize: number | null): Promise<boolean> {
  const now = deps.clock.now();
  if (maxSize === null && (await hasAppliedOrphansAllInstitutions(deps.db, now))) return true;
  return (await nextImportAllInstitutions(deps.db, now, maxSize)) !== null;
}

/** One import after the other on one session, until there is none, or it is time to look after what others left. */
async function takeTurns(deps: WorkDeps, session: Session, maxSize: number | null, stop: AbortSignal): Promise<void> {
  const until = performance.now() + pollMilliseconds;
  while (!stop.aborted && performance.now() < until) {
    const now = deps.clock.now();
    const orphan = maxSize === null ? await claimAppliedAllInstitutions(session, now) : null;
    if (orphan) {
      await finishOrphan(deps, session, orphan);
      continue;
    }
    const candidate = await nextImportAllInstitutions(deps.db, now, maxSize);
    if (!candidate) return;
    await workOn(deps, session, candidate, stop);
  }
}

async function tidy(deps: WorkDeps): Promise<void> {
  const orphans = await requeueOrphansAllInstitutions(deps.db);
  for (const importId of orphans) deps.log.warn({ importId }, 'import of a worker that died goes back into the queue');
  if (orphans.length > 0) await deps.files.sweepStaging();
  for (const { institutionId, importId } of await staleTemporariesAllInstitutions(deps.db, deps.clock.now())) {
    await ignoreImport(deps, institutionId, importId, { reason: 'temporary-name', issue: null });
    deps.log.info({ institutionId, importId, reason: 'temporary-name' }, 'import ignored');
  }
}

async function untilNext(deps: WorkDeps): Promise<number> {
  const now = deps.clock.now();
  const next = await nextReadyAtAllInstitutions(deps.db, now);
  if (!next) return pollMilliseconds;
  return Math.min(pollMilliseconds, Math.max(1, next.getTime() - now.getTime()));
}

/** Wakes both lanes; a ring between looking and waiting is not lost. */
class Bell {
  rings = 0;
  #waiting: (() => void)[] = [];

  ring(): void {
    this.rings += 1;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async wait(heard: number, milliseconds: number): Promise<void> {
    if (this.rings !== heard) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#waiting.push(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting = this.#waiting.filter((one) => one !== resolve);
  }
}
