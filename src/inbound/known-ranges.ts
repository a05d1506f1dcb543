// More hashes than memory is given to: on disk by ranges, of which one at a time is looked at in a table.
// Invariant: memory depends on the budget alone; changes of a hash are looked at in the order in which they happened.

import { toItsEnd } from '../db/copy-lines.ts';
import type { Scratch } from '../domain/ports.ts';
import { hashBytes } from '../store/row-hashes.ts';
import type { HashGatherer, KnownHashes } from './known-hashes.ts';
import { type ClaimedHash, KnownRows } from './known-rows.ts';
import { RangeWriter, rangeOf, takeRange } from './range-files.ts';
import type { KnownRanges } from './reading.ts';

/** A change is whether the hash is there from now on (a word, 0 or 1), and the hash. */
const changeBytes = 4 + hashBytes;
/** A row is its hash, its number and its line, as words. */
export const rowBytes = hashBytes + 8;

/**
 * The part of the budget that a range has: a table of 10 MiB is looked up faster than one of 40. A little less than a quarter,
 * because a range may get one per cent more than its share; hashes are keyed, so that nobody can choose theirs.
 */
const partOfBudget = 0.225;

/** `count`: at most so many hashes come; `budget`: so many are held in memory at once. */
export function gatherRanges(count: number, budget: number, scratch: Scratch): HashGatherer {
  const { path: folder } = scratch;
  const ranges = Math.ceil(count / (budget * partOfBudget));
  const hashes = new RangeWriter(folder, 'hashes', ranges);
  const changes = new RangeWriter(folder, 'changes', ranges);
  const change = Buffer.alloc(changeBytes);
  let isChanged = false;
  const note = (isThere: number, bytes: Buffer, at: number) => {
    isChanged = true;
    change.writeInt32LE(isThere);
    bytes.copy(change, 4, at, at + hashBytes);
    changes.add(rangeOfBytes(bytes, at, ranges), change);
  };
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at += hashBytes)
        if (isChanged) note(1, bytes, at);
        else hashes.add(rangeOfBytes(bytes, at, ranges), bytes.subarray(at, at + hashBytes));
    },
    drop(bytes) {
      for (let at = 0; at < bytes.length; at += hashBytes) note(0, bytes, at);
    },
    async settle() {
      await hashes.settle();
      await changes.settle();
    },
    discard: () => scratch.remove(),
    async end() {
      await hashes.end();
      await changes.end();
      const sizes = hashes.bytes.map((bytes, range) => ({ hashes: bytes, changes: changes.bytes[range] as number }));
      const largest = Math.max(...sizes.map((size) => size.hashes / hashBytes + size.changes / changeBytes));
      const known: KnownRanges = {
        kind: 'ranges',
        folder,
        sizes,
        claimed: new SharedArrayBuffer(4 * ranges),
        table: KnownRows.withRoomFor(largest).buffer,
      };
      return knownRanges(known, scratch);
    },
  };
}

function knownRanges(source: KnownRanges, scratch: Scratch): KnownHashes {
  return {
    source,
    claimed: (hashes) => claimedOf(source, hashes),
    [Symbol.asyncDispose]: () => scratch.remove(),
  };
}

/** The hashes of a range that contacts carry, into the table. */
export async function loadRange({ folder, sizes }: KnownRanges, range: number, table: KnownRows): Promise<void> {
  const { hashes, changes } = sizes[range] as KnownRanges['sizes'][number];
  table.clear();
  for await (const chunk of takeRange(folder, 'hashes', range, { recordBytes: hashBytes, bytes: hashes }))
    table.add(chunk);
  for await (const chunk of takeRange(folder, 'changes', range, { recordBytes: changeBytes, bytes: changes }))
    for (let at = 0; at < chunk.length; at += changeBytes) {
      const hash = chunk.subarray(at + 4, at + changeBytes);
      if (chunk.readInt32LE(at) === 0) table.drop(hash);
      else table.add(hash);
    }
}

/** Both sides go to disk by ranges: there may be as many hashes to look up as rows were known. */
async function* claimedOf(
  { folder, claimed, table: memory, sizes }: KnownRanges,
  hashes: AsyncIterable<Buffer>,
): AsyncGenerator<ClaimedHash> {
  const ranges = sizes.length;
  const named = new RangeWriter(folder, 'named', ranges);
  for await (const bytes of toItsEnd(hashes)) {
    for (let at = 0; at < bytes.length; at += hashBytes)
      named.add(rangeOfBytes(bytes, at, ranges), bytes.subarray(at, at + hashBytes));
    await named.settle();
  }
  await named.end();
  const table = new KnownRows(memory);
  for (const [range, count] of new Int32Array(claimed).entries()) {
    const bytes = named.bytes[range] as number;
    if (count === 0 || bytes === 0) continue;
    table.clear();
    for await (const chunk of takeRange(folder, 'claims', range, { recordBytes: rowBytes, bytes: count * rowBytes }))
      table.addClaimed(chunk);
    for await (const chunk of takeRange(folder, 'named', range, { recordBytes: hashBytes, bytes }))
      yield* table.claimedAmong(chunk);
  }
}

/** By the last word: the table takes the first. */
function rangeOfBytes(bytes: Buffer, at: number, ranges: number): number {
  return rangeOf(bytes.readInt32LE(at + hashBytes - 4), ranges);
}
