// Memory that begins at a page, as writing past the page cache (O_DIRECT) needs it: a few pieces for all uploads.
// Invariant: a piece belongs to one write at a time, and there are never more than four.

/** In bytes: the runs that a session puts together have up to 4 MiB, and may begin within a block. */
const pieceLength = 4 * 1024 * 1024 + 64 * 1024;

/** As many writes as Node runs at once. */
const pieces = 4;

export class AlignedBuffers {
  #free: Buffer[] | undefined;

  /** A piece of at least this length, until it is given back; null when there is none. */
  take(length: number): Buffer | null {
    if (length > pieceLength) return null;
    this.#free ??= newPieces();
    return this.#free.pop() ?? null;
  }

  giveBack(piece: Buffer): void {
    this.#free?.push(piece);
  }
}

/** V8 gives memory that could grow whole pages of its own, other buffers begin anywhere. It is only used as it is touched. */
function newPieces(): Buffer[] {
  const all = new ArrayBuffer(pieces * pieceLength, { maxByteLength: pieces * pieceLength });
  return Array.from({ length: pieces }, (_, index) => Buffer.from(all, index * pieceLength, pieceLength));
}
