// Owns the step from bytes of a cell to text, and what is learnt of a file's encoding on the way.
// Invariant: a cell is never read as UTF-8 with replacement characters that its bytes do not hold.
import { isUtf8 } from 'node:buffer';
import { LIST_LENGTH } from './limits.ts';
import type { Encoding, Place, Problem, RowReading } from './types.ts';

/** Windows-1252 for the bytes 0x80 to 0x9F (WHATWG Encoding); five of them are not defined and stay control characters. */
export const WINDOWS_1252_HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const UNDEFINED_1252 = /[\u0081\u008d\u008f\u0090\u009d]/;

/**
 * The bytes of a block from `from` on, one character each: exact for ASCII cells, which are then slices of it. Others
 * are decoded from the bytes.
 */
export interface Latin1 {
  text: string;
  from: number;
}

function decodeWindows1252(bytes: Buffer, from: number, to: number): string {
  return bytes
    .toString('latin1', from, to)
    .replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252_HIGH[control.charCodeAt(0) - 0x80] ?? control);
}

/** The texts of so many short cells are remembered: names come again and again. */
const MEMO_CELLS = 4096;
/** Substrings of this length are copies; longer ones would hold on to the whole text that they were cut from. */
const MEMO_BYTES = 12;

/** A count and its first places. */
class Places {
  count = 0;
  readonly first: Place[] = [];

  add(placeOf: () => Place): void {
    this.count++;
    if (this.first.length < LIST_LENGTH) this.first.push(placeOf());
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
  /** Short cells that are UTF-8 without U+FFFD, by their bytes as characters. */
  readonly #memo = new Map<string, string>();
  /** Of the row that was begun last. */
  #reading: RowReading = 'ascii';

  constructor(detected: Encoding, pinned: boolean) {
    this.#detected = detected;
    this.#pinned = pinned;
  }

  /** The cells that come now are another row's. */
  startRow(): void {
    this.#reading = 'ascii';
  }

  /** How the cells since `startRow` were read. */
  rowReading(): RowReading {
    return this.#reading;
  }

  /**
   * True when every cell of these bytes, whole rows, would be read as UTF-8 as it stands. A row of them need not be decoded to
   * know how it is read; `countPlain` counts its cells. Asked once for each block.
   */
  readsPlainly(bytes: Buffer): boolean {
    if (this.#detected !== 'utf-8' && this.#detected !== 'utf-8-bom') return false;
    // The places of the first cells may have to be told.
    if (this.#utf8.count < LIST_LENGTH || this.#leansToWindows()) return false;
    return isUtf8(bytes) && !bytes.includes(REPLACEMENT_BYTES);
  }

  /** So many cells above ASCII of a row in bytes that `readsPlainly`. */
  countPlain(cells: number): void {
    this.#utf8.count += cells;
  }

  /** `latin1` holds the cell. `placeOf` says where the cell is, should it have to be reported. */
  decode(bytes: Buffer, latin1: Latin1, from: number, to: number, placeOf: () => Place): string {
    if (this.#detected === 'windows-1252' && this.#pinned) return this.#asWindows(bytes, from, to, placeOf);
    if (this.#detected === 'utf-16le' || this.#detected === 'utf-16be')
      return this.#asUtf8(bytes.toString('utf8', from, to), placeOf);
    if (this.#leansToWindows() && !hardlyWindows(bytes, from, to)) return this.#asWindows(bytes, from, to, placeOf);
    const key = to - from <= MEMO_BYTES ? latin1.text.substring(from - latin1.from, to - latin1.from) : '';
    const known = this.#memo.get(key);
    const text = known ?? bytes.toString('utf8', from, to);
    // Decoding puts U+FFFD wherever bytes are not UTF-8.
    const isClean = known !== undefined || !text.includes(REPLACEMENT);
    if (!isClean && !isUtf8(bytes.subarray(from, to))) return this.#asWindows(bytes, from, to, placeOf);
    this.#utf8.add(placeOf);
    if (!isClean) return this.#asUtf8(text, placeOf);
    if (known === undefined && key !== '') this.#remember(key, text);
    this.#noteReading('utf-8');
    return text;
  }

  /** A cell with U+0000 was seen. */
  sawNul(placeOf: () => Place): void {
    this.#nul.add(placeOf);
    this.#reading = 'unclear';
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

  #remember(key: string, text: string): void {
    if (this.#memo.size === MEMO_CELLS) this.#memo.clear();
    this.#memo.set(key, text);
  }

  #asUtf8(text: string, placeOf: () => Place): string {
    this.#noteReading('utf-8');
    if (text.includes(REPLACEMENT)) {
      this.#replaced.add(placeOf);
      this.#reading = 'unclear';
    }
    return text;
  }

  #asWindows(bytes: Buffer, from: number, to: number, placeOf: () => Place): string {
    const text = decodeWindows1252(bytes, from, to);
    this.#windows.add(placeOf);
    this.#noteReading('windows-1252');
    if (UNDEFINED_1252.test(text)) {
      this.#undefined.add(placeOf);
      this.#reading = 'unclear';
    }
    return text;
  }

  #noteReading(reading: 'utf-8' | 'windows-1252'): void {
    if (this.#reading === 'ascii') this.#reading = reading;
    else if (this.#reading !== reading) this.#reading = 'unclear';
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
