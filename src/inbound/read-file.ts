// One stored file read from its beginning to its end, by one pass or two. Runs in a reading thread.
// Invariant: the parts are the same, however many passes there are.

import { type Matching, matchRanges } from './match-ranges.ts';
import { readRows } from './read-rows.ts';
import type { ReadingJob, ReadingPart, ReadingSummary } from './reading.ts';

/** `open` gives the bytes of the file, as often as it is called; see `readRows` and `matchRanges`. */
export async function* readFile(
  job: ReadingJob,
  open: () => AsyncIterable<Uint8Array>,
  { newId, openBlocks, atPause }: Matching & { newId: () => string },
): AsyncGenerator<ReadingPart, ReadingSummary> {
  const matched = await matchRanges(job, open, { openBlocks, atPause });
  // Opened no sooner: a missing file must find somebody who waits for its bytes.
  return yield* readRows(open(), matched, { newId, openBlocks });
}
