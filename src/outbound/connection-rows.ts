// What the readers of both formats give: cells in the order of the columns, or why a row could not be read.
// Invariant: every row of a load is one of the two; `row` is where a person finds it.

import type { ConnectionCells } from '../domain/connection.ts';
import type { ConnectionProblem } from '../domain/connection-problems.ts';

export type ReadRow =
  | { row: number; cells: ConnectionCells; notices?: readonly ConnectionProblem[] }
  | { row: number; cells: null; problem: ConnectionProblem };

export function unreadable(row: number, code: string, facts: ConnectionProblem['facts'] = {}): ReadRow {
  return { row, cells: null, problem: { field: null, code, effect: 'row-rejected', facts } };
}
