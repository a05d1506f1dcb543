// COPY text as it leaves the database, line by line.
// Invariant: a line is one row; a line feed in a value is escaped, so that none is cut.

import { StringDecoder } from 'node:string_decoder';

/** The lines without their ends, cut out of chunks of any size. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  for await (const chunk of chunks) {
    const parts = (begun + decoder.write(chunk)).split('\n');
    begun = parts.pop() ?? '';
    yield* parts;
  }
}

/** For work between the items that may fail: when the loop is left early, the rest is read all the same, and the session of a COPY lives on. */
export async function* toItsEnd<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const all = items[Symbol.asyncIterator]();
  try {
    for (let next = await all.next(); !next.done; next = await all.next()) yield next.value;
  } finally {
    while (!(await all.next()).done);
  }
}
