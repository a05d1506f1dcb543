// Owns the loop over the bytes: where rows and cells end, by RFC 4180 §2 and with repair of what differs from it.
// Invariant: a buffer is indexed from the start of a row, and nothing is remembered of a row that is not complete.
import { BlockArrays, ESCAPED, HIGH, MALFORMED, OPEN, QUOTED } from './block.ts';
import { utf16Bytes } from './transcode.ts';
import type { Limits } from './types.ts';

const LF = 10;
const CR = 13;
// Classes of bytes; those from IS_DELIMITER on end a cell outside quotes.
const IS_QUOTE = 1;
const IS_HIGH = 2;
const IS_DELIMITER = 3;
const IS_LF = 4;
const IS_CR = 5;

/** What `indexRows` goes on from, and what it found last. */
export class IndexState {
  readonly arrays = new BlockArrays();
  readonly limits: Limits;
  readonly utf16: boolean;
  readonly delimiter: number;
  /** -1: no quoting. */
  readonly quote: number;
  readonly plain = new Uint8Array(256);
  readonly quoted = new Uint8Array(256);
  /** No byte above this one is special outside quotes. */
  readonly highest: number;
  /** Number of the next row, line and byte at which it starts. */
  row = 1;
  line = 1;
  byte: number;
  readonly lineEnds = { crlf: 0, lf: 0, cr: 0 };
  finalNewline = true;
  endsInsideQuote = false;
  /** Rows found by the last call, and bytes that they take with their line ends. */
  rows = 0;
  consumed = 0;

  constructor(delimiter: string, quote: '"' | null, limits: Limits, startByte: number, utf16: boolean) {
    this.limits = limits;
    this.utf16 = utf16;
    this.byte = startByte;
    this.delimiter = delimiter.charCodeAt(0);
    this.quote = quote === null ? -1 : quote.charCodeAt(0);
    this.highest = Math.max(this.delimiter, this.quote, CR);
    this.quoted.fill(IS_HIGH, 128);
    for (const classes of [this.plain, this.quoted]) {
      classes[LF] = IS_LF;
      classes[CR] = IS_CR;
      if (this.quote >= 0) classes[this.quote] = IS_QUOTE;
    }
    this.plain[this.delimiter] = IS_DELIMITER;
  }
}

/**
 * Indexes the whole rows in the first `filled` bytes of `work`, which must have one byte more. `final`: no bytes come after them.
 * Returns true when the row behind the last whole one is beyond a limit.
 */
export function indexRows(state: IndexState, work: Buffer, filled: number, final: boolean): boolean {
  const { arrays, limits, utf16, plain, quoted, quote, highest, lineEnds } = state;
  let { cellEnd, cellFlags } = arrays;
  let { line, byte } = state;
  let cells = 0;
  let rows = 0;
  let rowStart = 0;
  let at = 0;
  let first = 0;
  let cellStart = 0;
  let tooLarge = false;
  work[filled] = LF; // sentinel: every inner loop stops here
  row: while (at < filled) {
    first = cells;
    let rowFlags = 0;
    let breaks = 0;
    let kind = IS_LF;
    do {
      cellStart = at;
      let flags = 0;
      if (work[at] === quote) {
        flags = QUOTED;
        at++;
        for (;;) {
          while (quoted[work[at] as number] === 0) at++;
          if (at === filled) {
            flags |= OPEN;
            break;
          }
          const found = quoted[work[at++] as number] as number;
          if (found === IS_QUOTE) {
            if (at === filled) break;
            const next = plain[work[at] as number] as number;
            if (next === IS_QUOTE) {
              flags |= ESCAPED;
              at++;
              continue;
            }
            if (next === 0) flags |= MALFORMED;
            break;
          }
          if (found === IS_HIGH) flags |= HIGH;
          else {
            breaks++;
            if (found === IS_CR && at < filled && work[at] === LF) at++;
          }
        }
      }
      // Most bytes of text are above every special one, and cost one comparison.
      let seen = 0;
      for (;;) {
        let value = work[at] as number;
        while (value > highest) {
          seen |= value;
          value = work[++at] as number;
        }
        kind = plain[value] as number;
        if (kind >= IS_DELIMITER) break;
        seen |= value;
        at++;
      }
      if (seen > 127) flags |= HIGH;
      if (at === filled && !final) break row;
      if (cells === cellEnd.length) {
        tooLarge = cells - first > limits.columns;
        if (tooLarge) break row;
        arrays.growCells();
        ({ cellEnd, cellFlags } = arrays);
      }
      cellEnd[cells] = at;
      cellFlags[cells++] = flags;
      rowFlags |= flags;
      at++;
    } while (kind === IS_DELIMITER);
    // A carriage return at the end of what is there may be half of a CRLF.
    if (kind === IS_CR && at === filled && !final) break;
    const rowEnd = at - 1;
    if (rowEnd - rowStart > limits.cellBytes || cells - first > limits.columns) {
      tooLarge = isBeyond(limits, cellEnd, first, cells, rowStart, rowEnd);
      if (tooLarge) break;
    }
    if (at > filled) {
      state.finalNewline = false;
      state.endsInsideQuote = (rowFlags & OPEN) !== 0;
      at = filled;
    } else if (kind === IS_LF) lineEnds.lf++;
    else if (at < filled && work[at] === LF) {
      lineEnds.crlf++;
      at++;
    } else lineEnds.cr++;
    if (rows === arrays.start.length) arrays.growRows();
    arrays.start[rows] = rowStart;
    arrays.end[rows] = rowEnd;
    arrays.line[rows] = line;
    arrays.byte[rows] = byte;
    arrays.breaks[rows] = breaks;
    arrays.flags[rows] = rowFlags;
    arrays.firstCell[rows] = first;
    arrays.firstCell[++rows] = cells;
    line += breaks + 1;
    byte += utf16 ? utf16Bytes(work, rowStart, at) : at - rowStart;
    rowStart = at;
  }
  state.row += rows;
  state.line = line;
  state.byte = byte;
  state.rows = rows;
  state.consumed = rowStart;
  if (tooLarge || final || rowStart === filled) return tooLarge;
  // The last byte may be the carriage return of the row's end.
  const { cellBytes, rowBytes, columns } = limits;
  return filled - 1 - rowStart > rowBytes || filled - 1 - cellStart > cellBytes || cells - first > columns;
}

function isBeyond(
  limits: Limits,
  cellEnd: Int32Array,
  first: number,
  cells: number,
  rowStart: number,
  rowEnd: number,
): boolean {
  if (rowEnd - rowStart > limits.rowBytes || cells - first > limits.columns) return true;
  let start = rowStart;
  for (let cell = first; cell < cells; cell++) {
    const end = cellEnd[cell] as number;
    if (end - start > limits.cellBytes) return true;
    start = end + 1;
  }
  return false;
}
