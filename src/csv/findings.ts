// Owns what is noted while a file is read and told once at its end.
// Invariant: counts are exact; lists of rows are cut, counts never.
import { type Block, QUOTED } from './block.ts';
import { filledCells } from './find-header.ts';
import { blankLabelProblems, labelProblems, type PreambleRow, preambleProblem } from './header-problems.ts';
import { openQuotePlace, type RowContext, rowProblems } from './row-problems.ts';
import { RecentWidths, RowTally } from './tally.ts';
import type { Delimiter, Header, Place, Problem } from './types.ts';

const MOST_PREAMBLE_ROWS = 1000;

export class Findings {
  readonly blank = new RowTally();
  /** Rows whose extra cells were blank. */
  readonly longBlank = new RowTally();
  /** Number of cells of the last data rows. */
  readonly widths = new RecentWidths();
  preambleRows = 0;
  dataRows = 0;
  usesQuotes = false;
  lastRowIsData = false;
  quoteOpened: Place | null = null;
  readonly #preamble: PreambleRow[] = [];
  readonly #problems: Problem[] = [];
  /** Data cells with text, by index of a column without label. */
  readonly #unlabelled = new Map<number, number>();

  /** Quotes of any row, whatever it is. */
  noteQuotes(block: Block, index: number, context: RowContext): void {
    if (((block.flags[index] as number) & QUOTED) !== 0) this.usesQuotes = true;
    if (context.isOpenAtEnd(block, index)) this.quoteOpened = openQuotePlace(block, index, context);
  }

  /** A data row as wide as the header whose cells nobody needs. */
  noteKnown(block: Block, index: number, context: RowContext): void {
    this.noteQuotes(block, index, context);
    this.lastRowIsData = true;
    this.dataRows++;
    this.widths.add(context.width);
  }

  /** A row with text above the header. */
  notePreamble(block: Block, index: number, cells: readonly string[], context: RowContext): void {
    this.preambleRows++;
    this.#noteHeadRow(block, index, cells, context);
    if (this.#preamble.length >= MOST_PREAMBLE_ROWS) return;
    this.#preamble.push({ row: block.firstRow + index, filled: filledCells(cells) });
  }

  noteHeader(block: Block, index: number, header: Header, context: RowContext): void {
    this.#noteHeadRow(block, index, header.labels, context);
    header.labels.forEach((label, column) => {
      if (label.trim() === '') this.#unlabelled.set(column, 0);
    });
  }

  /** Are cells of data rows wanted by `noteUnlabelled`? */
  get watchesCells(): boolean {
    return this.#unlabelled.size > 0;
  }

  noteUnlabelled(cells: readonly string[]): void {
    if (this.#unlabelled.size === 0) return;
    for (const [column, filled] of this.#unlabelled) {
      if ((cells[column] as string).trim() !== '') this.#unlabelled.set(column, filled + 1);
    }
  }

  /** Call once, when the header was reached, or the end without one. */
  problemsOfHead(header: Header | null, delimiter: Delimiter, bytes: number): Problem[] {
    if (header === null && this.preambleRows === 0) {
      const facts = { bytes, blankRows: this.blank.count };
      return [{ code: 'empty-file', scope: 'file', facts }];
    }
    const problems = [...preambleProblem(this.#preamble, this.preambleRows, header), ...this.#problems];
    if (delimiter !== ',') problems.push({ code: 'delimiter-not-comma', scope: 'file', facts: { delimiter } });
    return header === null ? problems : [...problems, ...labelProblems(header)];
  }

  /** What is known only at the end of the file. */
  problemsOfBody(header: Header | null): Problem[] {
    const problems: Problem[] = header === null ? [] : blankLabelProblems(header, this.#unlabelled);
    const { blank, longBlank } = this;
    if (blank.count > 0 && (header !== null || this.preambleRows > 0)) {
      const facts = { count: blank.count, firstRows: blank.firstRows };
      problems.push({ code: 'blank-row', scope: 'file', row: blank.firstRows[0] as number, facts });
    }
    if (longBlank.count > 0) {
      const { count, firstRows, most } = longBlank;
      const expected = header?.labels.length ?? 0;
      const facts = { kind: 'long-blank', expected, found: most, count, firstRows } as const;
      problems.push({ code: 'column-count-mismatch', scope: 'file', row: firstRows[0] as number, facts });
    }
    if (this.dataRows === 0 && (header !== null || this.preambleRows > 0)) {
      const facts = { preambleRows: this.preambleRows, blankRows: blank.count };
      problems.push({ code: 'no-data-rows', scope: 'file', facts });
    }
    return problems;
  }

  /** Indexes of columns without label and without data. */
  blankColumns(): number[] {
    return [...this.#unlabelled].filter(([, filled]) => filled === 0).map(([column]) => column);
  }

  /** Quoting and size of a row that is no data row. */
  #noteHeadRow(block: Block, index: number, cells: readonly string[], context: RowContext): void {
    const found = rowProblems(block, index, cells, cells.length, { ...context, width: cells.length });
    this.#problems.push(...found.map((problem) => ({ ...problem, scope: 'header' as const })));
  }
}
