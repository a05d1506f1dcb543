// The table `watermarks`: the end of the last window of each dataset that was delivered or empty.
// Invariant: it only moves from where a window began to where that window ended, one window at a time.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';

/** `windows`: how many there were, and `files`: how many of them gave a file; the next one's numbers are one more. */
export type Watermark = { position: number; windows: number; files: number; movedAt: Date };

/** Null before the first window. */
export async function getWatermark(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<Watermark | null> {
  return db.queryOne<Watermark>(
    `select position, windows, files, moved_at as "movedAt" from watermarks where institution_id = $1 and dataset = $2`,
    [institutionId, dataset],
  );
}

/**
 * Compare-and-set: the window `number`, with a file or without, goes from `from` to `to`. Throws (a bug or a lost lock) unless the watermark still is
 * at `from` and the window before was `number` - 1; nothing may be committed then.
 */
export async function moveWatermark(
  tx: Tx,
  institutionId: InstitutionId,
  dataset: Dataset,
  move: { from: number; to: number; number: number; since: Date | null; file: boolean; at: Date },
): Promise<void> {
  if (move.to < move.from) throw new Error(`a window cannot go back from ${move.from} to ${move.to}`);
  const moved =
    move.number === 1 && move.from === 0
      ? await tx.execute(
          `insert into watermarks (institution_id, dataset, position, windows, files, first_to, first_since, moved_at)
           values ($1, $2, $3, 1, $4, $3, $5, $6) on conflict (institution_id, dataset) do nothing`,
          [institutionId, dataset, move.to, move.file ? 1 : 0, move.since, move.at],
        )
      : await tx.execute(
          `update watermarks set position = $3, windows = $4, files = files + $7, moved_at = $5
           where institution_id = $1 and dataset = $2 and position = $6 and windows = $4 - 1`,
          [institutionId, dataset, move.to, move.number, move.at, move.from, move.file ? 1 : 0],
        );
  if (moved !== 1)
    throw new Error(`the watermark of ${dataset} is no longer where window ${move.number} began (${move.from})`);
}
