// Records that do not fit into memory, spread by a range of their hash over the files of a temporary folder.
// Invariant: the records of a range stay in the order in which they were added, and are read once, when all are there.

import { appendFile, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies in a folder: hashes of contacts, later changes of them, rows of the file, rows that are known, contacts to look up. */
export type RangeKind = 'hashes' | 'changes' | 'rows' | 'claims' | 'named';

/** For all ranges of a kind together, as long as there are fewer than a thousand. */
const bufferedBytes = 4 * 1024 * 1024;
const mostInBuffer = 256 * 1024;
const leastInBuffer = 4 * 1024;

/** The range of a hash by a word of it, of so many. */
export function rangeOf(word: number, ranges: number): number {
  return Math.floor(((word >>> 0) / 2 ** 32) * ranges);
}

/** Writes records of one kind. What it throws is an error of the disk. */
export class RangeWriter {
  /** How many bytes were added to each range. */
  readonly bytes: number[];
  readonly #folder: string;
  readonly #kind: RangeKind;
  readonly #bufferBytes: number;
  readonly #buffers: (Buffer | null)[];
  readonly #used: number[];
  readonly #spare: Buffer[] = [];
  #full: { range: number; buffer: Buffer; used: number }[] = [];

  constructor(folder: string, kind: RangeKind, ranges: number) {
    this.#folder = folder;
    this.#kind = kind;
    this.#bufferBytes = Math.max(leastInBuffer, Math.min(mostInBuffer, Math.floor(bufferedBytes / ranges)));
    this.bytes = Array.from({ length: ranges }, () => 0);
    this.#used = Array.from({ length: ranges }, () => 0);
    this.#buffers = Array.from({ length: ranges }, () => null);
  }

  /** Copies the record. Whoever adds many calls `settle` now and then. */
  add(range: number, record: Uint8Array): void {
    let buffer = this.#buffers[range] ?? null;
    let used = this.#used[range] as number;
    if (buffer === null || used + record.length > buffer.length) {
      if (buffer !== null) this.#full.push({ range, buffer, used });
      buffer = this.#buffers[range] = this.#bufferFor(record.length);
      used = 0;
    }
    buffer.set(record, used);
    this.#used[range] = used + record.length;
    (this.bytes[range] as number) += record.length;
  }

  /** Writes buffers that are full. */
  async settle(): Promise<void> {
    const full = this.#full;
    if (full.length === 0) return;
    this.#full = [];
    for (const { range, buffer, used } of full) {
      await inFolder(() => appendFile(this.#path(range), buffer.subarray(0, used), { mode: 0o600 }));
      if (buffer.length === this.#bufferBytes) this.#spare.push(buffer);
    }
  }

  /** Writes the rest. */
  async end(): Promise<void> {
    this.#buffers.forEach((buffer, range) => {
      if (buffer !== null) this.#full.push({ range, buffer, used: this.#used[range] as number });
    });
    this.#buffers.fill(null);
    await this.settle();
    this.#spare.length = 0;
  }

  #bufferFor(bytes: number): Buffer {
    if (bytes > this.#bufferBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bufferBytes);
  }

  #path(range: number): string {
    return rangeFile(this.#folder, this.#kind, range);
  }
}

/**
 * The records of a range, many at a time and whole ones; they are valid until the next are asked for. Their file is gone
 * afterwards. Throws when it has not the size that it was left with (`bytes`).
 */
export async function* takeRange(
  folder: string,
  kind: RangeKind,
  range: number,
  { recordBytes, bytes }: { recordBytes: number; bytes: number },
): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  const path = rangeFile(folder, kind, range);
  const handle = await inFolder(() => open(path, 'r'));
  let taken = 0;
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(bytes, Math.floor(mostInBuffer / recordBytes) * recordBytes));
    while (taken < bytes) {
      const wanted = Math.min(buffer.length, bytes - taken);
      for (let filled = 0; filled < wanted; ) {
        const { bytesRead } = await handle.read(buffer, filled, wanted - filled);
        if (bytesRead === 0) throw new Error('a temporary file of an import is shorter than it was');
        filled += bytesRead;
      }
      taken += wanted;
      yield buffer.subarray(0, wanted);
    }
  } finally {
    await handle.close();
  }
  await inFolder(() => unlink(path));
}

function rangeFile(folder: string, kind: RangeKind, range: number): string {
  return join(folder, `${kind}-${range}`);
}

/** Elsewhere ENOENT says that the file of the import is gone for ever; what is missing here can be made again. */
async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('temporary files of an import are gone', { cause: error });
    throw error;
  }
}
