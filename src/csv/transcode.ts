// Owns UTF-16 to UTF-8, in pieces. Invariant: one code unit more or less than the file has is never made.
import type { Encoding } from './types.ts';

const PIECE = 64 << 10;

/** Gives chunks of UTF-16 as UTF-8; other encodings pass unchanged. Call without a chunk at the end. */
export class Transcoder {
  readonly #decoder: TextDecoder | null;

  constructor(encoding: Encoding) {
    const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
    // The byte order mark was taken off before; a later U+FEFF is text.
    this.#decoder = isUtf16 ? new TextDecoder(encoding, { ignoreBOM: true }) : null;
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    if (this.#decoder === null) {
      yield chunk;
      return;
    }
    for (let from = 0; from < chunk.length; from += PIECE) {
      yield Buffer.from(this.#decoder.decode(chunk.subarray(from, from + PIECE), { stream: true }));
    }
  }

  /** What half a character at the end of the file is read as. */
  end(): Uint8Array {
    return Buffer.from(this.#decoder?.decode() ?? '');
  }
}

/** Bytes that UTF-8 text took in UTF-16: two for each character, four for those beyond the basic plane. */
export function utf16Bytes(bytes: Uint8Array, from: number, to: number): number {
  let units = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units * 2;
}
