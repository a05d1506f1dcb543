// Hashes of rows whose outcome is known, as the main thread gathers them for a reader, and asks afterwards which were claimed.
// Invariant: either all of them are in memory, or all of them lie by ranges in a scratch folder that goes with them.

import type { Scratch } from '../domain/ports.ts';
import { gatherRanges } from './known-ranges.ts';
import { type ClaimedHash, KnownRows } from './known-rows.ts';
import type { KnownSource } from './reading.ts';

export type KnownHashes = AsyncDisposable & {
  /** For the reader. */
  readonly source: KnownSource;
  /** When the reader has ended, once: of these hashes (16 bytes each, one behind the other) those whose row was known. */
  claimed(hashes: AsyncIterable<Buffer>): AsyncGenerator<ClaimedHash>;
};

/** Takes hashes that contacts got and lost, in order: 16 bytes each, some thousand at once. To be settled after each call. */
export type HashGatherer = {
  add(hashes: Buffer): void;
  drop(hashes: Buffer): void;
  settle(): Promise<void>;
  end(): Promise<KnownHashes>;
  /** Instead of `end`. */
  discard(): Promise<void>;
};

/** `mostInMemory`: so many hashes are held at once; for more, a scratch folder is made. */
export type HashRoom = { mostInMemory: number; createScratch(): Promise<Scratch> };

/** For at most `count` hashes, those that are lost again included. */
export async function gatherHashes(count: number, { mostInMemory, createScratch }: HashRoom): Promise<HashGatherer> {
  return count <= mostInMemory ? gatherInMemory(count) : gatherRanges(count, mostInMemory, await createScratch());
}

function gatherInMemory(count: number): HashGatherer {
  const known = KnownRows.withRoomFor(count);
  return {
    add: (hashes) => known.add(hashes),
    drop: (hashes) => known.drop(hashes),
    settle: async () => undefined,
    discard: async () => undefined,
    end: async () => ({
      source: { kind: 'table', table: known.buffer },
      async *claimed(hashes) {
        for await (const bytes of hashes) yield* known.claimedAmong(bytes);
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}
