// Owns the byte scanner: chunks of any size become blocks of rows.
// Invariant: rows and their places depend on the bytes alone, never on the chunks; what is kept is bounded by the limits.
import type { Block, RowSize } from './block.ts';
import { IndexState, indexRows, WORK_PADDING } from './index-rows.ts';
import { blockHashes, type RowHasher, rowHasher } from './row-hash.ts';
import { RowSkipper } from './skip.ts';
import { utf16Bytes } from './transcode.ts';
import type { Limits } from './types.ts';

export interface ScanOptions {
  delimiter: string;
  quote: '"' | null;
  limits: Limits;
  batchBytes: number;
  /** Offset in the file of the first byte that is pushed (behind a byte order mark). */
  startByte: number;
  /** The bytes are UTF-8 made from UTF-16: offsets are counted in the file's own units. */
  utf16: boolean;
  /** 16 bytes; null when rows need no hashes. */
  rowKey: Uint8Array | null;
}

/**
 * Owns the buffer that rows are collected in. Push chunks, then `end()`; both give blocks as they become complete. A block must be
 * worked through before the next one is asked for; its bytes belong to who took it.
 */
export class Scanner {
  readonly #options: ScanOptions;
  readonly #state: IndexState;
  readonly #hash: RowHasher | null;
  #work: Buffer;
  #filled = 0;
  /** Walks over a row beyond a limit that is not at its end yet, and what is kept of this row. */
  #skipper: RowSkipper | null = null;
  #kept: Uint8Array = new Uint8Array(0);

  constructor(options: ScanOptions) {
    const { delimiter, quote, limits, startByte, utf16, rowKey } = options;
    this.#options = options;
    this.#hash = rowKey && rowHasher(rowKey);
    this.#state = new IndexState(delimiter, quote, limits, startByte, utf16);
    this.#work = Buffer.allocUnsafeSlow(options.batchBytes + WORK_PADDING);
  }

  /** Rows seen so far, the row of the last block included. */
  get rows(): number {
    return this.#state.row - 1;
  }

  /** How rows ended, so far. */
  get lineEnds(): { readonly crlf: number; readonly lf: number; readonly cr: number } {
    return this.#state.lineEnds;
  }

  /** False from the moment the last block is given, when no line end stands behind its last row. */
  get finalNewline(): boolean {
    return this.#state.finalNewline;
  }

  /** True from the moment the last block is given, when a quote of its last row is open. */
  get endsInsideQuote(): boolean {
    return this.#state.endsInsideQuote;
  }

  *push(chunk: Uint8Array): Generator<Block, void, undefined> {
    let from = 0;
    while (from < chunk.length) {
      if (this.#skipper !== null) {
        from = this.#skipper.feed(chunk, from);
        if (from < 0) return;
        yield this.#takeSkipped(this.#skipper);
        continue;
      }
      const room = this.#work.length - WORK_PADDING;
      const count = Math.min(room - this.#filled, chunk.length - from);
      this.#work.set(chunk.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled === room) yield* this.#drain(false);
    }
  }

  *end(): Generator<Block, void, undefined> {
    yield* this.#drain(true);
    if (this.#skipper === null) return;
    this.#skipper.end();
    this.#state.finalNewline = this.#skipper.lineEnd !== null;
    this.#state.endsInsideQuote = this.#skipper.insideQuote;
    yield this.#takeSkipped(this.#skipper);
  }

  *#drain(final: boolean): Generator<Block, void, undefined> {
    const { batchBytes, limits } = this.#options;
    for (;;) {
      const work = this.#work;
      const tooLarge = indexRows(this.#state, work, this.#filled, final);
      const rest = work.subarray(this.#state.consumed, this.#filled);
      const block = this.#state.rows > 0 ? this.#block(work, null) : null;
      // What is still needed of the block's bytes is taken before it is given away.
      if (!tooLarge) {
        // A row that does not fit is read again when twice as much is there: linear in all.
        const room =
          rest.length * 2 < batchBytes ? batchBytes : Math.min(rest.length * 2, limits.rowBytes + batchBytes);
        this.#refill(final ? 0 : Math.max(room, rest.length + 1), rest);
        if (block !== null) yield block;
        return;
      }
      const skipper = this.#newSkipper();
      this.#skipper = skipper;
      const next = skipper.feed(rest, 0);
      this.#kept = rest.slice(0, cutAtCharacter(rest, skipper.cut));
      this.#refill(Math.max(batchBytes, rest.length), rest.subarray(next < 0 ? rest.length : next));
      if (block !== null) yield block;
      if (next < 0) return;
      yield this.#takeSkipped(skipper);
    }
  }

  #refill(room: number, rest: Uint8Array): void {
    this.#work = Buffer.allocUnsafeSlow(room + WORK_PADDING);
    this.#work.set(rest);
    this.#filled = rest.length;
  }

  #newSkipper(): RowSkipper {
    const { delimiter, quote } = this.#state;
    const sourceLength = (bytes: Uint8Array, from: number, to: number): number =>
      this.#options.utf16 ? utf16Bytes(bytes, from, to) : to - from;
    return new RowSkipper({ delimiter, quote, limits: this.#options.limits, sourceLength });
  }

  /** The row that was skipped, cut, as a block of its own. */
  #takeSkipped(skipper: RowSkipper): Block {
    const state = this.#state;
    const { line, byte, finalNewline, endsInsideQuote } = state;
    const bytes = Buffer.allocUnsafeSlow(this.#kept.length + WORK_PADDING);
    bytes.set(this.#kept);
    this.#skipper = null;
    // Where it was cut counts as the end of a file here.
    indexRows(state, bytes, this.#kept.length, true);
    state.finalNewline = finalNewline;
    state.endsInsideQuote = endsInsideQuote;
    state.line = line + skipper.breaks + 1;
    state.byte = byte + skipper.sourceBytes;
    if (skipper.lineEnd !== null) state.lineEnds[skipper.lineEnd]++;
    const block = this.#block(bytes, { limit: skipper.limit, bytes: skipper.length, cells: skipper.cells });
    block.breaks[0] = skipper.breaks;
    return block;
  }

  #block(bytes: Buffer, tooLarge: RowSize | null): Block {
    const { rows, row, arrays } = this.#state;
    const { start, end, line, byte, breaks, flags, firstCell, cellEnd, cellFlags } = arrays;
    const firstRow = row - rows;
    const block: Block = {
      ...{ bytes, rows, firstRow, start, end, line, byte, breaks, flags, firstCell, cellEnd, cellFlags },
      ...{ hashes: null, tooLarge },
    };
    if (this.#hash) block.hashes = blockHashes(this.#hash, block, arrays.hashes);
    return block;
  }
}

/** Moves a cut back to the start of a UTF-8 character. */
function cutAtCharacter(bytes: Uint8Array, cut: number): number {
  let at = cut;
  while (at > 1 && cut - at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  return at;
}
