// The later part of a large upload, written past the page cache (docs/adr/0015): whole blocks go this way, all else the usual one.
// Invariant: bytes that were refused here are in the file as if nobody had tried; nothing is kept back.

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { AlignedBuffers } from './aligned-buffers.ts';

/** Writes in the usual way, all of it; nothing to write is no work. */
type CachedWrite = (buffers: readonly Uint8Array[], position: number) => Promise<void>;

/** What is needed of a file that is open for direct writes. */
type DirectHandle = Pick<FileHandle, 'close'> & {
  write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
};

/** In bytes: the position from which on, and the shortest write. `open` rejects where the file system cannot do it. */
export type DirectRules = { from: number; shortest: number; open(path: string): Promise<DirectHandle> };

/**
 * The file of a usual import stays in memory whole until it is read. A short write would wait for the disk longer than it
 * takes to copy.
 */
export const usualDirectRules: DirectRules = {
  from: 64 * 1024 * 1024,
  shortest: 512 * 1024,
  open: (path) => open(path, constants.O_WRONLY | constants.O_DIRECT),
};

/** Positions and lengths must be whole blocks. Larger than any disk's, and as large as most pages. */
const block = 4096;

export class DirectWrites {
  readonly #path: string;
  readonly #rules: DirectRules;
  readonly #buffers: AlignedBuffers;
  /** Undefined until it is needed. */
  #handle: DirectHandle | undefined;
  /** It has failed once: this file goes on in the usual way. */
  #isOver = false;

  constructor(path: string, rules: DirectRules, buffers: AlignedBuffers) {
    this.#path = path;
    this.#rules = rules;
    this.#buffers = buffers;
  }

  /**
   * Writes the whole blocks among these bytes past the page cache, then what is left before and behind them by `cached`: never both
   * at once, because a page in the cache may be larger than a block, and Linux could not drop it while it is written to.
   * False: all has to be written in the usual way, whatever of it is in the file already.
   */
  async write(buffers: readonly Uint8Array[], position: number, cached: CachedWrite): Promise<boolean> {
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const start = Math.ceil(position / block) * block;
    const whole = Math.floor((position + length) / block) * block - start;
    if (this.#isOver || position < this.#rules.from || whole < this.#rules.shortest) return false;
    const first = block - (start - position);
    const piece = this.#buffers.take(first + length);
    if (piece === null) return false;
    try {
      copyInto(piece, first, buffers);
      this.#handle ??= await this.#rules.open(this.#path);
      const { bytesWritten } = await this.#handle.write(piece, block, whole, start);
      this.#isOver = bytesWritten < whole;
      await cached([piece.subarray(first, block)], position);
      await cached([piece.subarray(block + whole, first + length)], start + whole);
    } catch {
      // A disk that is full or broken says so in the usual way, too.
      this.#isOver = true;
    } finally {
      this.#buffers.giveBack(piece);
    }
    return !this.#isOver;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/** Of shared memory `Buffer.copy` takes 0.08 s per GiB and `set` 0.2 s, which moves it in single words. */
function copyInto(target: Buffer, offset: number, buffers: readonly Uint8Array[]): void {
  let at = offset;
  for (const { buffer, byteOffset, length } of buffers) at += Buffer.from(buffer, byteOffset, length).copy(target, at);
}
