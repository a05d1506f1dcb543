// Owns the index of a piece of a file: where its rows and cells lie in its bytes, before any text is made.
// Invariant: the cells of a row lie side by side, one delimiter between them, and fill it from start to end.

/** Cell: written in quotes (the bytes of the cell include them). */
export const QUOTED = 1;
/** Cell: holds doubled quotes. */
export const ESCAPED = 2;
/** Cell: holds bytes above 0x7F. */
export const HIGH = 4;
/** Cell: text follows its closing quote. */
export const MALFORMED = 8;
/** Cell: its quote is still open at the end of the file. */
export const OPEN = 16;

export interface RowSize {
  limit: 'cell' | 'row' | 'columns';
  bytes: number;
  cells: number;
}

/**
 * Row `r` has the bytes `start[r]` to `end[r]` (no line end) and the cells `firstCell[r]` to `firstCell[r + 1] - 1`; a cell ends
 * at `cellEnd[c]` and starts behind the delimiter before it. `flags[r]` is the union of its cells' flags. `breaks[r]` counts the line ends
 * inside its quotes. The arrays are used again for the next block; `bytes` is not.
 */
export interface Block {
  bytes: Buffer;
  rows: number;
  firstRow: number;
  start: Int32Array;
  end: Int32Array;
  line: Float64Array;
  byte: Float64Array;
  breaks: Int32Array;
  flags: Uint8Array;
  firstCell: Int32Array;
  cellEnd: Int32Array;
  cellFlags: Uint8Array;
  /** The hash of row `r` is in the four words from `4 * r` on; null when nobody asked for hashes. */
  hashes: Int32Array | null;
  /** Set for a row beyond a limit, which is alone in its block and cut. */
  tooLarge: RowSize | null;
}

/** The growing arrays behind blocks. */
export class BlockArrays {
  start = new Int32Array(1024);
  end = new Int32Array(1024);
  line = new Float64Array(1024);
  byte = new Float64Array(1024);
  breaks = new Int32Array(1024);
  flags = new Uint8Array(1024);
  firstCell = new Int32Array(1025);
  cellEnd = new Int32Array(16384);
  cellFlags = new Uint8Array(16384);
  hashes = new Int32Array(4096);

  growRows(): void {
    const length = this.start.length * 2;
    this.start = copied(this.start, new Int32Array(length));
    this.end = copied(this.end, new Int32Array(length));
    this.line = copied(this.line, new Float64Array(length));
    this.byte = copied(this.byte, new Float64Array(length));
    this.breaks = copied(this.breaks, new Int32Array(length));
    this.flags = copied(this.flags, new Uint8Array(length));
    this.firstCell = copied(this.firstCell, new Int32Array(length + 1));
    this.hashes = new Int32Array(length * 4);
  }

  growCells(): void {
    this.cellEnd = copied(this.cellEnd, new Int32Array(this.cellEnd.length * 2));
    this.cellFlags = copied(this.cellFlags, new Uint8Array(this.cellFlags.length * 2));
  }
}

function copied<T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
