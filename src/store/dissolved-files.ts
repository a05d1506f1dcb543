// Files of windows that were never delivered and never will be: a newer window, cut from the same place, holds their rows.
// Invariant: a file that was delivered, may have been, or is still to be sent is none of them.

import type { Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId, StoredFileId, TransferId } from '../domain/ids.ts';
import type { StorageKey } from '../domain/ports.ts';

/**
 * Forgets the files of the dataset's failed attempts before `newer`, and gives the keys of their bytes, which the caller removes
 * once this is committed. Names, sizes and hashes stay in the history.
 */
export async function dropDissolvedFiles(
  tx: Tx,
  institutionId: InstitutionId,
  dataset: Dataset,
  newer: TransferId,
): Promise<StorageKey[]> {
  const dissolved = await tx.query<{ file: StoredFileId; manifest: StoredFileId | null }>(
    `select distinct t.stored_file_id as file, t.manifest_file_id as manifest from transfers t
     where t.institution_id = $1 and t.dataset = $2 and t.id < $3 and t.stored_file_id is not null and t.status = 'failed'
       and not exists (
         select from transfers o where o.institution_id = $1 and o.stored_file_id = t.stored_file_id
           and (o.status <> 'failed' or o.in_doubt or o.trigger = 'resend'))`,
    [institutionId, dataset, newer],
  );
  if (dissolved.length === 0) return [];
  const ids = dissolved.flatMap(({ file, manifest }) => (manifest === null ? [file] : [file, manifest]));
  await tx.execute(
    `update transfers set stored_file_id = null, manifest_file_id = null
     where institution_id = $1 and dataset = $2 and stored_file_id = any ($3::uuid[])`,
    [institutionId, dataset, ids],
  );
  const gone = await tx.query<{ key: StorageKey }>(
    'delete from stored_files where institution_id = $1 and id = any ($2::uuid[]) returning storage_key as key',
    [institutionId, ids],
  );
  return gone.map((row) => row.key);
}
