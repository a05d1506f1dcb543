// What a reading thread and its pool say to each other.
// Invariant: a thread works on one job at a time and sends no part for which it has no credit.

import type { ErrorFileJob, ReadingJob, ReadingPart, ReadingSummary } from '../inbound/reading.ts';
import type { ImportIssue } from '../store/import-issues.ts';

/** How many parts may be under way at once: one being stored, one waiting, one being made. */
export const credits = 3;

export type ToThread =
  | { kind: 'read'; job: ReadingJob }
  | { kind: 'errors'; job: ErrorFileJob }
  /** A part was taken: send another. */
  | { kind: 'credit' }
  /** The answer to `want-issues`; null at their end. */
  | { kind: 'issues'; issues: ImportIssue[] | null }
  /** Nobody wants the rest: stop and say `stopped`. */
  | { kind: 'stop' };

export type FromThread =
  | { kind: 'part'; part: ReadingPart }
  | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'want-issues' }
  | { kind: 'done'; summary: ReadingSummary | null }
  | { kind: 'stopped' }
  /** An error of the disk, or a bug; `code` of a system error. */
  | { kind: 'failed'; name: string; message: string; code: string | null; stack: string };
