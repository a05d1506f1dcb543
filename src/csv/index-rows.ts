// Owns the loop over the bytes: where rows and cells end, by RFC 4180 §2 and with repair of what differs from it.
// Invariant: a buffer is indexed from the start of a row, and nothing is remembered of a row that is not complete.
import { BlockArrays, ESCAPED, HIGH, MALFORMED, OPEN, QUOTED } from './block.ts';
import { MARK_PADDING, MarkFinder } from './find-marks.ts';
import { utf16Bytes } from './transcode.ts';
import type { Limits } from './types.ts';

const LF = 10;
const CR = 13;
// Classes of bytes; those from IS_DELIMITER on end a cell outside quotes.
const IS_QUOTE = 1;
const IS_DELIMITER = 2;
const IS_LF = 3;
const IS_CR = 4;

/** Bytes that the buffer of `indexRows` needs behind those that are filled: a sentinel, and what is looked at with it. */
export const WORK_PADDING = 1 + MARK_PADDING;

/** What `indexRows` goes on from, and what it found last. */
export class IndexState {
  readonly arrays = new BlockArrays();
  readonly limits: Limits;
  readonly utf16: boolean;
  readonly delimiter: number;
  /** -1: no quoting. */
  readonly quote: number;
  readonly classes = new Uint8Array(256);
  readonly finder: MarkFinder;
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
    this.finder = new MarkFinder(this.delimiter, this.quote);
    this.classes[LF] = IS_LF;
    this.classes[CR] = IS_CR;
    if (this.quote >= 0) this.classes[this.quote] = IS_QUOTE;
    this.classes[this.delimiter] = IS_DELIMITER;
  }
}

/**
 * Indexes the whole rows in the first `filled` bytes of `work`, which must have WORK_PADDING bytes more. `final`: no bytes come after them.
 * Returns true when the row behind the last whole one is beyond a limit.
 */
export function indexRows(state: IndexState, work: Buffer, filled: number, final: boolean): boolean {
  const { arrays, limits, utf16, classes, delimiter, quote, finder, lineEnds } = state;
  const { marks } = finder;
  let { cellEnd, cellFlags } = arrays;
  let room = cellEnd.length;
  let { line, byte } = state;
  let cells = 0;
  let rows = 0;
  let rowStart = 0;
  let at = 0;
  let first = 0;
  let cellStart = 0;
  let tooLarge = false;
  let mark = 0;
  let markCount = 0;
  work[filled] = LF; // sentinel: no loop goes on behind it
  finder.start(work, filled + 1);
  row: while (at < filled) {
    first = cells;
    let rowFlags = 0;
    let breaks = 0;
    let kind = IS_LF;
    do {
      // Most cells are plain: a delimiter ends them, and their flags are 0.
      while (mark < markCount && cells < room) {
        const next = marks[mark] as number;
        if (next < 0 || work[next] !== delimiter) break;
        cellEnd[cells] = next;
        cellFlags[cells++] = 0;
        at = next + 1;
        mark++;
      }
      cellStart = at;
      let flags = 0;
      let inQuote = work[at] === quote;
      for (;;) {
        if (mark === markCount) {
          markCount = finder.find();
          mark = 0;
        }
        const next = marks[mark++] as number;
        if (next < 0) flags |= HIGH;
        const found = next < 0 ? ~next : next;
        // The second one of a pair.
        if (found < at) continue;
        at = found;
        kind = classes[work[at] as number] as number;
        if (!inQuote) {
          if (kind >= IS_DELIMITER) break;
        } else if (at === filled) {
          flags |= OPEN;
          break;
        } else if (kind === IS_QUOTE && at === cellStart) {
          flags |= QUOTED;
        } else if (kind === IS_QUOTE) {
          const after = classes[work[at + 1] as number] as number;
          if (after === 0) flags |= MALFORMED;
          if (after === IS_QUOTE) {
            flags |= ESCAPED;
            at += 2;
          } else inQuote = false;
        } else if (kind >= IS_LF) {
          breaks++;
          if (kind === IS_CR && at + 1 < filled && work[at + 1] === LF) at += 2;
        }
      }
      if (at === filled && !final) break row;
      if (cells === room) {
        tooLarge = cells - first > limits.columns;
        if (tooLarge) break row;
        arrays.growCells();
        ({ cellEnd, cellFlags } = arrays);
        room = cellEnd.length;
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
