// Bytes to lines of text, in fixed memory.
// Invariant: every line is told once with its number, also one that is too long to keep; blank lines count but are not told.

import { isUtf8 } from 'node:buffer';

/** The longest line that is kept, in bytes. */
export const longestLine = 1 << 20;

export type Line = { line: number; text: string } | { line: number; fault: 'too-long' | 'bad-encoding' };

/** The lines of a chunk and what came before it, as they are complete. LF ends a line; a CR before it is taken away. */
export async function* ndjsonLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  const open = new OpenLine();
  for await (const bytes of source) {
    // Buffers, for their text methods.
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      open.add(chunk.subarray(from, end));
      const line = open.end();
      if (line !== null) lines.push(line);
      from = end + 1;
    }
    open.add(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  const last = open.end();
  if (last !== null) yield [last];
}

/** A line that may still go on; of one that is too long nothing is kept. */
class OpenLine {
  #number = 1;
  #size = 0;
  #pieces: Buffer[] = [];

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#size += piece.length;
    if (this.#size > longestLine) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  /** Null for a blank line. The next one begins. */
  end(): Line | null {
    const line = this.#number;
    const pieces = this.#pieces;
    const isTooLong = this.#size > longestLine;
    this.#number += 1;
    this.#size = 0;
    this.#pieces = [];
    if (isTooLong) return { line, fault: 'too-long' };
    const [only = Buffer.alloc(0)] = pieces;
    const bytes = pieces.length > 1 ? Buffer.concat(pieces) : only;
    const all = bytes.toString('utf8');
    const text = line === 1 && all.startsWith('\ufeff') ? all.slice(1) : all;
    if (text.includes('\ufffd') && !isUtf8(bytes)) return { line, fault: 'bad-encoding' };
    return text.trim() === '' ? null : { line, text };
  }
}
