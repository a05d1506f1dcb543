// Owns the texts of the cells of an indexed row: quotes taken off, doubled quotes halved.
// Invariant: text is never trimmed, and what is malformed stays as it was written.
import { type Block, ESCAPED, HIGH, MALFORMED, OPEN, QUOTED } from './block.ts';
import type { CellDecoder, Latin1 } from './decode.ts';

/** Of all rows: the cheapest where most of them are read. */
export function blockText(block: Block): Latin1 {
  return { text: block.rows === 0 ? '' : block.bytes.toString('latin1', 0, block.end[block.rows - 1]), from: 0 };
}

/** Of one row: where few of the block are read, the text of all would only be waste to collect. */
export function rowText({ bytes, start, end }: Block, row: number): Latin1 {
  const from = start[row] as number;
  return { text: bytes.toString('latin1', from, end[row]), from };
}

/** The cells of row `row` (index in the block), blank ones added up to `width`. `text` holds the row. */
export function rowCells(block: Block, row: number, text: Latin1, width: number, decoder: CellDecoder): string[] {
  return fillCells(block, row, text, highCells(block, row, text, width, decoder));
}

/** Room for the cells of a row; those with HIGH are in it, and only they. */
export function highCells(block: Block, row: number, text: Latin1, width: number, decoder: CellDecoder): string[] {
  const first = block.firstCell[row] as number;
  const count = (block.firstCell[row + 1] as number) - first;
  const cells: string[] = new Array(count < width ? width : count);
  if (((block.flags[row] as number) & HIGH) === 0) return cells;
  for (let cell = 0; cell < count; cell++) {
    const flags = block.cellFlags[first + cell] as number;
    if ((flags & HIGH) === 0) continue;
    const start = cell === 0 ? (block.start[row] as number) : (block.cellEnd[first + cell - 1] as number) + 1;
    const { from, to } = textRange(flags, start, block.cellEnd[first + cell] as number);
    const decoded = decoder.decode(block.bytes, text, from, to, () => ({
      row: block.firstRow + row,
      line: block.line[row] as number,
      byte: block.byte[row] as number,
      column: cell + 1,
    }));
    cells[cell] = unescaped(decoded, flags);
  }
  return cells;
}

/** Adds the cells that `highCells` left out. */
export function fillCells(block: Block, row: number, latin1: Latin1, cells: string[]): string[] {
  const { cellEnd, cellFlags } = block;
  const { text, from: base } = latin1;
  const first = block.firstCell[row] as number;
  const count = (block.firstCell[row + 1] as number) - first;
  let start = (block.start[row] as number) - base;
  if (block.flags[row] === 0) {
    for (let cell = 0; cell < count; cell++) {
      const end = (cellEnd[first + cell] as number) - base;
      cells[cell] = text.substring(start, end);
      start = end + 1;
    }
    for (let cell = count; cell < cells.length; cell++) cells[cell] = '';
    return cells;
  }
  for (let cell = 0; cell < count; cell++) {
    const end = (cellEnd[first + cell] as number) - base;
    const flags = cellFlags[first + cell] as number;
    if (flags === 0) cells[cell] = text.substring(start, end);
    else if (flags === QUOTED) cells[cell] = text.substring(start + 1, end - 1);
    else if ((flags & HIGH) === 0) {
      const { from, to } = textRange(flags, start, end);
      cells[cell] = unescaped(text.substring(from, to), flags);
    }
    start = end + 1;
  }
  for (let cell = count; cell < cells.length; cell++) cells[cell] = '';
  return cells;
}

/** The bytes of a cell without its quotes; what is malformed keeps them. */
function textRange(flags: number, start: number, end: number): { from: number; to: number } {
  if ((flags & QUOTED) === 0 || (flags & MALFORMED) !== 0) return { from: start, to: end };
  return { from: start + 1, to: (flags & OPEN) === 0 ? end - 1 : end };
}

function unescaped(text: string, flags: number): string {
  if ((flags & ESCAPED) === 0) return text;
  return (flags & MALFORMED) !== 0 ? halveUntilClosed(text) : text.replaceAll('""', '"');
}

/** In `"a ""b"" c" d "" e` the doubled quotes before the closing one stood for quotes; those behind it did not. */
function halveUntilClosed(text: string): string {
  let at = 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text;
    if (text[quote + 1] !== '"') return text.slice(0, quote).replaceAll('""', '"') + text.slice(quote);
    at = quote + 2;
  }
}
