// Gathers hashes of rows into the pieces that a snapshot consists of, as COPY text.
// Invariant: all hashes have one mark, that of the feed, and each is in exactly one piece.

import { hashesInPiece, piecesText } from '../store/row-hash-snapshots.ts';
import { markBytes } from '../store/row-hashes.ts';
import { PartBuffer } from './part-buffer.ts';

export class HashPieces {
  readonly lines = new PartBuffer();
  readonly #institutionId: string;
  #mark = '';
  #hashes: string[] = [];
  #made = 0;

  constructor(institutionId: string) {
    this.#institutionId = institutionId;
  }

  /** Mark and hash in hex. */
  add(hash: string): void {
    this.#mark = hash.slice(0, 2 * markBytes);
    this.#hashes.push(hash.slice(2 * markBytes));
    if (this.#hashes.length === hashesInPiece) this.end();
  }

  /** The rest becomes a piece, too. */
  end(): void {
    if (this.#hashes.length === 0) return;
    this.lines.add(piecesText(this.#institutionId, this.#mark, this.#made, this.#hashes.join('')));
    this.#made += 1;
    this.#hashes = [];
  }
}
