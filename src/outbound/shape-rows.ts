// From the rows as the server writes them to the bytes of a file: line ends, row count, encoding.
// Invariant: only what ends a row is changed, and an empty text loses its quotes; never a line break inside a quoted cell; what
// an encoding does not have is counted.

import { isAscii } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { encode, isEncodable } from '../csv/write.ts';
import { delimiterSigns, type FileOptions } from '../domain/file-options.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const slabLength = 256 * 1024;

/**
 * Gives each row its line end and counts the rows. A row ends at a line feed outside quotes; inside, quotes are doubled, so
 * that the number of quotes before a line feed is even exactly where a row ends.
 *
 * For the server, null is nothing and the empty text is `""`; a reader of the file cannot tell them apart and should not see
 * both, so that the two quotes go, unless every cell is quoted, or the cell is alone in its row (which would be a blank line).
 * Doing this in the query (`nullif`) cost a seventh more time.
 *
 * Searching for the next sign was four times as fast as looking at each byte (100 against 390 ms for 65 MB), but three times
 * as slow where every cell is quoted: so there are both.
 */
export class RowShaper {
  rows = 0;
  readonly #carriageReturn: boolean;
  readonly #everyCellQuoted: boolean;
  readonly #delimiter: number;
  readonly #keepsEmpty: boolean;
  #slab = Buffer.allocUnsafe(slabLength);
  #used = 0;
  #inQuotes = false;
  #last = lineFeed;
  /** Up to two bytes that may be an empty cell in quotes; what follows tells. */
  #held = Buffer.alloc(0);

  constructor(
    { lineEnd, quoting, delimiter }: Pick<FileOptions, 'lineEnd' | 'quoting' | 'delimiter'>,
    columns: number,
  ) {
    this.#carriageReturn = lineEnd === 'crlf';
    this.#everyCellQuoted = quoting === 'all';
    this.#delimiter = delimiterSigns[delimiter].charCodeAt(0);
    this.#keepsEmpty = columns === 1;
  }

  /** In pieces of some 256 KiB that are not written to again. Throws (a bug) when the rows end inside one. */
  async *shape(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const given of chunks) {
      const chunk = this.#held.length === 0 ? given : Buffer.concat([this.#held, given]);
      this.#held = Buffer.alloc(0);
      if (chunk.length === 0) continue;
      // At worst each byte is the end of a row.
      if (this.#slab.length - this.#used < 2 * chunk.length) {
        if (this.#used > 0) yield this.#slab.subarray(0, this.#used);
        this.#slab = Buffer.allocUnsafe(Math.max(slabLength, 2 * chunk.length));
        this.#used = 0;
      }
      if (this.#everyCellQuoted) this.#byByte(chunk);
      else this.#bySearch(chunk);
    }
    if (this.#used > 0) yield this.#slab.subarray(0, this.#used);
    if (this.#inQuotes || this.#held.length > 0 || this.#last !== lineFeed)
      throw new Error('the rows of a window ended inside a row');
  }

  #byByte(chunk: Buffer): void {
    const slab = this.#slab;
    let used = this.#used;
    let inQuotes = this.#inQuotes;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === quote) inQuotes = !inQuotes;
      else if (byte === lineFeed && !inQuotes) {
        this.rows++;
        if (this.#carriageReturn) slab[used++] = carriageReturn;
      }
      slab[used++] = byte;
    }
    this.#used = used;
    this.#inQuotes = inQuotes;
    this.#last = chunk[chunk.length - 1] ?? lineFeed;
  }

  #bySearch(chunk: Buffer): void {
    let from = 0;
    let to = chunk.length;
    let nextQuote = chunk.indexOf(quote);
    let nextEnd = chunk.indexOf(lineFeed);
    for (;;) {
      if (nextQuote >= 0 && (nextEnd < 0 || nextQuote < nextEnd)) {
        const isEmpty = this.#isEmptyCell(chunk, nextQuote);
        if (isEmpty === 'unknown') {
          to = nextQuote;
          this.#held = Buffer.from(chunk.subarray(to));
          break;
        }
        if (isEmpty) {
          this.#used += chunk.copy(this.#slab, this.#used, from, nextQuote);
          from = nextQuote + 2;
        } else this.#inQuotes = !this.#inQuotes;
        nextQuote = chunk.indexOf(quote, nextQuote + (isEmpty ? 2 : 1));
      } else if (nextEnd >= 0) {
        if (!this.#inQuotes) from = this.#endRow(chunk, from, nextEnd);
        nextEnd = chunk.indexOf(lineFeed, nextEnd + 1);
      } else break;
    }
    this.#used += chunk.copy(this.#slab, this.#used, from, to);
    this.#last = chunk[to - 1] ?? this.#last;
  }

  /** Is the quote at `at` the first of a cell that is only two quotes? */
  #isEmptyCell(chunk: Buffer, at: number): boolean | 'unknown' {
    if (this.#inQuotes || this.#keepsEmpty) return false;
    const before = at === 0 ? this.#last : chunk[at - 1];
    if (before !== this.#delimiter && before !== lineFeed) return false;
    if (at + 2 >= chunk.length) return at + 1 < chunk.length && chunk[at + 1] !== quote ? false : 'unknown';
    return chunk[at + 1] === quote && (chunk[at + 2] === this.#delimiter || chunk[at + 2] === lineFeed);
  }

  /** Counts the row whose line feed is at `end`; gives up to where the chunk was copied. */
  #endRow(chunk: Buffer, from: number, end: number): number {
    this.rows++;
    if (!this.#carriageReturn) return from;
    this.#used += chunk.copy(this.#slab, this.#used, from, end);
    this.#slab[this.#used++] = carriageReturn;
    return end;
  }
}

/** UTF-8 in, cut anywhere; the wanted encoding out. */
export class FileEncoder {
  /** Characters that Windows-1252 does not have: each became a `?`. */
  replaced = 0;
  readonly #encoding: FileOptions['encoding'];
  readonly #decoder = new StringDecoder('utf8');
  #pending = false;

  constructor(encoding: FileOptions['encoding']) {
    this.#encoding = encoding;
  }

  /** The byte order mark; empty where there is none. */
  start(): Buffer {
    const hasMark = this.#encoding === 'utf-8-bom' || this.#encoding === 'utf-16le';
    return hasMark ? encode('\ufeff', this.#encoding) : Buffer.alloc(0);
  }

  encode(bytes: Buffer): Buffer {
    if (this.#encoding === 'utf-8' || this.#encoding === 'utf-8-bom' || bytes.length === 0) return bytes;
    if (this.#encoding === 'windows-1252' && !this.#pending && isAscii(bytes)) return bytes;
    const text = this.#decoder.write(bytes);
    // The decoder keeps what may be the beginning of a character.
    this.#pending = ((bytes[bytes.length - 1] ?? 0) & 0x80) !== 0;
    return encode(isEncodable(text, this.#encoding) ? text : this.#withoutStrange(text), this.#encoding);
  }

  #withoutStrange(text: string): string {
    return Array.from(text, (character) => {
      if (isEncodable(character, this.#encoding)) return character;
      this.replaced++;
      return '?';
    }).join('');
  }
}
