// Which names files of a dataset have been sent under, so that no two windows share one.
// Invariant: the name of an attempt that certainly did not arrive is free again: the next attempt has the same.

import type { Queryable } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';

/** The used names that begin with `start`. */
export async function usedFileNames(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
  start: string,
): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(
    `select distinct file_name as name from transfers
     where institution_id = $1 and dataset = $2 and starts_with(file_name, $3)
       and (status in ('succeeded', 'empty') or in_doubt)`,
    [institutionId, dataset, start],
  );
  return new Set(rows.map((row) => row.name));
}
