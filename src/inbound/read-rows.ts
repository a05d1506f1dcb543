// Bytes of a file → validated rows and issues as COPY text. Runs in a reading thread.
// Invariant: a file of any content ends in a summary; only an error of the disk is thrown.

import { readCsv } from '../csv/read.ts';
import type { CsvReading, Problem, ReadOptions } from '../csv/types.ts';
import { allFields } from '../domain/fields.ts';
import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { type ResolvedMapping, resolveMapping } from '../domain/resolve-mapping.ts';
import type { PlanLabels } from '../store/import-plan-outcome.ts';
import { stagedFields } from '../store/import-staging.ts';
import { type RowComparer, rowComparer } from './compare-rows.ts';
import { contactEncoder } from './contact-text.ts';
import { EarlyErrorFile } from './early-error-file.ts';
import { HashPieces } from './hash-pieces.ts';
import { PartBuffer } from './part-buffer.ts';
import type { ReadingJob, ReadingPart, ReadingSummary } from './reading.ts';
import { fileIssue, rowJudge } from './reading-issues.ts';
import { issueLine, rowEncoder } from './staged-text.ts';

/**
 * Reads, maps and validates. A file that must be rejected because of its header ends before its first row.
 * `newId` makes the ids of contacts that the rows may become; `openBlocks` has the bytes scanned elsewhere.
 */
export async function* readRows(
  source: AsyncIterable<Uint8Array>,
  job: ReadingJob,
  { newId, openBlocks }: { newId: () => string; openBlocks?: ReadOptions['openBlocks'] },
): AsyncGenerator<ReadingPart, ReadingSummary> {
  const comparer = job.compare && rowComparer(job, job.compare);
  const reading = await openRows(source, job, comparer, openBlocks);
  try {
    const issues = new IssueBuffer();
    const resolved = reading.header && resolveHeader(reading, job, issues);
    if (reading.header && resolved === null) {
      issues.addProblems(reading.problems, job);
      yield* issues.rest();
      return rejectedByHeader(reading, issues);
    }
    let counts = { rows: 0, known: 0, skipped: 0 };
    comparer?.begin(reading);
    const errorFile = new EarlyErrorFile(reading);
    if (resolved) counts = yield* readBody(reading, resolved, { job, issues, newId, comparer, errorFile });
    else for await (const _ of reading.batches);
    return yield* finish(reading, { ...counts, errorFile: errorFile.take() }, issues, job);
  } finally {
    await reading.close();
  }
}

/** Opens the file as every pass over it must. */
export function openRows(
  source: AsyncIterable<Uint8Array>,
  job: Pick<ReadingJob, 'mapping'>,
  comparer: RowComparer | null,
  openBlocks: ReadOptions['openBlocks'],
): Promise<CsvReading> {
  const expectedLabels = job.mapping.columns.flatMap((column) => column.labels);
  return readCsv(source, {
    ...{ expectedLabels, openBlocks },
    ...(comparer && { rowKey: comparer.rowKey, isKnown: comparer.isKnown }),
  });
}

/** Null when the header rejects the file; the issues say why. */
function resolveHeader(reading: CsvReading, job: ReadingJob, issues: IssueBuffer): ResolvedMapping | null {
  const { header } = reading;
  if (!header) return null;
  const strictDelimiter = reading.problems.some((problem) => fileIssue(problem, job)?.effect === 'file-rejected');
  if (header.looksLikeData && header.expectedFound === 0) {
    issues.add(newIssue('no-header-row', { row: header.row, line: header.line }));
    return null;
  }
  const resolved = resolveMapping(job.mapping, header.labels, allFields(job.customFields), {
    strict: job.strict,
    headerRow: header.row,
    headerLine: header.line,
  });
  for (const issue of resolved.issues) issues.add(issue);
  return resolved.rejected || strictDelimiter ? null : resolved;
}

/** Each part is one COPY, whose beginning and end cost a millisecond of waiting. */
const contactBytes = 2 * 1024 * 1024;

type BodyCounts = { rows: number; known: number; skipped: number };

async function* readBody(
  reading: CsvReading,
  resolved: ResolvedMapping,
  with_: {
    job: ReadingJob;
    issues: IssueBuffer;
    newId: () => string;
    comparer: RowComparer | null;
    errorFile: EarlyErrorFile;
  },
): AsyncGenerator<ReadingPart, BodyCounts> {
  const { job, issues, newId, comparer, errorFile } = with_;
  const names = resolved.columns.map((column) => column.field.name);
  yield { kind: 'start', fields: names, labels: planLabels(resolved) };
  const judge = rowJudge(resolved, { country: job.country });
  const fields = stagedFields(names);
  const lineOf = rowEncoder(resolved, fields, newId);
  const contactOf = job.newContacts && contactEncoder(resolved, fields, job.newContacts, newId);
  const lines = new PartBuffer();
  const contacts = new PartBuffer(contactBytes);
  const pieces = new HashPieces(job.newContacts?.institutionId ?? '');
  const counts = { rows: 0, known: 0, skipped: 0 };
  for await (const batch of reading.batches) {
    for (const row of batch.rows) {
      const validated = judge(row);
      const isClean = validated.issues.length === 0 && row.problems.length === 0;
      const hash = isClean && comparer ? comparer.hashOf(batch.hashes, row) : null;
      const contact = contactOf?.(row.row, validated, hash) ?? null;
      if (contact === null) lines.add(lineOf(row, validated, hash));
      else {
        contacts.add(contact);
        if (hash !== null) pieces.add(hash);
      }
      if (validated.skipped) counts.skipped += 1;
      for (const issue of validated.issues) issues.add(issue);
      errorFile.add(row, validated.issues);
    }
    counts.rows += batch.rows.length + batch.known;
    counts.known += batch.known;
    if (lines.isFull) yield part('rows', lines);
    if (contacts.isFull) yield part('contacts', contacts);
    if (pieces.lines.isFull) yield part('hashes', pieces.lines);
    if (issues.isFull) yield* issues.rest();
  }
  pieces.end();
  if (pieces.lines.count > 0) yield part('hashes', pieces.lines);
  if (lines.count > 0) yield part('rows', lines);
  if (contacts.count > 0) yield part('contacts', contacts);
  return counts;
}

function part(kind: 'rows' | 'contacts' | 'hashes', lines: PartBuffer): ReadingPart {
  const { count } = lines;
  return { kind, text: lines.take(), count };
}

async function* finish(
  reading: CsvReading,
  counts: BodyCounts & Pick<ReadingSummary, 'errorFile'>,
  issues: IssueBuffer,
  job: ReadingJob,
): AsyncGenerator<ReadingPart, ReadingSummary> {
  const result = reading.result();
  issues.addProblems(result.problems, job);
  yield* issues.rest();
  const short = result.lastRowShort ? result.counts.total : null;
  return {
    dialect: result.dialect,
    ...counts,
    rejected: issues.rejecting,
    endsInsideQuote: result.endsInsideQuote,
    suspectRow: result.quoteOpened?.row ?? short,
    lastRowShort: result.lastRowShort,
    finalNewline: result.totalBytes === 0 ? null : result.finalNewline,
  };
}

function rejectedByHeader(reading: CsvReading, issues: IssueBuffer): ReadingSummary {
  return {
    dialect: reading.dialect,
    rows: 0,
    known: 0,
    skipped: 0,
    rejected: issues.rejecting,
    endsInsideQuote: false,
    suspectRow: null,
    errorFile: null,
    lastRowShort: false,
    finalNewline: null,
  };
}

function planLabels(resolved: ResolvedMapping): PlanLabels {
  const labelOf = (name: string) => {
    const found = resolved.columns.find((column) => column.field.name === name);
    if (!found) return null;
    return found.column.combine === 'join' ? found.labels.join(' + ') : (found.labels[0] ?? null);
  };
  return {
    crmId: labelOf('crmId'),
    causewayId: labelOf('causewayId'),
    phone: labelOf('phone'),
    textOptOut: labelOf('textOptOut'),
  };
}

/** Issues as COPY text, numbered in the order in which they were found. */
class IssueBuffer {
  /** The code of the first one that rejects the file. */
  rejecting: string | null = null;
  #ordinal = 0;
  readonly #lines = new PartBuffer();

  add(issue: Issue): void {
    if (issue.effect === 'file-rejected') this.rejecting ??= issue.code;
    this.#lines.add(issueLine(issue, this.#ordinal));
    this.#ordinal += 1;
  }

  addProblems(problems: readonly Problem[], job: ReadingJob): void {
    for (const problem of problems) {
      const issue = fileIssue(problem, job);
      if (issue) this.add(issue);
    }
  }

  get isFull(): boolean {
    return this.#lines.isFull;
  }

  *rest(): Generator<ReadingPart> {
    const { count } = this.#lines;
    if (count > 0) yield { kind: 'issues', text: this.#lines.take(), count };
  }
}
