// Owns walking over a row that is beyond a limit, without keeping its bytes.
// Invariant: where the row is cut depends on its bytes alone, never on how they were split into chunks.
import type { RowSize } from './block.ts';
import type { Limits } from './types.ts';

const LF = 10;
const CR = 13;
type State = 'cell-start' | 'plain' | 'quoted' | 'quote' | 'after-cr';

export interface SkipOptions {
  delimiter: number;
  /** -1: no quoting. */
  quote: number;
  limits: Limits;
  /** Bytes in the file for bytes from..to of the chunk (UTF-16 differs). */
  sourceLength(bytes: Uint8Array, from: number, to: number): number;
}

export class RowSkipper {
  /** Bytes of the row without its line end. */
  length = 0;
  cells = 1;
  /** Line ends inside quotes. */
  breaks = 0;
  /** Bytes of the file from the row's start to the next row's start. */
  sourceBytes = 0;
  lineEnd: 'crlf' | 'lf' | 'cr' | null = null;
  /** Bytes of the row that are kept; the first limit that is passed decides. */
  cut = -1;
  limit: RowSize['limit'] = 'row';
  #state: State = 'cell-start';
  #cellStart = 0;
  #lastBreakWasCr = false;
  readonly #options: SkipOptions;

  constructor(options: SkipOptions) {
    this.#options = options;
  }

  get insideQuote(): boolean {
    return this.#state === 'quoted';
  }

  /** Returns the index behind the row's line end, or -1 when the row goes on beyond the chunk. */
  feed(bytes: Uint8Array, from: number): number {
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#state === 'after-cr') {
        this.lineEnd = byte === LF ? 'crlf' : 'cr';
        const next = byte === LF ? at + 1 : at;
        this.sourceBytes += this.#options.sourceLength(bytes, from, next);
        return next;
      }
      if (byte === LF && this.#state !== 'quoted') {
        this.lineEnd = 'lf';
        this.sourceBytes += this.#options.sourceLength(bytes, from, at + 1);
        return at + 1;
      }
      if (this.#step(byte)) this.length++;
      if (this.cut < 0) this.#watch();
    }
    this.sourceBytes += this.#options.sourceLength(bytes, from, at);
    return -1;
  }

  /** Call when the file ends inside the row. */
  end(): void {
    if (this.#state === 'after-cr') this.lineEnd = 'cr';
  }

  /** False: the byte is a carriage return that ends the row. */
  #step(byte: number): boolean {
    const { delimiter, quote } = this.#options;
    if (this.#state === 'quoted') {
      if (byte === quote) this.#state = 'quote';
      else if (byte === CR || (byte === LF && !this.#lastBreakWasCr)) this.breaks++;
      this.#lastBreakWasCr = byte === CR;
    } else if (this.#state === 'quote' && byte === quote) {
      this.#state = 'quoted';
    } else if (byte === delimiter) {
      if (this.cut < 0 && this.cells === this.#options.limits.columns) {
        this.cut = this.length;
        this.limit = 'columns';
      }
      this.cells++;
      this.#cellStart = this.length + 1;
      this.#state = 'cell-start';
    } else if (byte === CR) {
      this.#state = 'after-cr';
      return false;
    } else {
      this.#state = this.#state === 'cell-start' && byte === quote ? 'quoted' : 'plain';
    }
    return true;
  }

  #watch(): void {
    const { cellBytes, rowBytes } = this.#options.limits;
    if (this.length - this.#cellStart > cellBytes) {
      this.cut = this.#cellStart + cellBytes;
      this.limit = 'cell';
    } else if (this.length > rowBytes) {
      this.cut = rowBytes;
      this.limit = 'row';
    }
  }
}
