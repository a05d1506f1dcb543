// The SHA-256 of a file while it is being written: bytes that come in order are hashed as they pass.
// Invariant: what `finish` gives is the hash of the bytes in the file, however they were written.

import { createHash, type Hash } from 'node:crypto';

export type ReadAt = (buffer: Uint8Array, offset: number, length: number, position: number) => Promise<number>;

const pieceLength = 1024 * 1024;

export class UploadHash {
  #hash: Hash = createHash('sha256');
  /** The bytes before this position are in the hash, unchanged since. */
  #until = 0;

  /** Buffers were (or are being) written from `position` on. */
  wrote(buffers: readonly Uint8Array[], position: number): void {
    if (position < this.#until) this.#restart();
    if (position !== this.#until) return;
    for (const buffer of buffers) {
      this.#hash.update(buffer);
      this.#until += buffer.length;
    }
  }

  /** The file has another size now. */
  resized(size: number): void {
    if (size < this.#until) this.#restart();
  }

  /** Reads what was not hashed in passing, and gives the hash of the first `size` bytes. */
  async finish(size: number, read: ReadAt): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(pieceLength, Math.max(0, size - this.#until)));
    while (this.#until < size) {
      const length = await read(buffer, 0, Math.min(buffer.length, size - this.#until), this.#until);
      if (length === 0) throw new Error('a staging file is shorter than what was written to it');
      this.#hash.update(buffer.subarray(0, length));
      this.#until += length;
    }
    return this.#hash.digest();
  }

  #restart(): void {
    this.#hash = createHash('sha256');
    this.#until = 0;
  }
}
