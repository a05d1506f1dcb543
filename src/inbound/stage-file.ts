// Reads a stored file in a thread and fills the staging tables of the session.
// Invariant: no transaction is open meanwhile; what is staged vanishes with the session.

import type { Session, Tx } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';
import type { Issue } from '../domain/issue.ts';
import { knowRecords, type Lookup, lookupFor } from '../store/bulk-planning.ts';
import { copyContacts } from '../store/import-apply.ts';
import type { PlanLabels } from '../store/import-plan-outcome.ts';
import { copyIssues, copyRows, createStaging, type StagedField, stagedFields } from '../store/import-staging.ts';
import { copyPieces } from '../store/row-hash-snapshots.ts';
import { namedContacts } from '../store/row-hashes.ts';
import type { HashRoom, KnownHashes } from './known-hashes.ts';
import { loadKnownRows } from './load-known-rows.ts';
import type { FileReader, ReadingJob, ReadingSummary } from './reading.ts';
import { issueLine, keptLine } from './staged-text.ts';

/** How many of the file's rows were staged (`rows`), and how many became contacts at once (`copied`). `mark`: null when they were not compared. */
export type StagedFile = {
  mark: Buffer | null;
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

/** The file besides what its reader needs. `size` in bytes; `comparing`: how its rows are recognised, null when they cannot be; `room` for that. */
export type FileToStage = {
  institutionId: InstitutionId;
  size: number;
  comparing: { key: Uint8Array; mark: Buffer; surroundings: string } | null;
  room: HashRoom;
};

/** Reads and validates the whole file; the rows and issues are staged when it resolves. Throws errors of disk and database. */
export async function stageFile(
  session: Session | Tx,
  reader: FileReader,
  job: Omit<ReadingJob, 'compare'>,
  file: FileToStage,
  onProgress: OnProgress,
): Promise<StagedFile> {
  const { institutionId, size, comparing } = file;
  let fields: readonly StagedField[] = [];
  let labels: PlanLabels = { crmId: null, causewayId: null, phone: null, textOptOut: null };
  let rows = 0;
  let copied = 0;
  await createStaging(session, fields, size);
  await using known =
    comparing !== null && 'transaction' in session ? await loadKnownRows(session, file, comparing.mark) : null;
  const compare = comparing && { ...comparing, mark: comparing.mark.toString('hex'), known: known?.source ?? null };
  const parts = reader.read({ ...job, compare });
  try {
    for (;;) {
      onProgress(rows + copied);
      const next = await parts.next();
      if (next.done) {
        const summary = next.value;
        let kept = 0;
        if (known && comparing && summary.known > 0) {
          if ('transaction' in session) await session.transaction((tx) => knowRecords(tx, 'contacts', summary.rows));
          kept = await stageKept(session, {
            institutionId,
            mark: comparing.mark,
            fields,
            known,
            lookup: lookupFor({ staged: rows, rows: summary.rows }),
          });
        }
        const counted = { ...summary, known: summary.known - kept };
        return { fields, labels, rows: rows + kept, copied, mark: comparing?.mark ?? null, summary: counted };
      }
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

type KeptRows = {
  institutionId: InstitutionId;
  mark: Buffer;
  fields: readonly StagedField[];
  known: KnownHashes;
  lookup: Lookup;
};

/**
 * Stages the known rows of contacts that other rows of the file name as well, so that the plan sees that the CRM ID is there
 * twice. Gives how many there are; mostly none.
 */
async function stageKept(
  session: Session | Tx,
  { institutionId, mark, fields, known, lookup }: KeptRows,
): Promise<number> {
  const lines = new Map<number, string>();
  for await (const { place, crmIdText } of known.claimed(namedContacts(session, institutionId, mark, lookup)))
    lines.set(place.row, keptLine(place, crmIdText, fields));
  return lines.size === 0 ? 0 : copyRows(session, fields, Buffer.from([...lines.values()].join('')));
}

/** Stages issues of the file that the reader cannot know. */
export async function stageIssues(session: Session | Tx, issues: readonly Issue[]): Promise<void> {
  if (issues.length === 0) return;
  await copyIssues(session, Buffer.from(issues.map((issue, at) => issueLine(issue, afterTheReader + at)).join('')));
}

function asBuffer(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
