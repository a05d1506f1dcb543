// Runs a transfer: takes the lock of its dataset, finishes what a dead process left, then makes the transfer itself.
// Invariant: at most one transfer of (institution, dataset) runs at a time, on all nodes; a run that cannot go on leaves a row
// that says how far it came, and is found again (recover-transfers.ts).

import { DatabaseError } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import type { Failure } from '../domain/failures.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';
import { isFinalTransfer, type TransferRecord } from '../domain/transfer.ts';
import { ownFailure } from '../domain/transfer-failures.ts';
import { getDestination } from '../store/destinations.ts';
import { getInstitution } from '../store/institutions.ts';
import { nextQueuedTransfer, type TransferPlace } from '../store/transfer-locks.ts';
import { runningTransfers, startTransfer } from '../store/transfer-runs.ts';
import { getTransfer } from '../store/transfers.ts';
import { type Held, underDatasetLock } from './dataset-lock.ts';
import { type DeliverDeps, deliverTransfer } from './deliver-transfer.ts';
import { finishDelivered, finishEmpty, finishFailed } from './finish-transfer.ts';
import { type PrepareDeps, prepareTransfer } from './prepare-transfer.ts';
import { sendRun } from './queue-transfer.ts';
import { isGivenUp, RunFailed, RunInterrupted } from './run-interrupts.ts';
import { stopReasonOf } from './watch-run.ts';

export type RunDeps = DeliverDeps & PrepareDeps & Pick<Deps, 'newId' | 'queue' | 'notify'>;

/** `attempt` counts the tries of the job from 0; `stop` is aborted when the process ends. */
export type RunJob = { attempt: number; stop: AbortSignal };

/** After so many tries an error of ours ends the transfer. */
const triesOfBugs = 3;

/**
 * Brings the transfer to its end, or does nothing: when it has ended, or another transfer of the dataset runs (whose end
 * starts this one). Throws when it should be tried again.
 */
export async function runTransfer(
  deps: RunDeps,
  { institutionId, transferId }: TransferPlace,
  job: RunJob,
): Promise<void> {
  const known = await getTransfer(deps.db, institutionId, transferId);
  if (!known || isFinalTransfer(known) || job.stop.aborted) return;
  const { dataset } = known;
  const ran = await underDatasetLock(deps, institutionId, dataset, async (held) => {
    // Rows that say `running` while the lock was free are of processes that died. Their windows come first.
    const left = (await runningTransfers(held.session, institutionId, dataset)).filter((id) => id !== transferId);
    try {
      for (const id of [...left, transferId]) await runLocked(deps, held, institutionId, id, job);
    } catch (error) {
      if (!(error instanceof RunInterrupted)) throw error;
      deps.log.info({ institutionId, transferId, reason: error.reason }, 'transfer given back');
    }
  });
  if (ran && !job.stop.aborted) await startNext(deps, known);
}

/** The next one of the dataset that waits gets its turn. */
async function startNext(deps: RunDeps, { institutionId, dataset }: TransferRecord): Promise<void> {
  const next = await nextQueuedTransfer(deps.db, institutionId, dataset);
  if (next) await deps.db.transaction((tx) => sendRun(deps, tx, institutionId, next));
}

async function runLocked(
  deps: RunDeps,
  held: Held,
  institutionId: InstitutionId,
  id: TransferId,
  job: RunJob,
): Promise<void> {
  const now = deps.clock.now();
  await startTransfer(held.session, institutionId, id, now);
  const record = await getTransfer(held.session, institutionId, id);
  if (!record || isFinalTransfer(record)) return;
  const log = deps.log.child({ institutionId, transferId: id, dataset: record.dataset });
  const began = performance.now();
  log.info({ trigger: record.trigger, again: record.startedAt?.getTime() !== now.getTime() }, 'transfer started');
  try {
    const status = await makeTransfer(deps, held, record, job.stop);
    log.info({ status, milliseconds: Math.round(performance.now() - began) }, 'transfer finished');
  } catch (error) {
    const failure = failureOfError(error, job);
    if (!failure) throw error;
    if (failure.facts.cause === 'internal-error') log.error({ err: error }, 'transfer given up');
    await finishFailed(deps, held.session, record, { failure });
    log.info({ status: 'failed', code: failure.code, cause: failure.facts.cause }, 'transfer finished');
  }
}

async function makeTransfer(
  deps: RunDeps,
  held: Held,
  record: TransferRecord,
  stop: AbortSignal,
): Promise<'succeeded' | 'empty' | 'failed'> {
  const { institutionId } = record;
  const institution = await getInstitution(held.session, institutionId);
  const destination = await getDestination(held.session, institutionId, record.destinationId);
  if (!institution || !destination) throw new Error('a transfer without its institution or destination');
  const refusal = stopReasonOf({ ...destination, deleted: destination.deletedAt !== null }, null);
  if (refusal) throw new RunInterrupted(refusal);
  const prepared = await prepareTransfer(deps, held, record, institution, destination);
  if (prepared.kind === 'empty') {
    await finishEmpty(deps, held.session, record, prepared);
    return 'empty';
  }
  const outcome = await deliverTransfer(deps, held, prepared.record, destination, stop);
  if (outcome.ok) {
    await finishDelivered(deps, held.session, prepared.record, { ...outcome, rest: prepared.rest });
    return 'succeeded';
  }
  await finishFailed(deps, held.session, prepared.record, outcome);
  return 'failed';
}

/** What an error before the delivery makes of the transfer; null when it is to be tried again. */
function failureOfError(error: unknown, { attempt }: RunJob): Failure | null {
  if (error instanceof RunInterrupted) return isGivenUp(error.reason) ? null : ownFailure(error.reason);
  if (error instanceof RunFailed) return error.failure;
  if (error instanceof AppError)
    return ownFailure('file-not-made', { detail: error.title, nextStep: error.detail, code: error.code });
  if (error instanceof DatabaseError && error.transient) return null;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') return ownFailure('no-space-here');
  return attempt >= triesOfBugs ? ownFailure('internal-error') : null;
}
