// A first pass over a file whose known rows do not fit into memory: which of them are known, range by range.
// Invariant: the first row with a hash that contacts carry is known and no later one, as with one table for all of them.

import type { ReadOptions } from '../csv/types.ts';
import { rowComparer } from './compare-rows.ts';
import { loadRange, rowBytes } from './known-ranges.ts';
import { KnownRows } from './known-rows.ts';
import { RangeWriter, rangeOf, takeRange } from './range-files.ts';
import { openRows } from './read-rows.ts';
import type { KnownRanges, ReadingJob, RowComparison } from './reading.ts';

const rowWords = rowBytes / 4;

/** `atPause` is called every now and then; what it throws ends the pass. */
export type Matching = { openBlocks?: ReadOptions['openBlocks']; atPause?: (() => void) | undefined };

/** The job as `readRows` takes it: where the known rows lie by ranges, it says after a pass over the file which they are. */
export async function matchRanges(
  job: ReadingJob,
  open: () => AsyncIterable<Uint8Array>,
  { openBlocks, atPause }: Matching,
): Promise<ReadingJob> {
  const { compare } = job;
  const known = compare?.known;
  if (!compare || known?.kind !== 'ranges') return job;
  const rows = new RangeWriter(known.folder, 'rows', known.sizes.length);
  const last = await recordRows({ ...job, compare }, open, rows, { openBlocks, atPause });
  const bits = await matchRows(known, rows, last, atPause);
  return { ...job, compare: { ...compare, known: { kind: 'rows', bits } } };
}

/** Leaves hash, number and line of every row that can be known; gives the number of the last. */
async function recordRows(
  job: ReadingJob & { compare: RowComparison },
  open: () => AsyncIterable<Uint8Array>,
  rows: RangeWriter,
  { openBlocks, atPause }: Matching,
): Promise<number> {
  const ranges = rows.bytes.length;
  const words = new Int32Array(rowWords);
  const bytes = new Uint8Array(words.buffer);
  let last = 0;
  const comparer = rowComparer(job, job.compare, (hash, row, line) => {
    words.set(hash);
    words[4] = row;
    words[5] = line;
    last = row;
    rows.add(rangeOf(hash[3] as number, ranges), bytes);
    // Nothing of it is handed over: decoding it would be in vain.
    return true;
  });
  const reading = await openRows(open(), job, comparer, openBlocks);
  try {
    comparer.begin(reading);
    if (reading.header)
      for await (const _ of reading.batches) {
        atPause?.();
        await rows.settle();
      }
  } finally {
    await reading.close();
  }
  await rows.end();
  return last;
}

/** A bit for each row, by its number. Of the rows that claim a hash, hash and place are left for whoever asks later. */
async function matchRows(
  known: KnownRanges,
  rows: RangeWriter,
  last: number,
  atPause: Matching['atPause'],
): Promise<Uint8Array> {
  const { folder, table: memory, claimed, sizes } = known;
  const bits = new Uint8Array((last >>> 3) + 1);
  const claims = new RangeWriter(folder, 'claims', sizes.length);
  const table = new KnownRows(memory);
  const hash = new Int32Array(4);
  for (const [range, bytes] of rows.bytes.entries()) {
    await loadRange(known, range, table);
    for await (const chunk of takeRange(folder, 'rows', range, { recordBytes: rowBytes, bytes })) {
      const words = new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4);
      for (let at = 0; at < words.length; at += rowWords) {
        for (let word = 0; word < 4; word++) hash[word] = words[at + word] as number;
        const row = words[at + 4] as number;
        if (!table.claim(hash, row, words[at + 5] as number)) continue;
        (bits[row >>> 3] as number) |= 1 << (row & 7);
        claims.add(range, chunk.subarray(at * 4, at * 4 + rowBytes));
      }
      atPause?.();
      await claims.settle();
    }
  }
  await claims.end();
  new Int32Array(claimed).set(claims.bytes.map((bytes) => bytes / rowBytes));
  return bits;
}
