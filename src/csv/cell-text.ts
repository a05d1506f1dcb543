// Owns the texts of the cells of an indexed row: quotes taken off, doubled quotes halved.
// Invariant: text is never trimmed, and what is malformed stays as it was written.
import { type Block, ESCAPED, HIGH, MALFORMED, OPEN, QUOTED } from './block.ts';
import type { CellDecoder } from './decode.ts';

/** One byte per character: exact for ASCII cells, which are then slices of it. Cells with HIGH are decoded from the bytes. */
export function blockText(block: Block): string {
  return block.rows === 0 ? '' : block.bytes.toString('latin1', 0, block.end[block.rows - 1]);
}

/** The cells of row `row` (index in the block), blank ones added up to `width`. `text` is `blockText(block)`. */
export function rowCells(block: Block, row: number, text: string, width: number, decoder: CellDecoder): string[] {
  const { cellEnd, cellFlags } = block;
  const first = block.firstCell[row] as number;
  const count = (block.firstCell[row + 1] as number) - first;
  const cells: string[] = new Array(count < width ? width : count);
  let start = block.start[row] as number;
  for (let cell = 0; cell < count; cell++) {
    const end = cellEnd[first + cell] as number;
    const flags = cellFlags[first + cell] as number;
    if (flags === 0) cells[cell] = text.substring(start, end);
    else if (flags === QUOTED) cells[cell] = text.substring(start + 1, end - 1);
    else cells[cell] = cellText(block, row, cell, text, start, end, flags, decoder);
    start = end + 1;
  }
  for (let cell = count; cell < width; cell++) cells[cell] = '';
  return cells;
}

function cellText(
  block: Block,
  row: number,
  cell: number,
  text: string,
  start: number,
  end: number,
  flags: number,
  decoder: CellDecoder,
): string {
  const malformed = (flags & MALFORMED) !== 0;
  const from = (flags & QUOTED) !== 0 && !malformed ? start + 1 : start;
  const to = from > start && (flags & OPEN) === 0 ? end - 1 : end;
  let found: string;
  if ((flags & HIGH) === 0) found = text.substring(from, to);
  else {
    const place = { row: block.firstRow + row, line: block.line[row] as number, byte: block.byte[row] as number };
    found = decoder.decode(block.bytes, from, to, { ...place, column: cell + 1 });
  }
  if ((flags & ESCAPED) === 0) return found;
  return malformed ? halveUntilClosed(found) : found.replaceAll('""', '"');
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
