// The table `watermarks`: the end of the last window of each dataset that was delivered or empty.
// Invariant: it only moves from where a window began to where that window ended, one window at a time.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';

/** `windows`: how many there were; the next one's number is one more. */
export type Watermark = { position: number; windows: number; movedAt: Date };

/** Null before the first window. */
export async function getWatermark(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<Watermark | null> {
  return db.queryOne<Watermark>(
    `select position, windows, moved_at as "movedAt" from watermarks where institution_id = $1 and dataset = $2`,
    [institutionId, dataset],
  );
}

/**
 * Compare-and-set: the window `number` goes from `from` to `to`. Throws (a bug or a lost lock) unless the watermark still is
 * at `from` and the window before was `number` - 1; nothing may be committed then.
 */
export async function moveWatermark(
  tx: Tx,
  institutionId: InstitutionId,
  dataset: Dataset,
  move: { from: number; to: number; number: number; at: Date },
): Promise<void> {
  if (move.to < move.from) throw new Error(`a window cannot go back from ${move.from} to ${move.to}`);
  const moved =
    move.number === 1 && move.from === 0
      ? await tx.execute(
          `insert into watermarks (institution_id, dataset, position, windows, moved_at) values ($1, $2, $3, 1, $4)
           on conflict (institution_id, dataset) do nothing`,
          [institutionId, dataset, move.to, move.at],
        )
      : await tx.execute(
          `update watermarks set position = $3, windows = $4, moved_at = $5
           where institution_id = $1 and dataset = $2 and position = $6 and windows = $4 - 1`,
          [institutionId, dataset, move.to, move.number, move.at, move.from],
        );
  if (moved !== 1)
    throw new Error(`the watermark of ${dataset} is no longer where window ${move.number} began (${move.from})`);
}
