// Writes the table of a file as it was read (`causeway check --rows`): UTF-8, comma, CRLF, RFC 4180.
// Invariant: the table stands under its name only when it is whole; a link or device such as /dev/stdout is
// written through, never replaced.

import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readCsv } from '../csv/read.ts';
import { writeCsv } from '../csv/write.ts';

export type TableOptions = {
  expectedLabels: readonly string[];
  /** Indexes of wholly blank columns, which are left out. */
  blankColumns: readonly number[];
};

/** Reads `path` a second time and writes header and data rows to `output`. Throws what the disk throws. */
export async function writeTable(path: string, output: string, options: TableOptions): Promise<void> {
  const found = await lstat(output).catch(() => null);
  const isSpecial = found !== null && !found.isFile();
  const target = isSpecial ? output : `${output}.${process.pid}.part`;
  try {
    await pipeline(writeCsv(tableRows(path, options)), createWriteStream(target));
    if (!isSpecial) await rename(target, output);
  } catch (error) {
    if (!isSpecial) await rm(target, { force: true });
    throw error;
  }
}

async function* tableRows(path: string, { expectedLabels, blankColumns }: TableOptions): AsyncGenerator<string[]> {
  const reading = await readCsv(createReadStream(path, { highWaterMark: 256 * 1024 }), { expectedLabels });
  const blank = new Set(blankColumns);
  const kept = (cells: string[]) => (blank.size === 0 ? cells : cells.filter((_, index) => !blank.has(index)));
  try {
    if (reading.header === null) return;
    yield kept(reading.header.labels);
    for await (const batch of reading.batches) for (const row of batch.rows) yield kept(row.cells);
  } finally {
    await reading.close();
  }
}
