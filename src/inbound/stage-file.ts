// Reads a stored file in a thread and fills the staging tables of the session.
// Invariant: no transaction is open meanwhile; what is staged vanishes with the session.

import type { Session, Tx } from '../db/connection.ts';
import type { Issue } from '../domain/issue.ts';
import { copyContacts } from '../store/import-apply.ts';
import type { PlanLabels } from '../store/import-plan-outcome.ts';
import { copyIssues, copyRows, createStaging, type StagedField, stagedFields } from '../store/import-staging.ts';
import { copyPieces } from '../store/row-hash-snapshots.ts';
import type { FileReader, ReadingJob, ReadingSummary } from './reading.ts';
import { issueLine } from './staged-text.ts';

/** How many of the file's rows were staged (`rows`), and how many became contacts at once (`copied`). */
export type StagedFile = {
  fields: readonly StagedField[];
  labels: PlanLabels;
  rows: number;
  copied: number;
  summary: ReadingSummary;
};

/** Called before each part with the rows staged so far; what it throws ends the reading. */
export type OnProgress = (rows: number) => void;

// Issues that the import itself adds stand behind those of the reader.
const afterTheReader = 900_000_000;

/**
 * Reads and validates the whole file of `size` bytes; the rows and issues are in the tables of `createStaging` when it resolves.
 * Throws errors of disk and database.
 */
export async function stageFile(
  session: Session | Tx,
  reader: FileReader,
  job: ReadingJob,
  size: number,
  onProgress: OnProgress,
): Promise<StagedFile> {
  let fields: readonly StagedField[] = [];
  let labels: PlanLabels = { crmId: null, causewayId: null, phone: null, textOptOut: null };
  let rows = 0;
  let copied = 0;
  const parts = reader.read(job);
  try {
    for (;;) {
      onProgress(rows + copied);
      const next = await parts.next();
      if (next.done) return { fields, labels, rows, copied, summary: next.value };
      const part = next.value;
      if (part.kind === 'start') {
        labels = part.labels;
        fields = stagedFields(part.fields);
        await createStaging(session, fields, size);
      } else if (part.kind === 'rows') {
        rows += await copyRows(session, fields, asBuffer(part.text));
      } else if (part.kind === 'contacts') {
        copied += await copyContacts(session, fields, asBuffer(part.text));
      } else if (part.kind === 'hashes') {
        await copyPieces(session, asBuffer(part.text));
      } else {
        await copyIssues(session, asBuffer(part.text));
      }
    }
  } finally {
    // Leaves the reader free for others when the loop was left early.
    await parts.return(undefined as never);
  }
}

/** Stages issues of the file that the reader cannot know. */
export async function stageIssues(session: Session | Tx, issues: readonly Issue[]): Promise<void> {
  if (issues.length === 0) return;
  await copyIssues(session, Buffer.from(issues.map((issue, at) => issueLine(issue, afterTheReader + at)).join('')));
}

function asBuffer(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
