// The problems of one load: all counted, the first ones kept.
// Invariant: rejected rows are kept before cells and notices, so that no flood of notices hides a refusal; memory is bounded.

import type { ConnectionProblem, PlacedProblem } from '../domain/connection-problems.ts';

const mostKept = 1_000;
/** Names of unknown columns that are told; JSON can bring new ones on every line. */
const mostColumns = 50;
const longestName = 100;

export class LoadProblems {
  rejected = 0;
  notices = 0;
  readonly #rejections: PlacedProblem[] = [];
  readonly #others: PlacedProblem[] = [];
  readonly #columns = new Set<string>();

  add(problem: ConnectionProblem, row: number, externalId: string | null): void {
    const isRejection = problem.effect === 'row-rejected';
    if (isRejection) this.rejected += 1;
    else this.notices += 1;
    const kept = isRejection ? this.#rejections : this.#others;
    if (kept.length < mostKept) kept.push({ ...problem, row, externalId });
  }

  /** Tells of a column once. */
  addUnknownColumn(name: string, row: number): void {
    if (this.#columns.size >= mostColumns || this.#columns.has(name)) return;
    this.#columns.add(name);
    const shown = name.slice(0, longestName).replace(/\p{C}/gu, ' ').trim();
    if (shown === '') return;
    this.add({ field: shown, code: 'unknown-column', effect: 'notice', facts: {} }, row, null);
  }

  /** In the order of the rows. */
  kept(): PlacedProblem[] {
    const others = this.#others.slice(0, Math.max(0, mostKept - this.#rejections.length));
    return [...this.#rejections, ...others].sort((a, b) => a.row - b.row);
  }
}
