// Owns reading a whole file into memory, for tests. Invariant: what it gives is all that a caller of readCsv can see.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from './read.ts';
import { hashWords } from './row-hash.ts';
import type { CsvReading, DataRow, Problem, ReadOptions, ReadResult } from './types.ts';

export interface WholeFile {
  opened: CsvReading;
  rows: DataRow[];
  /** The hash of each row's bytes. */
  hashes: string[];
  result: ReadResult;
}

/** `size`: bytes of a chunk; all at once when left out. */
export function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** The key of these hashes. */
export const rowKey = new Uint8Array(16).fill(7);

export async function readWhole(chunks: Iterable<Uint8Array>, options: ReadOptions = {}): Promise<WholeFile> {
  const opened = await readCsv(asynchronous(chunks), { rowKey, ...options });
  const rows: DataRow[] = [];
  const hashes: string[] = [];
  for await (const batch of opened.batches) {
    for (const row of batch.rows) {
      hashes.push(String(batch.hashes.subarray(row.hashAt, row.hashAt + hashWords)));
      rows.push(row);
    }
  }
  return { opened, rows, hashes, result: opened.result() };
}

export function readText(text: string, options: ReadOptions = {}): Promise<WholeFile> {
  return readWhole([Buffer.from(text)], options);
}

async function* asynchronous(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

/** What must not depend on how a file came: all but the batch that a row was in. */
export function lasting(whole: WholeFile): unknown {
  return { ...whole, opened: whole.opened.problems, rows: whole.rows.map((row) => ({ ...row, hashAt: 0 })) };
}

/** Problems of file, header and rows as `code kind @row`, in the order in which they are told. */
export function told(whole: WholeFile): string[] {
  return [...whole.rows.flatMap((row) => row.problems), ...whole.result.problems].map(toldProblem);
}

function toldProblem({ code, row, facts }: Problem): string {
  const kind = 'kind' in facts ? ` ${facts.kind}` : '';
  return `${code}${kind}${row === undefined ? '' : ` @${row}`}`;
}

/** A small file and what must be told of it; what is left out is not compared. */
export interface Case {
  title: string;
  file: string | Buffer;
  options?: ReadOptions;
  labels?: string[];
  /** Cells of the data rows, and their row numbers. */
  rows?: string[][];
  numbers?: number[];
  told?: string[];
}

/** Tests the case, with and without a byte order mark, whole, cut in two at every place, and byte by byte. */
export function testReading({ title, file, options, labels, rows, numbers, told: expected }: Case): void {
  test(title, async () => {
    const bytes = Buffer.from(file);
    const whole = await readWhole([bytes], options);
    if (labels !== undefined) assert.deepEqual(whole.opened.header?.labels, labels);
    const cells = whole.rows.map((row) => row.cells);
    if (rows !== undefined) assert.deepEqual(cells, rows);
    const found = whole.rows.map((row) => row.row);
    if (numbers !== undefined) assert.deepEqual(found, numbers);
    if (expected !== undefined) assert.deepEqual(told(whole), expected);
    const { total, preamble, blank, data } = whole.result.counts;
    assert.equal(total, preamble + blank + data + (whole.result.header === null ? 0 : 1));
    assert.equal(whole.result.totalBytes, bytes.length);
    await testCuts(bytes, options);
    await testCuts(Buffer.concat([Buffer.from('\ufeff'), bytes]), options);
  });
}

async function testCuts(bytes: Buffer, options: ReadOptions = {}): Promise<void> {
  const expected = lasting(await readWhole([bytes], options));
  for (let at = 0; at <= bytes.length; at++) {
    const cut = await readWhole([bytes.subarray(0, at), bytes.subarray(at)], options);
    assert.deepEqual(lasting(cut), expected);
  }
  assert.deepEqual(lasting(await readWhole(chunksOf(bytes, 1), { ...options, batchBytes: 1 })), expected);
}
