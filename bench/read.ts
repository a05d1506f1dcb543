// Owns the measurement of reading: seconds for a roster with the text of every cell made and its length summed, ours against DuckDB's.
// Invariant: both read the same file from disk and count the same characters, or it throws.

import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import type { ScanRequest } from '../src/csv/blocks.ts';
import { readCsv } from '../src/csv/read.ts';
import { openScanThread, type ScanThread } from '../src/jobs/scan-thread.ts';
import { timed } from './cpu-time.ts';
import { openDuckDb } from './duckdb-scan.ts';
import { writeRoster } from './generate-roster.ts';
import { bestOf, compared, type Measurement, type Timing } from './measurement.ts';

export type ReadOptions = { rows: number; rounds: number };

/** The best of the rounds on each side, in turns. */
export async function measureRead({ rows, rounds }: ReadOptions): Promise<Measurement[]> {
  const folder = await temporaryFolder('causeway-bench-');
  const scanner = openScanThread();
  try {
    using duckDb = await openDuckDb();
    const file = join(folder, 'roster.csv');
    await writeRoster(file, { rows });
    const ours: Timing[] = [];
    const theirs: Timing[] = [];
    let characters = 0;
    for (let round = 0; round < rounds; round += 1) {
      ours.push(
        await timed(async () => {
          characters = await readAll(scanner, file, rows);
        }),
      );
      theirs.push(await duckDb.scan(file, rows));
    }
    // The timed statement of DuckDB leaves rows with a blank cell out of its sum (NULL), so that another one tells them all.
    // We count UTF-16 units and DuckDB code points: the same, because the roster has no character beyond U+FFFF.
    const expected = await duckDb.characters(file);
    if (characters !== expected) throw new Error(`DuckDB counts ${expected} characters and our reader ${characters}`);
    return [
      compared({
        name: 'read',
        ...bestOf(ours, theirs),
        peerName: 'DuckDB’s scan',
        unit: 's',
        facts: { rows, characters },
      }),
    ];
  } finally {
    await scanner.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The characters of all cells below the header. */
async function readAll(scanner: ScanThread, file: string, rows: number): Promise<number> {
  const openBlocks = (request: ScanRequest) => scanner.scan(file, request);
  const reading = await readCsv(createReadStream(file, { highWaterMark: 256 << 10 }), { openBlocks });
  let read = 0;
  let characters = 0;
  for await (const batch of reading.batches) {
    read += batch.rows.length;
    for (const row of batch.rows) for (const cell of row.cells) characters += cell.length;
  }
  if (read !== rows) throw new Error(`our reader gave ${read} rows instead of ${rows}`);
  return characters;
}
