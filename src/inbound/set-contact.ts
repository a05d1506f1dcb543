// A person (or a token) changes a contact by hand.
// Invariant: the same validation as for files, and under the same lock as imports; the old values are kept as a change.

import type { Tx } from '../db/connection.ts';
import { DatabaseError } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { allFields } from '../domain/fields.ts';
import type { ContactId, InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { recordContactBatch } from '../store/contact-batches.ts';
import { insertContactChange } from '../store/contact-changes.ts';
import { type ContactRecord, findHolder, getContact, lockContacts, saveContact } from '../store/contacts.ts';
import { listCustomFields } from '../store/custom-fields.ts';
import { getInstitution } from '../store/institutions.ts';
import { leaveHash } from '../store/row-hash-snapshots.ts';
import { type ContactEdit, contactEdit } from './contact-edit.ts';

/** How long an edit waits for an import that is writing, in milliseconds. */
const patience = 20_000;

/**
 * Sets fields of a contact: field → text as a file would have it, '' clears an optional field. A new phone keeps the old one
 * as previous phone; setting the previous one clears that (ruling 8). Throws AppError `no-such-contact`, `invalid-values` (with
 * every fault), `duplicate-contact` or `duplicate-unique-id-crmId` (naming the other contact's id), `import-running`.
 */
export async function setContact(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  id: ContactId,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const institution = await getInstitution(deps.db, institutionId);
  if (!institution) throw noSuchContact();
  const fields = allFields(await listCustomFields(deps.db, institutionId));
  await deps.db.transaction(async (tx) => {
    await waitForImports(tx, institutionId);
    const contact = await getContact(tx, institutionId, id);
    if (!contact) throw noSuchContact();
    const edit = contactEdit(contact, values, fields, institution.country);
    if (Object.keys(edit.changes).length === 0) return;
    await checkHolders(tx, institutionId, contact, edit);
    const now = deps.clock.now();
    await insertContactChange(tx, institutionId, { contactId: id, at: now, actor, changes: edit.changes });
    const hash = await saveContact(tx, institutionId, id, edit.columns, now);
    const batch = await recordContactBatch(tx, institutionId, { contactId: id });
    await leaveHash(tx, institutionId, { batch, hash });
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'contact.changed',
      subject: id,
      facts: { fields: Object.keys(edit.changes) },
    });
  });
}

async function waitForImports(tx: Tx, institutionId: InstitutionId): Promise<void> {
  try {
    await lockContacts(tx, institutionId, patience);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '55P03') throw error;
    throw new AppError(
      'conflict',
      'import-running',
      'An import is writing the contacts of this institution at this moment.',
      'Nothing was changed. Try again when it is done.',
    );
  }
}

async function checkHolders(
  tx: Tx,
  institutionId: InstitutionId,
  contact: ContactRecord,
  { columns }: ContactEdit,
): Promise<void> {
  for (const column of ['phone', 'crm_id'] as const) {
    const value = columns[column];
    if (typeof value !== 'string') continue;
    const other = await findHolder(tx, institutionId, { column, value, except: contact.id });
    if (!other) continue;
    const [code, what] = column === 'phone' ? ['duplicate-contact', 'phone'] : ['duplicate-unique-id-crmId', 'CRM ID'];
    throw new AppError(
      'conflict',
      code,
      `Another contact has this ${what}: the one with the Causeway ID ${other}.`,
      `Nothing was changed. Change or clear the ${what} there first.`,
      [{ name: column === 'phone' ? 'phone' : 'crmId', message: `Belongs to the contact ${other}.` }],
    );
  }
}

function noSuchContact(): AppError {
  return new AppError(
    'not-found',
    'no-such-contact',
    'There is no contact with this id in the institution.',
    'Look for the contact in the list.',
  );
}
