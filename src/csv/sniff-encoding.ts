// Owns the guess of an encoding from the first bytes of a file.
// Invariant: a byte order mark decides; without one, bytes that are no UTF-8 are never called UTF-8 by a majority of them.
import type { Encoding, Signature } from './types.ts';

/** Length of the byte order mark that belongs to the encoding; 0 when there is none. */
export function markLength(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'utf-16le') return bytes[0] === 0xff && bytes[1] === 0xfe ? 2 : 0;
  if (encoding === 'utf-16be') return bytes[0] === 0xfe && bytes[1] === 0xff ? 2 : 0;
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** `sample` is the beginning of a file; a character that the sample cuts in two does not count. */
export function sniffEncoding(sample: Uint8Array): Encoding {
  if (markLength(sample, 'utf-8') > 0) return 'utf-8-bom';
  if (markLength(sample, 'utf-16le') > 0) return 'utf-16le';
  if (markLength(sample, 'utf-16be') > 0) return 'utf-16be';
  return sniffUtf16(sample) ?? sniffSingleByte(sample);
}

/** UTF-16 without a mark: text in Latin letters has a zero in every second byte. */
function sniffUtf16(sample: Uint8Array): Encoding | null {
  const pairs = sample.length >> 1;
  let even = 0;
  let odd = 0;
  for (let at = 0; at + 1 < sample.length; at += 2) {
    if (sample[at] === 0) even++;
    if (sample[at + 1] === 0) odd++;
  }
  if (odd * 2 > pairs && even * 20 < odd) return 'utf-16le';
  if (even * 2 > pairs && odd * 20 < even) return 'utf-16be';
  return null;
}

function sniffSingleByte(sample: Uint8Array): Encoding {
  let valid = 0;
  let invalid = 0;
  let at = 0;
  while (at < sample.length) {
    const byte = sample[at] as number;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(sample, at);
    if (length === 0) {
      invalid++;
      at++;
    } else {
      valid++;
      at += length;
    }
  }
  return invalid > valid ? 'windows-1252' : 'utf-8';
}

/** Length of the UTF-8 sequence that starts here, 0 when none does; one cut off by the end of the sample counts as whole. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (let next = at + 1; next < at + length && next < bytes.length; next++) {
    if (((bytes[next] as number) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

const SIGNATURES: readonly (readonly [Signature, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['ole', [0xd0, 0xcf, 0x11, 0xe0]],
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['pgp', [...Buffer.from('-----BEGIN PGP')]],
];

/** A file that is no text table at all: `zip` is what .xlsx is, `ole` what .xls is. */
export function sniffSignature(sample: Uint8Array): Signature | null {
  return SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => sample[at] === byte))?.[0] ?? null;
}
