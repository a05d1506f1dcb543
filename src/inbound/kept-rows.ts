// The cells of rows with issues, kept while a file is read, so that its error file needs no second reading of the file.
// Invariant: all rows with an issue that puts them into the error file are kept, or none; memory is bounded.

import type { CsvReading } from '../csv/types.ts';
import { errorEffects, type Issue } from '../domain/issue.ts';
import { PartBuffer } from './part-buffer.ts';
import type { RowsToFix } from './reading.ts';

/** Of their text. The error file of a file with more is made by reading it again. */
const mostBytes = 8 * 1024 * 1024;

export class KeptRows {
  readonly #lines = new PartBuffer(0);
  readonly #mostBytes: number;
  #isOver = false;

  constructor(bytes = mostBytes) {
    this.#mostBytes = bytes;
  }

  /** Keeps the row when one of its issues puts it into the error file. */
  add(row: number, cells: readonly string[], issues: readonly Issue[]): void {
    if (this.#isOver || !issues.some(({ effect }) => errorEffects.includes(effect))) return;
    this.#lines.add(`${JSON.stringify([row, ...cells])}\n`);
    if (this.#lines.length <= this.#mostBytes) return;
    this.#isOver = true;
    this.#lines.take();
  }

  /** Null when there were too many. */
  take({ dialect, header }: Pick<CsvReading, 'dialect' | 'header'>): RowsToFix | null {
    if (this.#isOver || header === null) return null;
    const { count } = this.#lines;
    const { delimiter, encoding } = dialect;
    return { labels: header.labels, delimiter, encoding, count, text: this.#lines.take() };
  }
}

/** In the order of the file. */
export function* keptRows({ text }: Pick<RowsToFix, 'text'>): Generator<{ row: number; cells: string[] }> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(10, from);
    const [row, ...cells] = JSON.parse(bytes.toString('utf8', from, to)) as [number, ...string[]];
    yield { row, cells };
    from = to + 1;
  }
}
