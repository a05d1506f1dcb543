// Owns the measurement of reading: seconds for a roster with the text of every cell made, ours against csv-parse.
// Invariant: both read the same file from disk, as a stream, and touch every cell.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse';
import { readCsv } from '../src/csv/read.ts';
import { ROSTER_LABELS, writeRoster } from './generate-roster.ts';

export interface ReadMeasurement {
  name: 'read';
  ours: number;
  peer: number;
  peerName: string;
  unit: 's';
  /** ours / peer: smaller is better. */
  ratio: number;
}

export interface MeasureReadOptions {
  /** Data rows of the roster; 1,000,000. */
  rows?: number | undefined;
  /** A roster that is there already (of that many rows). */
  file?: string | undefined;
  /** Our best of so many readings; 3. The peer reads once. */
  rounds?: number | undefined;
}

/** Seconds to read the file with our reader. Throws when a cell is missing. */
export async function secondsOfOurs(file: string, rows: number): Promise<number> {
  const start = performance.now();
  const reading = await readCsv(createReadStream(file, { highWaterMark: 256 << 10 }));
  let cells = 0;
  for await (const batch of reading.batches) for (const row of batch.rows) cells += row.cells.length;
  const seconds = (performance.now() - start) / 1000;
  check('our reader', cells, rows);
  return seconds;
}

/** Seconds to read the file with csv-parse, set up to read what we read. */
export async function secondsOfPeer(file: string, rows: number): Promise<number> {
  const start = performance.now();
  const parser = createReadStream(file, { highWaterMark: 256 << 10 }).pipe(
    parse({ bom: true, relax_column_count: true, relax_quotes: true, record_delimiter: ['\r\n', '\n', '\r'] }),
  );
  let cells = -ROSTER_LABELS.length;
  for await (const row of parser as AsyncIterable<string[]>) cells += row.length;
  const seconds = (performance.now() - start) / 1000;
  check('csv-parse', cells, rows);
  return seconds;
}

function check(reader: string, cells: number, rows: number): void {
  const expected = rows * ROSTER_LABELS.length;
  if (cells !== expected) throw new Error(`${reader} gave ${cells} cells instead of ${expected}`);
}

export async function measureRead(options: MeasureReadOptions = {}): Promise<ReadMeasurement> {
  const { rows = 1_000_000, rounds = 3 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'causeway-read-'));
  try {
    const file = options.file ?? join(folder, 'roster.csv');
    if (options.file === undefined) await writeRoster(file, { rows });
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await secondsOfOurs(file, rows));
    const ours = Math.min(...times);
    const peer = await secondsOfPeer(file, rows);
    return { name: 'read', ours, peer, peerName: 'csv-parse', unit: 's', ratio: ours / peer };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await measureRead({ rows: Number(process.argv[2] ?? 1_000_000) });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
