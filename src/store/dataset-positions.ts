// The table `dataset_positions`: the counter that puts the changes of a dataset into commit order (ruling 30).
// Invariant: who takes a batch number holds the row's lock until the commit, so that a snapshot that shows n shows all up to n.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';

/** Takes the next batch number. Call it as late as possible: other writers of the dataset wait from here until the commit. */
export async function takeBatch(tx: Tx, institutionId: InstitutionId, dataset: Dataset): Promise<number> {
  const row = await tx.queryOne<{ batch: number }>(
    `insert into dataset_positions (institution_id, dataset, last_batch) values ($1, $2, 1)
     on conflict (institution_id, dataset) do update set last_batch = dataset_positions.last_batch + 1
     returning last_batch as batch`,
    [institutionId, dataset],
  );
  if (!row) throw new Error('a batch number was not given');
  return row.batch;
}

/** The last committed batch; 0 before the first. */
export async function lastBatch(db: Queryable, institutionId: InstitutionId, dataset: Dataset): Promise<number> {
  const row = await db.queryOne<{ batch: number }>(
    'select last_batch as batch from dataset_positions where institution_id = $1 and dataset = $2',
    [institutionId, dataset],
  );
  return row?.batch ?? 0;
}
