// Owns the bytes on their way to the scanner: the head that is looked at first, the byte order mark, UTF-16.
// Invariant: every byte of the source is counted once, and the source is closed once.
import { SAMPLE_BYTES } from './limits.ts';
import { Transcoder } from './transcode.ts';
import type { Encoding } from './types.ts';

export class ByteSource {
  totalBytes = 0;
  readonly #input: AsyncIterator<Uint8Array>;
  #head: Uint8Array[] = [];
  #ended = false;
  #closed = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#input = source[Symbol.asyncIterator]();
  }

  /** The first bytes (256 KiB, or all there are), to be looked at; they come again from `bytes`. */
  async head(): Promise<{ bytes: Uint8Array; whole: boolean }> {
    let wanted = SAMPLE_BYTES + 1;
    const parts: Uint8Array[] = [];
    while (wanted > 0) {
      const chunk = await this.#next();
      if (chunk === null) break;
      this.#head.push(chunk);
      parts.push(chunk.subarray(0, wanted));
      wanted -= chunk.length;
    }
    return { bytes: Buffer.concat(parts), whole: this.#ended };
  }

  /** Everything behind the first `skip` bytes; UTF-16 as UTF-8. */
  async *bytes(encoding: Encoding, skip: number): AsyncGenerator<Uint8Array, void, undefined> {
    const transcoder = new Transcoder(encoding);
    let left = skip;
    for (;;) {
      const chunk = this.#head.shift() ?? (await this.#next());
      if (chunk === null) break;
      const rest = chunk.subarray(Math.min(left, chunk.length));
      left -= chunk.length - rest.length;
      yield* transcoder.push(rest);
    }
    yield transcoder.end();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#ended) await this.#input.return?.();
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#ended || this.#closed) return null;
    const next = await this.#input.next();
    if (next.done === true) {
      this.#ended = true;
      return null;
    }
    this.totalBytes += next.value.length;
    return next.value;
  }
}
