// A CSV file to rows of connections, by the labels of its header.
// Invariant: a file without the two columns that every row needs is refused whole; a row that is not sound is never guessed at.

import { readCsv } from '../csv/read.ts';
import type { CsvReading, DataRow, Signature } from '../csv/types.ts';
import type { ConnectionProblem } from '../domain/connection-problems.ts';
import { type ConnectionColumn, connectionColumns } from '../domain/dataset.ts';
import { AppError } from '../domain/errors.ts';
import { headerColumns, knownLabels } from './connection-columns.ts';
import { type ReadRow, unreadable } from './connection-rows.ts';
import type { LoadProblems } from './load-problems.ts';
import { longestLine } from './ndjson-lines.ts';

/**
 * Throws AppError `unsupported-file-type`, `missing-columns` or `duplicate-columns`; errors of the source pass through.
 * `problems` is told of unknown columns and of how the file is written.
 */
export async function* csvConnections(
  source: AsyncIterable<Uint8Array>,
  problems: LoadProblems,
): AsyncGenerator<ReadRow[]> {
  const limits = { cellBytes: longestLine, rowBytes: longestLine };
  const reading = await readCsv(source, { expectedLabels: knownLabels, limits });
  try {
    if (reading.signature !== null) throw noTable(reading.signature);
    const indexes = reading.header === null ? [] : columnsOf(reading.header.labels, reading.header.row, problems);
    const read = (row: DataRow) => rowOf(row, indexes);
    // The last row of a file that was cut off looks like any short row until the end is seen.
    let short: DataRow | null = null;
    for await (const batch of reading.batches) {
      const rows: ReadRow[] = [];
      for (const row of batch.rows) {
        if (short !== null) rows.push(read(short));
        short = isShort(row) ? row : null;
        if (short === null) rows.push(read(row));
      }
      yield rows;
    }
    if (short !== null) yield [reading.result().lastRowShort ? unreadable(short.row, 'row-broken-off') : read(short)];
    tellOfFile(reading, problems);
  } finally {
    await reading.close();
  }
}

function columnsOf(labels: readonly string[], row: number, problems: LoadProblems): number[] {
  const { indexes, unknown, repeated } = headerColumns(labels);
  if (repeated.length > 0) throw duplicateColumns(repeated);
  const required: ConnectionColumn[] = ['externalId', 'connectedAt'];
  const missing = required.filter((name) => (indexes[connectionColumns.indexOf(name)] ?? -1) < 0);
  if (missing.length > 0) throw missingColumns(missing);
  for (const label of unknown) problems.addUnknownColumn(label, row);
  return indexes;
}

function isShort(row: DataRow): boolean {
  return row.problems.some((problem) => problem.code === 'column-count-mismatch' && problem.facts.kind === 'short');
}

function rowOf(row: DataRow, indexes: readonly number[]): ReadRow {
  const cells = indexes.map((index) => (index < 0 ? undefined : row.cells[index]));
  const notices: ConnectionProblem[] = [];
  for (const problem of row.problems) {
    if (problem.code === 'row-too-large') return unreadable(row.row, 'row-too-large', { limit: longestLine });
    if (problem.code !== 'column-count-mismatch') return unreadable(row.row, problem.code);
    const { kind, found, expected } = problem.facts;
    if (kind !== 'short') return unreadable(row.row, problem.code, { found, expected });
    notices.push({ field: null, code: problem.code, effect: 'notice', facts: { found, expected } });
  }
  return notices.length === 0 ? { row: row.row, cells } : { row: row.row, cells, notices };
}

/** What is worth knowing of the file as a whole; blank rows and line ends are not. */
function tellOfFile(reading: CsvReading, problems: LoadProblems): void {
  for (const problem of reading.header === null ? [] : reading.result().problems) {
    const { code } = problem;
    const row = problem.row ?? reading.header?.row ?? 1;
    if (code === 'delimiter-not-comma' || code === 'preamble-skipped')
      problems.add({ field: null, code, effect: 'notice', facts: {} }, row, null);
    else if (code === 'bad-encoding')
      problems.add({ field: null, code, effect: 'notice', facts: {} }, problem.facts.first[0]?.row ?? row, null);
  }
}

function missingColumns(missing: readonly ConnectionColumn[]): AppError {
  return new AppError(
    'invalid',
    'missing-columns',
    missing.length === 1
      ? `The file has no column “${missing[0]}”, which every row needs.`
      : 'The file has no columns “externalId” and “connectedAt”, which every row needs.',
    `Nothing was loaded. The first row must hold the names of the columns: ${connectionColumns.join(', ')}.`,
  );
}

function duplicateColumns(repeated: readonly ConnectionColumn[]): AppError {
  return new AppError(
    'invalid',
    'duplicate-columns',
    `The file has more than one column “${repeated[0]}”, so it cannot be known which of them counts.`,
    'Nothing was loaded. Take one of them away, or give it another name, and send the file again.',
  );
}

const kinds: Readonly<Record<Signature, string>> = {
  zip: 'an Excel workbook or a ZIP archive',
  ole: 'an Excel workbook of the old kind',
  gzip: 'compressed (gzip)',
  pdf: 'a PDF document',
  pgp: 'encrypted (PGP)',
};

function noTable(signature: Signature): AppError {
  return new AppError(
    'invalid',
    'unsupported-file-type',
    `The file is ${kinds[signature]}, and not CSV or NDJSON.`,
    'Nothing was loaded. Save it as CSV (UTF-8) and send that.',
  );
}
