// One turn of the import queue: what may be tried, who runs it, and what becomes of it when something goes wrong.
// Invariant: whatever is thrown, the import ends in a state that somebody will look at again, and the next file gets its turn.

import type { Session } from '../db/connection.ts';
import { DatabaseError } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import { ignoreImport } from '../inbound/ignore-import.ts';
import { refusalOf } from '../inbound/refuse-import.ts';
import { finishApplied, type ReadingDeps, runImport } from '../inbound/run-import.ts';
import { LostClaim, RunStopped } from '../inbound/run-interrupts.ts';
import { completeImport, type Ending } from '../inbound/write-receipts.ts';
import { loadImportContext } from '../store/import-context.ts';
import { type Candidate, type Claim, claimImport, giveBack, releaseClaim } from '../store/import-queue.ts';
import { finishImport } from '../store/import-results.ts';
import { keepLease } from './keep-lease.ts';

export type WorkDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'log' | 'notify' | 'sealer'> & ReadingDeps;

/** How often a run may fail by an error of ours before the import is given up. */
const maxFailures = 3;
/** How often a run may end without a word (a killed process) before it counts as the cause. */
const maxAttempts = 50;
/** Pauses after the first failures, in milliseconds. */
const backOff = [1_000, 5_000];

/** Refuses or runs the candidate. Does nothing when it is not its turn any more. */
export async function workOn(deps: WorkDeps, session: Session, candidate: Candidate, stop: AbortSignal): Promise<void> {
  const { institutionId, importId } = candidate;
  const context = await loadImportContext(deps.db, institutionId, importId);
  if (!context) return;
  const issue = await refusalOf(deps, context);
  if (issue) {
    if (await ignoreImport(deps, institutionId, importId, { reason: issue.code, issue }))
      deps.log.info({ institutionId, importId, reason: issue.code }, 'import ignored');
    return;
  }
  const claim = await claimImport(session, candidate, deps.clock.now());
  if (claim) await runClaimed(deps, session, claim, stop, context.failures);
}

/** Runs what this session has claimed, and lets the claim go. */
async function runClaimed(
  deps: WorkDeps,
  session: Session,
  claim: Claim,
  stop: AbortSignal,
  failures: number,
): Promise<void> {
  const log = deps.log.child({ ...claim });
  const lease = keepLease(deps.db, claim);
  const began = performance.now();
  const onProgress = (rows: number) => {
    lease.report(rows);
    if (lease.isLost) throw new LostClaim();
    if (stop.aborted) throw new RunStopped();
  };
  log.info({}, 'import started');
  try {
    if (claim.attempt > maxAttempts) throw new Error('the import has ended too many processes');
    const { counts, status, reason, hold } = await runImport(deps, session, claim, onProgress);
    const milliseconds = Math.round(performance.now() - began);
    log.info({ status, reason, hold, ...counts, milliseconds }, 'import finished');
  } catch (error) {
    await settleFailure(deps, claim, error, claim.attempt > maxAttempts ? maxFailures : failures);
  } finally {
    await lease.end();
    await releaseClaim(session, claim);
  }
}

/** Makes the receipts that a dead worker left undone. */
export async function finishOrphan(deps: WorkDeps, session: Session, claim: Claim): Promise<void> {
  const context = await loadImportContext(deps.db, claim.institutionId, claim.importId);
  const lease = keepLease(deps.db, claim);
  try {
    await finishApplied(deps, claim);
    deps.log.info({ ...claim }, 'receipts of an interrupted import written');
  } catch (error) {
    await settleFailure(deps, claim, error, context?.failures ?? 0);
  } finally {
    await lease.end();
    await releaseClaim(session, claim);
  }
}

/** `failures`: how many there were before this one. */
async function settleFailure(deps: WorkDeps, claim: Claim, error: unknown, failures: number): Promise<void> {
  const log = deps.log.child({ ...claim });
  const now = deps.clock.now();
  if (error instanceof LostClaim) return log.warn({}, 'import taken over by another attempt');
  if (error instanceof RunStopped) {
    await giveBack(deps.db, claim, { readyAt: now, failed: false });
    return log.info({}, 'import given back');
  }
  if (isMissingFile(error)) return endWithout(deps, claim, 'file-lost', error);
  const passes = (error instanceof DatabaseError && error.transient) || isFullDisk(error);
  if (failures + 1 >= maxFailures && !passes) return endWithout(deps, claim, 'internal-error', error);
  log.error({ err: error, failures: failures + 1 }, 'import run failed');
  const readyAt = new Date(now.getTime() + (backOff[failures] ?? 5_000));
  await giveBack(deps.db, claim, { readyAt, failed: !passes });
}

/** Ends an import that cannot be finished: failed; or, when its contacts are written already, succeeded without receipts. */
async function endWithout(deps: WorkDeps, claim: Claim, reason: string, cause: unknown): Promise<void> {
  const context = await loadImportContext(deps.db, claim.institutionId, claim.importId);
  deps.log.error({ ...claim, err: cause, reason, applied: context?.applied }, 'import given up');
  const ending: Ending = context?.applied
    ? { status: 'succeeded', reason: null, hold: null }
    : { status: 'failed', reason, hold: null };
  try {
    if (!context?.applied) return await completeImport(deps, claim, ending);
  } catch (error) {
    deps.log.error({ ...claim, err: error }, 'no receipt could be written');
  }
  const end = { ...ending, receiptFileId: null, errorFileId: null, now: deps.clock.now() };
  await deps.db.transaction((tx) => finishImport(tx, claim, end));
}

/** Somebody makes room sooner or later: until then the import waits, and nothing of it is given up. */
function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
