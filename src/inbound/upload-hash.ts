// The SHA-256 of a file while it is being written: bytes that come in order are hashed as they pass.
// Invariant: what `finish` gives is the hash of the bytes in the file, however they were written, and whatever fails meanwhile.

import { createHash } from 'node:crypto';
import type { ContentHashing, RunningHash } from '../domain/ports.ts';

export type ReadAt = (buffer: Uint8Array, offset: number, length: number, position: number) => Promise<number>;

const pieceLength = 1024 * 1024;

/** A file whose first write is shorter, in bytes, is small or slow: it is hashed here, which costs less than asking. */
const worthAThread = 64 * 1024;

export class UploadHash {
  readonly #elsewhere: ContentHashing | undefined;
  #hash: RunningHash | undefined;
  /** The bytes before this position are in the hash, unchanged since. */
  #until = 0;

  /** Without `elsewhere` all is hashed on this thread. */
  constructor(elsewhere?: ContentHashing) {
    this.#elsewhere = elsewhere;
  }

  /**
   * Buffers were (or are being) written from `position` on. They must not change until the promise resolves; it never
   * rejects. Must not be called before the one of an earlier call has resolved.
   */
  async wrote(buffers: readonly Uint8Array[], position: number): Promise<void> {
    if (position < this.#until) this.forget();
    if (position === this.#until) await this.#add(buffers);
  }

  /** The file has another size now. */
  resized(size: number): void {
    if (size < this.#until) this.forget();
  }

  /** Reads what was not hashed in passing, and gives the hash of the first `size` bytes. */
  async finish(size: number, read: ReadAt): Promise<Buffer> {
    const digest = await this.#finish(size, read).catch(() => null);
    if (digest !== null) return digest;
    // A hash that failed elsewhere is made here.
    return new UploadHash().#finish(size, read);
  }

  /** Nobody will ask for it; or it is to begin again. */
  forget(): void {
    this.#hash?.forget();
    this.#hash = undefined;
    this.#until = 0;
  }

  async #finish(size: number, read: ReadAt): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(pieceLength, Math.max(0, size - this.#until)));
    while (this.#until < size) {
      const length = await read(buffer, 0, Math.min(buffer.length, size - this.#until), this.#until);
      if (length === 0) throw new Error('a staging file is shorter than what was written to it');
      await this.#add([buffer.subarray(0, length)]);
    }
    const hash = this.#hash ?? hashHere();
    this.#hash = undefined;
    this.#until = 0;
    return hash.digest();
  }

  async #add(buffers: readonly Uint8Array[]): Promise<void> {
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const elsewhere = length >= worthAThread ? this.#elsewhere : undefined;
    this.#hash ??= elsewhere?.begin() ?? hashHere();
    try {
      await this.#hash.update(buffers);
      this.#until += length;
    } catch {
      this.forget();
    }
  }
}

function hashHere(): RunningHash {
  const hash = createHash('sha256');
  return {
    async update(buffers) {
      for (const buffer of buffers) hash.update(buffer);
    },
    digest: async () => hash.digest(),
    forget: () => undefined,
  };
}
