// Owns what can be wrong with one row, as problems. Invariant: a row without problems is a row of the header's width, well quoted.
import { type Block, MALFORMED, OPEN, QUOTED } from './block.ts';
import type { Place, Problem } from './types.ts';

const NONE: readonly Problem[] = Object.freeze([]);

export interface RowContext {
  /** Cells of the header. */
  width: number;
  delimiter: string;
  /** The file ends inside a quote of this row. */
  isOpenAtEnd(block: Block, row: number): boolean;
  /** Where in the file a byte of this row stands. */
  offsetOf(block: Block, row: number, at: number): number;
}

/** `found`: cells that the row has in the file. Extra cells without text are not told here. */
export function rowProblems(
  block: Block,
  index: number,
  cells: readonly string[],
  found: number,
  context: RowContext,
): readonly Problem[] {
  const flags = block.flags[index] as number;
  const breaks = block.breaks[index] as number;
  const { tooLarge } = block;
  if (found === context.width && breaks === 0 && (flags & (MALFORMED | OPEN)) === 0 && tooLarge === null) return NONE;
  const place = rowPlace(block, index);
  const problems: Problem[] = [];
  if (tooLarge !== null) problems.push({ code: 'row-too-large', scope: 'row', ...place, facts: { ...tooLarge } });
  const quoting = quotingProblem(block, index, cells, found, context);
  if (quoting !== null) problems.push(quoting);
  if (found !== context.width && tooLarge === null) {
    const kind = found < context.width ? 'short' : 'long';
    const facts = { kind, expected: context.width, found } as const;
    problems.push({ code: 'column-count-mismatch', scope: 'row', ...place, facts });
  }
  return problems.length === 0 ? NONE : problems;
}

export function rowPlace(block: Block, index: number): Place {
  return { row: block.firstRow + index, line: block.line[index] as number, byte: block.byte[index] as number };
}

function quotingProblem(
  block: Block,
  index: number,
  cells: readonly string[],
  found: number,
  context: RowContext,
): Problem | null {
  const flags = block.flags[index] as number;
  const breaks = block.breaks[index] as number;
  const rowsInside =
    breaks === 0 ? 0 : linesLikeRows(quotedCells(block, index, cells), context.delimiter, context.width);
  const isOpen = context.isOpenAtEnd(block, index);
  if (!isOpen && (flags & MALFORMED) === 0 && rowsInside === 0) return null;
  const kind = isOpen ? 'open-quote' : (flags & MALFORMED) !== 0 ? 'text-after-quote' : 'rows-inside';
  const place = isOpen ? openQuotePlace(block, index, context) : { ...rowPlace(block, index) };
  const first = block.firstCell[index] as number;
  for (let cell = 0; cell < found && kind === 'text-after-quote' && place.column === undefined; cell++) {
    if (((block.cellFlags[first + cell] as number) & MALFORMED) !== 0) place.column = cell + 1;
  }
  return { code: 'malformed-quoting', scope: 'row', ...place, facts: { kind, lines: breaks + 1, rowsInside } };
}

/** Only these can hold line ends. */
function quotedCells(block: Block, index: number, cells: readonly string[]): string[] {
  const first = block.firstCell[index] as number;
  const count = (block.firstCell[index + 1] as number) - first;
  return cells.slice(0, count).filter((_, cell) => ((block.cellFlags[first + cell] as number) & QUOTED) !== 0);
}

/** Where the quote stands that is open at the end of the file; the row itself when the quote is in a part that was dropped. */
export function openQuotePlace(block: Block, index: number, context: RowContext): Place {
  const place = rowPlace(block, index);
  const first = block.firstCell[index] as number;
  const last = (block.firstCell[index + 1] as number) - 1;
  if (((block.cellFlags[last] as number) & OPEN) === 0) return place;
  const start = last === first ? (block.start[index] as number) : (block.cellEnd[last - 1] as number) + 1;
  const before = block.bytes.toString('latin1', block.start[index], start);
  place.line += before.split(/\r\n|\n|\r/).length - 1;
  place.byte = context.offsetOf(block, index, start);
  place.column = last - first + 1;
  return place;
}

/**
 * Lines inside the cells of a row that look like rows of the same file: a stray quote swallowed them. A line between two line ends
 * counts when it has as many delimiters as a row; the broken first and last lines count as one when together they have.
 */
function linesLikeRows(cells: readonly string[], delimiter: string, width: number): number {
  if (width < 4) return 0;
  let like = 0;
  for (const cell of cells) {
    if (!cell.includes('\n') && !cell.includes('\r')) continue;
    const counts = cell.split(/\r\n|\n|\r/).map((line) => line.split(delimiter).length - 1);
    like += counts.slice(1, -1).filter((count) => count === width - 1).length;
    if (width > 5 && (counts[0] as number) + (counts.at(-1) as number) === width - 1) like++;
  }
  return like;
}
