// The error file, made while the file is read: whoever needs it need not read the file again.
// Invariant: it has all rows that the reader's own issues put into it, or there is none; memory is bounded.

import type { CsvReading, DataRow } from '../csv/types.ts';
import { errorEffects, type Issue } from '../domain/issue.ts';
import { type ErrorFileWriter, errorFileWriter } from './error-file.ts';
import type { ErrorFileSoFar } from './reading.ts';

/** The error file of a file with more to correct is made by reading it again. */
const mostBytes = 8 * 1024 * 1024;

/** In pieces of so many characters: one long text would be copied again and again. */
const pieceLength = 64 * 1024;

export class EarlyErrorFile {
  readonly #writer: ErrorFileWriter;
  readonly #mostBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #issues = 0;

  constructor({ dialect, header }: Pick<CsvReading, 'dialect' | 'header'>, bytes = mostBytes) {
    this.#writer = errorFileWriter({ ...dialect, labels: header?.labels ?? [] });
    this.#mostBytes = bytes;
  }

  /** Adds the row when one of its issues puts it there. */
  add(row: Pick<DataRow, 'row' | 'cells'>, issues: readonly Issue[]): void {
    const reasons = issues.filter(({ effect }) => errorEffects.includes(effect));
    if (reasons.length === 0 || this.#length > this.#mostBytes) return;
    this.#issues += reasons.length;
    this.#writer.add(row, reasons);
    if (this.#writer.waiting >= pieceLength) this.#takePiece();
  }

  /** Null when there was too much. */
  take(): ErrorFileSoFar | null {
    this.#takePiece();
    if (this.#length > this.#mostBytes) return null;
    return { bytes: new Uint8Array(Buffer.concat(this.#pieces)), issues: this.#issues };
  }

  #takePiece(): void {
    const piece = this.#writer.take();
    this.#length += piece.length;
    if (this.#length > this.#mostBytes) this.#pieces = [];
    else this.#pieces.push(piece);
  }
}
