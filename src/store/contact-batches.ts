// The table `contact_batches`: which transaction changed contacts, in commit order (ruling 30).
// Invariant: a transaction that changes a contact adds exactly one row here before it commits, and no other does.

import type { Tx } from '../db/connection.ts';
import type { ContactId, ImportId, InstitutionId } from '../domain/ids.ts';
import { takeBatch } from './dataset-positions.ts';

/**
 * Puts the contacts that this transaction created or changed into the next window: those of an import, or a single one.
 * Call it late: whoever changes contacts of the institution next waits from here until the commit.
 */
export async function recordContactBatch(
  tx: Tx,
  institutionId: InstitutionId,
  what: { importId: ImportId } | { contactId: ContactId },
): Promise<number> {
  const batch = await takeBatch(tx, institutionId, 'contacts');
  await tx.execute(
    'insert into contact_batches (institution_id, batch, import_id, contact_id) values ($1, $2, $3, $4)',
    [institutionId, batch, 'importId' in what ? what.importId : null, 'contactId' in what ? what.contactId : null],
  );
  return batch;
}
