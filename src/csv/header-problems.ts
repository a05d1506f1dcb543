// Owns what can be said of the rows above the data: what was passed over, labels that are blank or stand twice.
// Invariant: columns in problems start at 1, as a person counts them.
import { filledCells } from './find-header.ts';
import type { Header, Problem } from './types.ts';

export interface PreambleRow {
  row: number;
  filled: number;
}

/** `rows`: those above the header with text in them; `count` may be more. */
export function preambleProblem(rows: readonly PreambleRow[], count: number, header: Header | null): Problem[] {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return [];
  const labels = header === null ? 0 : filledCells(header.labels);
  const wide = rows.filter((row) => header !== null && row.filled > 1 && row.filled * 2 > labels).length;
  const facts = { count, firstRow: first.row, lastRow: last.row, wide };
  return [{ code: 'preamble-skipped', scope: 'file', row: first.row, facts }];
}

/** Labels that stand more than once, compared without the spaces around them. */
export function labelProblems(header: Header): Problem[] {
  const columnsOf = new Map<string, number[]>();
  header.labels.forEach((label, index) => {
    const text = label.trim();
    if (text === '') return;
    const columns = columnsOf.get(text);
    if (columns === undefined) columnsOf.set(text, [index + 1]);
    else columns.push(index + 1);
  });
  const problems: Problem[] = [];
  for (const [label, columns] of columnsOf) {
    const column = columns[1];
    if (column === undefined) continue;
    problems.push({ code: 'duplicate-label', scope: 'header', row: header.row, column, label, facts: { columns } });
  }
  return problems;
}

/** `filled`: data cells with text by index of the column, for the columns without label. */
export function blankLabelProblems(header: Header, filled: ReadonlyMap<number, number>): Problem[] {
  const problems: Problem[] = [];
  const blank: number[] = [];
  const report = (columns: number[], count: number): void => {
    const facts = { columns, filled: count };
    problems.push({ code: 'blank-label', scope: 'header', row: header.row, column: columns[0] as number, facts });
  };
  for (const [index, count] of filled) {
    if (count > 0) report([index + 1], count);
    else blank.push(index + 1);
  }
  if (blank.length > 0) report(blank, 0);
  return problems;
}
