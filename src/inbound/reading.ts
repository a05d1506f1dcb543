// The words between an import and whoever reads its file for it, normally a thread: jobs, parts, summaries.
// Invariant: everything here can be sent between threads as it is.

import type { CustomField } from '../domain/fields.ts';
import type { Mapping } from '../domain/mapping.ts';
import type { ImportIssue } from '../store/import-issues.ts';
import type { PlanLabels } from '../store/import-plan-outcome.ts';
import type { ImportDialect } from '../store/imports.ts';

/** A stored file to read and validate under a mapping. */
export type ReadingJob = {
  /** On a local disk. */
  path: string;
  mapping: Mapping;
  customFields: readonly CustomField[];
  /** ISO 3166 alpha-2. */
  country: string;
  strict: boolean;
  compare: RowComparison | null;
  /** Set when the institution has no contacts yet. */
  newContacts: NewContacts | null;
};

/** What the contacts of a file get that is the same for all of them. `rows`: about how many there will be. */
export type NewContacts = { institutionId: string; importId: string; now: string; rows: number };

/** How rows are recognised whose outcome is known. Null where a mapping does not allow it. */
export type RowComparison = {
  /** 32 bytes of the institution's own, from which the keys of hashes are made. */
  key: Uint8Array;
  /** Goes in front of every stored hash: whose rows it is of. In hex. */
  mark: string;
  /** What else the outcome of a row depends on: the versions of the reader, the validator and the metadata of phones, the zone. */
  surroundings: string;
  /** Null when no row can be known. */
  known: KnownSource | null;
};

/** Where known rows are told by: a table (memory of `KnownRows`), ranges on disk, or, once these are matched, a bit for each row. */
export type KnownSource =
  | { kind: 'table'; table: SharedArrayBuffer }
  | KnownRanges
  | { kind: 'rows'; bits: Uint8Array };

/** Hashes by ranges in a folder: bytes of each range; memory for a table of the largest, and for how many rows claimed a hash of each. */
export type KnownRanges = {
  kind: 'ranges';
  folder: string;
  sizes: readonly { hashes: number; changes: number }[];
  table: SharedArrayBuffer;
  claimed: SharedArrayBuffer;
};

/** What a reading hands over, in this order: one `start` (unless there is no header), then rows, contacts, issues and hashes as COPY text. */
export type ReadingPart =
  | { kind: 'start'; fields: string[]; labels: PlanLabels }
  | { kind: 'rows'; text: Uint8Array<ArrayBuffer>; count: number }
  | { kind: 'contacts'; text: Uint8Array<ArrayBuffer>; count: number }
  | { kind: 'issues'; text: Uint8Array<ArrayBuffer>; count: number }
  /** Hashes of rows that became contacts, as COPY text of `row_hash_pieces`. */
  | { kind: 'hashes'; text: Uint8Array<ArrayBuffer>; count: number };

export type ReadingSummary = {
  dialect: ImportDialect;
  /** Data rows: all, those of them that are known and were not handed over, and those that are skipped already. */
  rows: number;
  known: number;
  skipped: number;
  /** The code of the first issue that rejects the file; null when it can be imported. */
  rejected: string | null;
  endsInsideQuote: boolean;
  /** The row that the open quote or the short last row is in; null when there is neither. */
  suspectRow: number | null;
  /** Null when there is too much in it. */
  errorFile: ErrorFileSoFar | null;
  lastRowShort: boolean;
  /** Null for a file without bytes. */
  finalNewline: boolean | null;
};

/** An error file with the rows of the issues that the reader itself has found; `issues`: how many of them it tells. */
export type ErrorFileSoFar = { bytes: Uint8Array<ArrayBuffer>; issues: number };

/** An error file to make: the rows of `path` that have issues, as CSV. */
export type ErrorFileJob = { path: string; mapping: Mapping };

/** Reads files, normally in threads. A generator that is left early gives its reader back. */
export type FileReader = {
  read(job: ReadingJob): AsyncGenerator<ReadingPart, ReadingSummary>;
  /** `issues` in the order of the file; gives CSV bytes. */
  errorRows(job: ErrorFileJob, issues: AsyncIterable<ImportIssue[]>): AsyncGenerator<Uint8Array>;
};
