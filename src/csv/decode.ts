// Owns the step from bytes of a cell to text, and what is learnt of a file's encoding on the way.
// Invariant: a cell is never read as UTF-8 with replacement characters that its bytes do not hold.
import { isUtf8 } from 'node:buffer';
import { LIST_LENGTH } from './limits.ts';
import type { Encoding, Place, Problem } from './types.ts';

/** Windows-1252 for the bytes 0x80 to 0x9F (WHATWG Encoding); five of them are not defined and stay control characters. */
export const WINDOWS_1252_HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const UNDEFINED_1252 = /[\u0081\u008d\u008f\u0090\u009d]/;

function decodeWindows1252(bytes: Buffer, from: number, to: number): string {
  return bytes
    .toString('latin1', from, to)
    .replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252_HIGH[control.charCodeAt(0) - 0x80] ?? control);
}

/** A count and its first places. */
class Places {
  count = 0;
  readonly first: Place[] = [];

  add(place: Place): void {
    this.count++;
    if (this.first.length < LIST_LENGTH) this.first.push(place);
  }
}

/**
 * Decodes cells with bytes above 0x7F. A file has one encoding, but which one may show late: a Windows-1252 export can be
 * ASCII for 90,000 rows. So each cell is read as UTF-8 when it is UTF-8 and as Windows-1252 when it is not; the encoding of
 * the file is what most of its cells are in, and the others are reported.
 */
export class CellDecoder {
  readonly #detected: Encoding;
  readonly #pinned: boolean;
  readonly #utf8 = new Places();
  readonly #windows = new Places();
  readonly #undefined = new Places();
  readonly #replaced = new Places();
  readonly #nul = new Places();

  constructor(detected: Encoding, pinned: boolean) {
    this.#detected = detected;
    this.#pinned = pinned;
  }

  /** `place` says where the cell is, should it have to be reported. */
  decode(bytes: Buffer, from: number, to: number, place: Place): string {
    if (this.#detected === 'windows-1252' && this.#pinned) return this.#asWindows(bytes, from, to, place);
    if (this.#detected === 'utf-16le' || this.#detected === 'utf-16be') {
      const text = bytes.toString('utf8', from, to);
      if (text.includes('\ufffd')) this.#replaced.add(place);
      return text;
    }
    const mayBeUtf8 = !this.#leansToWindows() || hardlyWindows(bytes, from, to);
    if (!mayBeUtf8 || !isUtf8(bytes.subarray(from, to))) return this.#asWindows(bytes, from, to, place);
    const text = bytes.toString('utf8', from, to);
    if (text.includes('\ufffd')) this.#replaced.add(place);
    this.#utf8.add(place);
    return text;
  }

  /** A cell with U+0000 was seen. */
  sawNul(place: Place): void {
    this.#nul.add(place);
  }

  /** The encoding of the file as far as it was read. */
  encoding(): Encoding {
    if (this.#pinned || (this.#detected !== 'utf-8' && this.#detected !== 'windows-1252')) return this.#detected;
    if (this.#utf8.count === this.#windows.count) return this.#detected;
    return this.#utf8.count > this.#windows.count ? 'utf-8' : 'windows-1252';
  }

  problems(): Problem<'bad-encoding'>[] {
    const encoding = this.encoding();
    const isWindows = encoding === 'windows-1252';
    const strange = isWindows ? this.#utf8 : this.#windows;
    return [
      problem('mixed', encoding, isWindows ? 'utf-8' : 'windows-1252', strange),
      problem('undefined', encoding, 'windows-1252', this.#undefined),
      problem('replaced', encoding, encoding, this.#replaced),
      problem('nul', encoding, encoding, this.#nul),
    ].filter((found) => found.facts.count > 0);
  }

  #leansToWindows(): boolean {
    if (this.#windows.count === this.#utf8.count) return this.#detected === 'windows-1252';
    return this.#windows.count > this.#utf8.count && this.#detected !== 'utf-8-bom';
  }

  #asWindows(bytes: Buffer, from: number, to: number, place: Place): string {
    const text = decodeWindows1252(bytes, from, to);
    this.#windows.add(place);
    if (UNDEFINED_1252.test(text)) this.#undefined.add(place);
    return text;
  }
}

function problem(
  kind: 'mixed' | 'replaced' | 'undefined' | 'nul',
  encoding: Encoding,
  readAs: Encoding,
  places: Places,
): Problem<'bad-encoding'> {
  const facts = { kind, encoding, readAs, count: places.count, first: places.first };
  return { code: 'bad-encoding', scope: 'file', ...places.first[0], facts };
}

/**
 * Whether bytes, if they are valid UTF-8, are hardly Windows-1252 by accident. `É’` in Windows-1252 (C9 92) is valid UTF-8
 * too; pairs led by C2 or C3 (a capital A with circumflex or tilde before a symbol), three or four bytes, or two such
 * sequences are not found in names.
 */
function hardlyWindows(bytes: Buffer, from: number, to: number): boolean {
  let sequences = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte === 0xc2 || byte === 0xc3 || byte >= 0xe0) return true;
    if (byte >= 0xc0) sequences++;
  }
  return sequences > 1;
}
