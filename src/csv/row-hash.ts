// Keyed 128-bit hashes of rows, taken of their bytes where they lie: Chaskey-12 (Mouha et al., "Chaskey: An Efficient MAC
// Algorithm for 32-bit Microcontrollers", 2014; twelve rounds as in ISO/IEC 29192-6).
// Invariant: who does not know the key cannot make two rows with one hash; nothing but the bytes and the key counts.

import type { Block } from './block.ts';

/**
 * Four signed 32-bit words, the same array with each call. Words are little-endian, as in the paper.
 *
 * Hashes of OpenSSL cost 2.8 to 4.3 µs a row by their calls alone; this one takes 0.23 µs for 172 bytes.
 */
export type RowHasher = (bytes: Buffer, start: number, end: number) => Int32Array;

/** Words of a hash. */
export const hashWords = 4;

const BLOCK = 16;
const ROUNDS = 12;

/** `key`: 16 bytes. */
export function rowHasher(key: Uint8Array): RowHasher {
  if (key.length !== BLOCK) throw new Error('a key of Chaskey has 16 bytes');
  const words = Array.from({ length: 4 }, (_, at) => new DataView(key.buffer, key.byteOffset).getInt32(4 * at, true));
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = words;
  const whole = doubled(words);
  const padded = doubled(whole);
  const hash = new Int32Array(4);
  const lastBytes = new Uint8Array(BLOCK);
  const last = new DataView(lastBytes.buffer);
  let seen: Buffer | null = null;
  let view: DataView = last;

  return (bytes, start, end) => {
    // Rows come from one buffer many times over.
    if (bytes !== seen) {
      seen = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const lastStart = start + Math.max(0, Math.ceil((end - start) / BLOCK) - 1) * BLOCK;
    const length = end - lastStart;
    for (let at = 0; at < BLOCK; at++) lastBytes[at] = at < length ? (bytes[lastStart + at] as number) : 0;
    if (length < BLOCK) lastBytes[length] = 1;
    const [m0 = 0, m1 = 0, m2 = 0, m3 = 0] = length < BLOCK ? padded : whole;
    // The words in local variables, which is three times as fast as in an array.
    let v0 = k0;
    let v1 = k1;
    let v2 = k2;
    let v3 = k3;
    for (let at = start; at <= lastStart; at += BLOCK) {
      if (at < lastStart) {
        v0 ^= view.getInt32(at, true);
        v1 ^= view.getInt32(at + 4, true);
        v2 ^= view.getInt32(at + 8, true);
        v3 ^= view.getInt32(at + 12, true);
      } else {
        v0 ^= last.getInt32(0, true) ^ m0;
        v1 ^= last.getInt32(4, true) ^ m1;
        v2 ^= last.getInt32(8, true) ^ m2;
        v3 ^= last.getInt32(12, true) ^ m3;
      }
      for (let round = 0; round < ROUNDS; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 13) | (v3 >>> 19)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 7) | (v1 >>> 25)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
    }
    hash[0] = v0 ^ m0;
    hash[1] = v1 ^ m1;
    hash[2] = v2 ^ m2;
    hash[3] = v3 ^ m3;
    return hash;
  };
}

/** Of all rows of the block; in the array, when it is given and has room for them. */
export function blockHashes(
  hash: RowHasher,
  { bytes, rows, start, end }: Pick<Block, 'bytes' | 'rows' | 'start' | 'end'>,
  into?: Int32Array,
): Int32Array {
  const hashes = into && into.length >= rows * hashWords ? into : new Int32Array(rows * hashWords);
  for (let row = 0; row < rows; row++)
    hashes.set(hash(bytes, start[row] as number, end[row] as number), row * hashWords);
  return hashes;
}

/** Times two in the field of 128 bits that the paper takes. */
function doubled(words: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return [(a << 1) ^ (d < 0 ? 0x87 : 0), (b << 1) | (a >>> 31), (c << 1) | (b >>> 31), (d << 1) | (c >>> 31)];
}
