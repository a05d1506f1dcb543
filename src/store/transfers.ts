// The table `transfers`: every attempt to deliver a window, and what became of it.
// Invariant: the window, its file and the watermark change only under the lock of (institution, dataset).

import type { Queryable } from '../db/connection.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';

export async function institutionOfTransferAllInstitutions(
  db: Queryable,
  id: TransferId,
): Promise<InstitutionId | null> {
  const row = await db.queryOne<{ institutionId: InstitutionId }>(
    'select institution_id as "institutionId" from transfers where id = $1',
    [id],
  );
  return row?.institutionId ?? null;
}
