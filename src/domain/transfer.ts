// Transfers: attempts to deliver a window of a dataset, their states in words, and when a failed one is tried again.
// Invariant: at most one window of a dataset is frozen (in doubt) at a time, and it is sent before another one is cut.

import type { Dataset } from './dataset.ts';
import type { Failure } from './failures.ts';
import type { DestinationId, InstitutionId, StoredFileId, TransferId } from './ids.ts';
import type { Stage } from './remote.ts';
import { momentWords } from './schedule.ts';

export type TransferStatus = 'queued' | 'running' | 'succeeded' | 'empty' | 'failed';
export type TransferTrigger = 'scheduled' | 'manual' | 'retry' | 'resend';

/** After `from`, up to and with `to`, in batches of the dataset. `since`: the first window leaves out what is older. */
export type TransferWindow = { from: number; to: number; number: number; since: Date | null; cutAt: Date };

/** The file as it is sent. `sha256` in hex; `name` as it was tried last. `storedFileId` is null when it is stored no longer. */
export type TransferFile = {
  name: string;
  storedFileId: StoredFileId | null;
  manifestFileId: StoredFileId | null;
  sha256: string;
  bytes: number;
};

export type TransferRecord = {
  institutionId: InstitutionId;
  /** The slug. */
  institution: string;
  id: TransferId;
  destinationId: DestinationId;
  destinationName: string;
  dataset: Dataset;
  trigger: TransferTrigger;
  status: TransferStatus;
  slotAt: Date | null;
  slotAttempt: number;
  windowOf: TransferId | null;
  window: TransferWindow | null;
  rows: number | null;
  file: TransferFile | null;
  inDoubt: boolean;
  stages: readonly Stage[];
  notes: readonly string[];
  failure: Failure | null;
  retryAt: Date | null;
  startedBy: string;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** When it is the newest attempt of its dataset: the next slot of its destination while that is on; else null. */
  nextRunAt: Date | null;
};

/** Has it ended, whichever way? */
export function isFinalTransfer({ status }: { status: TransferStatus }): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What the words need to know. */
export type TransferFacts = Pick<TransferRecord, 'status' | 'trigger' | 'inDoubt' | 'retryAt' | 'nextRunAt'>;

/** The state as people read it, everywhere the same. */
export function transferState(facts: TransferFacts, zone: string, now: Date): string {
  switch (facts.status) {
    case 'queued':
      return 'Waiting';
    case 'running':
      return 'Sending';
    case 'succeeded':
      return 'Delivered';
    case 'empty':
      return 'Nothing to send';
    case 'failed':
      return failedState(facts, zone, now);
  }
}

function failedState(facts: TransferFacts, zone: string, now: Date): string {
  const at = facts.retryAt ?? facts.nextRunAt;
  const again = facts.trigger === 'resend' || at === null ? null : momentWords(at, zone, now);
  if (!facts.inDoubt) return again === null ? 'Failed' : `Failed, will retry at ${again}`;
  if (facts.trigger === 'resend') return 'In doubt';
  return again === null ? 'In doubt: sent again first next time' : `In doubt: will be sent again first at ${again}`;
}

/** Attempts in one slot, the first one included. */
const attemptsInSlot = 5;
/** Pauses before the second, third … attempt, in minutes. */
const pauses = [5, 15, 45, 135] as const;

/**
 * When a failed attempt of a slot is made again: null when it was the last one, or the next slot comes first.
 * `attempt` is 1 for the first.
 */
export function retryTime(attempt: number, failedAt: Date, nextSlot: Date): Date | null {
  const minutes = attempt < attemptsInSlot ? pauses[attempt - 1] : undefined;
  if (minutes === undefined) return null;
  const at = new Date(failedAt.getTime() + minutes * 60_000);
  return at < nextSlot ? at : null;
}

/**
 * The name under which a file is uploaded: the same for every attempt of a destination, so that nothing piles up, and never
 * that of another destination (the end of an id is random, its beginning is the time).
 */
export function temporaryNameOf(destinationId: DestinationId): string {
  return `.causeway-${destinationId.replaceAll('-', '').slice(-12)}.part`;
}
