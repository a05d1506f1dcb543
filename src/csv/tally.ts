// Owns counts that carry their first rows, and the widths of the last rows. Invariant: memory does not grow with what is counted.
import { LIST_LENGTH } from './limits.ts';

export class RowTally {
  count = 0;
  readonly firstRows: number[] = [];
  /** The largest number of cells among these rows. */
  most = 0;

  add(row: number, cells = 0): void {
    this.count++;
    if (cells > this.most) this.most = cells;
    if (this.firstRows.length < LIST_LENGTH) this.firstRows.push(row);
  }
}

const REMEMBERED = 32;

/** How many cells the last rows had, to tell whether the last one breaks off. */
export class RecentWidths {
  readonly #widths = new Int32Array(REMEMBERED);
  #count = 0;

  add(width: number): void {
    this.#widths[this.#count++ % REMEMBERED] = width;
  }

  /** The last row has fewer cells than the header, and than at least half of the rows before it. */
  lastIsShort(expected: number): boolean {
    if (this.#count === 0) return false;
    const last = this.#widths[(this.#count - 1) % REMEMBERED] as number;
    if (last >= expected) return false;
    const known = Math.min(this.#count, REMEMBERED);
    let wider = 0;
    for (let at = 0; at < known; at++) if ((this.#widths[at] as number) > last) wider++;
    return wider * 2 >= known - 1;
  }
}
