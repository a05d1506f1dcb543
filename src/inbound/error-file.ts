// The error file: the rows of a file that need correcting, as they came, with the reasons beside them.
// Invariant: every original cell has the same text as in the file; only our own columns are ours, and they begin with a letter or digit.

import { readCsv } from '../csv/read.ts';
import type { DataRow, Dialect, IsKnown, ReadOptions } from '../csv/types.ts';
import { createCsvWriter } from '../csv/write.ts';
import type { Issue } from '../domain/issue.ts';
import { issueMessage } from '../domain/issues.ts';
import { isOwnColumn, ownColumns } from '../domain/label-index.ts';
import type { ImportIssue } from '../store/import-issues.ts';
import type { ErrorFileJob } from './reading.ts';

const pieceLength = 64 * 1024;

/**
 * Reads the file again, as `readRows` did, and gives the rows that `issues` name: their cells under the labels of the file, then
 * our columns, then the cells beyond the last label, if any. Same delimiter; UTF-8, with a byte order mark unless the file was
 * UTF-8 without one.
 */
export async function* errorRows(
  source: AsyncIterable<Uint8Array>,
  job: ErrorFileJob,
  issues: AsyncIterable<ImportIssue[]>,
  openBlocks?: ReadOptions['openBlocks'],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const expectedLabels = job.mapping.columns.flatMap((column) => column.labels);
  const wanted = new WantedRows(issues);
  await wanted.advance();
  // No cell is made of rows that nobody wants.
  const isKnown: IsKnown = (row) => wanted.surelyIsNot(row);
  const reading = await readCsv(source, { expectedLabels, isKnown, openBlocks });
  try {
    if (!reading.header) return;
    const writer = errorFileWriter({ ...reading.dialect, labels: reading.header.labels });
    for await (const batch of reading.batches) {
      for (const row of batch.rows) {
        if (wanted.row === null) break;
        while (wanted.row !== null && wanted.row < row.row) await wanted.advance();
        if (wanted.row !== row.row) continue;
        writer.add(row, wanted.issues);
        await wanted.advance();
      }
      if (wanted.row === null) break;
      if (writer.waiting >= pieceLength) yield detached(writer.take());
    }
    if (writer.waiting > 0) yield detached(writer.take());
  } finally {
    await reading.close();
  }
}

export type ErrorFileWriter = {
  add(row: Pick<DataRow, 'row' | 'cells'>, issues: readonly Issue[]): void;
  /** Characters that wait to be taken. */
  readonly waiting: number;
  take(): Buffer;
};

/** Writes rows with their issues; the line of labels comes first. */
export function errorFileWriter({
  labels,
  delimiter,
  encoding,
}: Pick<Dialect, 'delimiter' | 'encoding'> & { labels: readonly string[] }): ErrorFileWriter {
  const originals = originalColumns(labels);
  const writer = createCsvWriter({ delimiter, encoding: encoding === 'utf-8' ? 'utf-8' : 'utf-8-bom' });
  writer.add([...originals.map((at) => labels[at] ?? ''), ...ownColumns]);
  return {
    add: (row, issues) => writer.add(errorRow(row, originals, labels.length, issues)),
    get waiting() {
      return writer.waiting;
    },
    take: () => writer.take(),
  };
}

/** All columns but our own from an error file that came back. */
function originalColumns(labels: readonly string[]): number[] {
  return labels.flatMap((label, at) => (isOwnColumn(label) ? [] : [at]));
}

function errorRow(
  row: Pick<DataRow, 'row' | 'cells'>,
  originals: readonly number[],
  width: number,
  issues: readonly Issue[],
): string[] {
  const codes = [...new Set(issues.map((issue) => issue.code))];
  return [
    ...originals.map((at) => row.cells[at] ?? ''),
    String(row.row),
    codes.join('; '),
    issues.map(issueMessage).join(' '),
    ...row.cells.slice(width),
  ];
}

/** A buffer of its own memory, which can be handed over to another thread. */
function detached(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** The issues, one row at a time. `row` is null at their end. */
class WantedRows {
  row: number | null = null;
  issues: ImportIssue[] = [];
  readonly #source: AsyncIterator<ImportIssue[]>;
  #page: ImportIssue[] = [];
  #at = 0;
  /** The rows of the page, and the last of them. */
  #rows = new Set<number>();
  #lastRow = 0;

  constructor(source: AsyncIterable<ImportIssue[]>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    this.issues = [];
    this.row = null;
    for (;;) {
      const issue = await this.#peek();
      if (!issue || (this.row !== null && issue.row !== this.row)) return;
      this.#at += 1;
      if (issue.row === null) continue;
      this.row = issue.row;
      this.issues.push(issue);
    }
  }

  /** True when no issue names the row; rows behind what has been fetched may be wanted. */
  surelyIsNot(row: number): boolean {
    return row < this.#lastRow && row !== this.row && !this.#rows.has(row);
  }

  async #peek(): Promise<ImportIssue | null> {
    while (this.#at >= this.#page.length) {
      const next = await this.#source.next();
      if (next.done) return null;
      this.#page = next.value;
      this.#at = 0;
      this.#rows = new Set(next.value.map((issue) => issue.row ?? 0));
      this.#lastRow = next.value.at(-1)?.row ?? 0;
    }
    return this.#page[this.#at] ?? null;
  }
}
