// How a transfer ends: delivered, nothing to send, or failed with the promise of another attempt.
// Invariant: the end of a transfer, the watermark, what follows from it and what is told of it are one transaction, on the session
// that holds the dataset's lock.

import type { Session, Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Failure } from '../domain/failures.ts';
import type { Stage } from '../domain/remote.ts';
import { nextSlot, parseFrequency } from '../domain/schedule.ts';
import { retryTime, type TransferRecord, type TransferWindow } from '../domain/transfer.ts';
import { getDestination } from '../store/destinations.ts';
import { getInstitution } from '../store/institutions.ts';
import { endDoubt, endTransfer, recordWindow } from '../store/transfer-runs.ts';
import { moveWatermark } from '../store/watermarks.ts';
import { queueTransfer } from './queue-transfer.ts';

type FinishDeps = Pick<Deps, 'clock' | 'newId' | 'queue' | 'notify'>;

/** `rest`: what came after this window gets a transfer of its own, of the same kind. */
export async function finishDelivered(
  deps: FinishDeps,
  session: Session,
  record: TransferRecord,
  end: { fileName: string; notes: readonly string[]; stages: readonly Stage[]; rest: boolean },
): Promise<void> {
  const { institutionId, id, dataset, destinationId, trigger, window } = record;
  if (!window) throw new Error('a transfer without a window was delivered');
  const now = deps.clock.now();
  await session.transaction(async (tx) => {
    await endTransfer(tx, institutionId, id, {
      status: 'succeeded',
      inDoubt: false,
      stages: end.stages,
      notes: end.notes,
      fileName: end.fileName,
      failure: null,
      retryAt: null,
      finishedAt: now,
    });
    if (trigger !== 'resend') {
      await endDoubt(tx, institutionId, dataset);
      await moveWatermark(tx, institutionId, dataset, { ...window, file: true, at: now });
    }
    if (end.rest) {
      const { slotAt, slotAttempt, startedBy } = record;
      const rest = { destinationId, dataset, trigger, slotAt, slotAttempt, windowOf: null, startedBy };
      await queueTransfer(deps, tx, institutionId, rest);
    }
    await tellSucceeded(deps, tx, { ...record, rows: record.rows ?? 0 }, end.fileName);
  });
}

/** The window held nothing and its destination sends no empty files: the watermark moves. */
export async function finishEmpty(
  deps: FinishDeps,
  session: Session,
  record: TransferRecord,
  empty: { window: TransferWindow; rows: number; notes: readonly string[] },
): Promise<void> {
  const { institutionId, id, dataset } = record;
  const now = deps.clock.now();
  await session.transaction(async (tx) => {
    await recordWindow(tx, institutionId, id, { ...empty, file: null });
    await endTransfer(tx, institutionId, id, {
      status: 'empty',
      inDoubt: false,
      stages: [],
      notes: [],
      fileName: null,
      failure: null,
      retryAt: null,
      finishedAt: now,
    });
    await moveWatermark(tx, institutionId, dataset, { ...empty.window, file: false, at: now });
    await tellSucceeded(deps, tx, { ...record, file: null, rows: empty.rows }, null);
  });
}

async function tellSucceeded(
  deps: FinishDeps,
  tx: Tx,
  record: TransferRecord & { rows: number },
  fileName: string | null,
): Promise<void> {
  await deps.notify(tx, record.institutionId, {
    ...about(record),
    kind: 'transfer.succeeded',
    rows: record.rows,
    fileName,
    sha256: record.file?.sha256 ?? null,
  });
}

/** Members that are absent leave what the row says, such as a doubt that is older than this attempt. */
export async function finishFailed(
  deps: FinishDeps,
  session: Session,
  record: TransferRecord,
  end: { failure: Failure; inDoubt?: boolean; stages?: readonly Stage[] },
): Promise<void> {
  const { institutionId, id, trigger } = record;
  const { failure } = end;
  const now = deps.clock.now();
  await session.transaction(async (tx) => {
    const retryAt = failure.mayPass ? await retryTimeOf(tx, record, now) : null;
    await endTransfer(tx, institutionId, id, {
      status: 'failed',
      inDoubt: end.inDoubt ?? null,
      stages: end.stages ?? null,
      notes: [],
      fileName: null,
      failure,
      retryAt,
      finishedAt: now,
    });
    if (retryAt)
      await deps.queue.send(tx, 'retry-transfer', { institutionId, transferId: id }, { startAfter: retryAt });
    await deps.notify(tx, institutionId, {
      ...about(record),
      kind: 'transfer.failed',
      failure,
      // Of a slot the first failure is mailed and the last one (see notify), and none for what a person has just done.
      scheduled: (trigger === 'scheduled' || trigger === 'retry') && !stoppedByPerson(failure),
      retryAt,
    });
  });
}

function stoppedByPerson({ facts }: Failure): boolean {
  return facts.cause === 'destination-deleted' || facts.cause === 'destination-not-on';
}

/** Within the slot, for scheduled runs and their retries, while the destination is on. */
async function retryTimeOf(tx: Tx, record: TransferRecord, now: Date): Promise<Date | null> {
  if (record.trigger !== 'scheduled' && record.trigger !== 'retry') return null;
  const destination = await getDestination(tx, record.institutionId, record.destinationId);
  const institution = await getInstitution(tx, record.institutionId);
  if (!institution || destination?.status !== 'on' || destination.deletedAt) return null;
  const next = nextSlot(parseFrequency(destination.frequency), destination.at, institution.timeZone, now);
  return retryTime(record.slotAttempt, now, next);
}

function about({ destinationId, destinationName, dataset, id }: TransferRecord) {
  return { destinationId, destinationName, dataset, transferId: id };
}
