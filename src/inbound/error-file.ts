// The error file: the rows of a file that need correcting, as they came, with the reasons beside them.
// Invariant: every original cell has the same text as in the file; only our own columns are ours, and they begin with a letter or digit.

import { readCsv } from '../csv/read.ts';
import type { CsvReading, DataRow, IsKnown, ReadOptions } from '../csv/types.ts';
import { createCsvWriter } from '../csv/write.ts';
import { issueMessage } from '../domain/issues.ts';
import { isOwnColumn, ownColumns } from '../domain/label-index.ts';
import type { ImportIssue } from '../store/import-issues.ts';
import { keptRows } from './kept-rows.ts';
import type { ErrorFileJob, RowsToFix } from './reading.ts';

const pieceLength = 64 * 1024;

/**
 * The rows that `issues` name: their cells under the labels of the file, then our columns, then the cells beyond the last label,
 * if any. Same delimiter; UTF-8, with a byte order mark unless the file was UTF-8 without one. Without the rows at hand the file
 * is opened and read again, as `readRows` did.
 */
export async function* errorRows(
  open: () => AsyncIterable<Uint8Array>,
  { mapping, rowsToFix }: Omit<ErrorFileJob, 'path'>,
  issues: AsyncIterable<ImportIssue[]>,
  openBlocks?: ReadOptions['openBlocks'],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const wanted = new WantedRows(issues);
  await wanted.advance();
  if (rowsToFix !== null) {
    yield* written(rowsToFix, keptRows(rowsToFix), wanted);
    return;
  }
  const expectedLabels = mapping.columns.flatMap((column) => column.labels);
  // No cell is made of rows that nobody wants.
  const isKnown: IsKnown = (row) => wanted.surelyIsNot(row);
  const reading = await readCsv(open(), { expectedLabels, isKnown, openBlocks });
  try {
    const { dialect, header } = reading;
    if (header) yield* written({ ...dialect, labels: header.labels }, rowsOf(reading), wanted);
  } finally {
    await reading.close();
  }
}

type Row = Pick<DataRow, 'row' | 'cells'>;

async function* rowsOf({ batches }: CsvReading): AsyncGenerator<Row> {
  for await (const { rows } of batches) yield* rows;
}

async function* written(
  { labels, delimiter, encoding }: Pick<RowsToFix, 'labels' | 'delimiter' | 'encoding'>,
  rows: Iterable<Row> | AsyncIterable<Row>,
  wanted: WantedRows,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const originals = originalColumns(labels);
  const writer = createCsvWriter({ delimiter, encoding: encoding === 'utf-8' ? 'utf-8' : 'utf-8-bom' });
  writer.add([...originals.map((at) => labels[at] ?? ''), ...ownColumns]);
  for await (const row of rows) {
    while (wanted.row !== null && wanted.row < row.row) await wanted.advance();
    if (wanted.row === null) break;
    if (wanted.row !== row.row) continue;
    writer.add(errorRow(row, originals, labels.length, wanted.issues));
    await wanted.advance();
    if (writer.waiting >= pieceLength) yield detached(writer.take());
  }
  if (writer.waiting > 0) yield detached(writer.take());
}

/** All columns but our own from an error file that came back. */
function originalColumns(labels: readonly string[]): number[] {
  return labels.flatMap((label, at) => (isOwnColumn(label) ? [] : [at]));
}

function errorRow(row: Row, originals: readonly number[], width: number, issues: readonly ImportIssue[]): string[] {
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
