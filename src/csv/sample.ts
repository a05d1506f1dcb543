// Owns reading the beginning of a file with one delimiter, to see how well that goes.
// Invariant: a row that the sample cuts off is left out, unless it is all there is.
import { type Block, MALFORMED, QUOTED } from './block.ts';
import { blockText, rowCells } from './cell-text.ts';
import { CellDecoder } from './decode.ts';
import type { SampleRow } from './find-header.ts';
import { DEFAULT_LIMITS, HEADER_WINDOW } from './limits.ts';
import { Scanner } from './scan.ts';
import type { Delimiter, Encoding, LineEnd } from './types.ts';

const MOST_ROWS = 1000;
/** A header in the last row of its window still has rows below it to be compared with. */
const ROWS_BELOW = 20;

export interface Sample {
  delimiter: Delimiter;
  /** Rows with text, from the first such row on: those that may be the header, and some more. */
  head: SampleRow[];
  /** Cells in each of the first rows with text. */
  widths: number[];
  hasQuotes: boolean;
  /** Rows with a quote inside an unquoted cell, or with text behind a closing one. */
  strayQuotes: number;
  lineEnd: LineEnd;
  /** Share of the sample's bytes in whole rows. */
  covered: number;
}

export interface SampleOptions {
  delimiter: Delimiter;
  quote: '"' | null;
  encoding: Encoding;
  /** The sample is the whole file. */
  whole: boolean;
}

/** `bytes` without byte order mark; UTF-16 as UTF-8. */
export function readSample(bytes: Uint8Array, options: SampleOptions): Sample {
  const { delimiter, quote, encoding, whole } = options;
  const batchBytes = bytes.length + 1;
  const scanner = new Scanner({
    delimiter,
    quote,
    limits: DEFAULT_LIMITS,
    batchBytes,
    startByte: 0,
    utf16: false,
    rowKey: null,
  });
  const sample: Sample = {
    delimiter,
    head: [],
    widths: [],
    hasQuotes: false,
    strayQuotes: 0,
    lineEnd: 'lf',
    covered: 1,
  };
  const decoder = new CellDecoder(encoding, false);
  const take = (block: Block): void => {
    const last = block.rows - 1;
    const isCut = !scanner.finalNewline && (!whole || scanner.endsInsideQuote);
    if (isCut) sample.covered = (block.byte[last] as number) / bytes.length;
    takeRows(sample, block, isCut && sample.covered > 0 ? last : block.rows, decoder);
  };
  for (const block of scanner.push(bytes)) take(block);
  for (const block of scanner.end()) take(block);
  sample.lineEnd = lineEndOf(scanner.lineEnds, 'lf');
  return sample;
}

function takeRows(sample: Sample, block: Block, rows: number, decoder: CellDecoder): void {
  const text = blockText(block);
  for (let index = 0; index < rows && sample.widths.length < MOST_ROWS; index++) {
    if (((block.flags[index] as number) & QUOTED) !== 0) sample.hasQuotes = true;
    const cells = rowCells(block, index, text, 0, decoder);
    if (cells.every((cell) => cell.trim() === '')) continue;
    sample.widths.push(cells.length);
    if (hasStrayQuote(block, index, cells)) sample.strayQuotes++;
    const row = block.firstRow + index;
    const firstRow = sample.head[0]?.row ?? row;
    if (row < firstRow + HEADER_WINDOW + ROWS_BELOW) sample.head.push({ row, cells });
  }
}

function hasStrayQuote(block: Block, index: number, cells: readonly string[]): boolean {
  const first = block.firstCell[index] as number;
  return cells.some((cell, at) => {
    const flags = block.cellFlags[first + at] as number;
    return (flags & MALFORMED) !== 0 || ((flags & QUOTED) === 0 && cell.includes('"'));
  });
}

/** One kind of line end, or a mixture; `none` when there was none. */
export function lineEndOf(counts: { crlf: number; lf: number; cr: number }, none: LineEnd): LineEnd {
  const kinds = (['crlf', 'lf', 'cr'] as const).filter((kind) => counts[kind] > 0);
  return kinds.length > 1 ? 'mixed' : (kinds[0] ?? none);
}
