// Writes a plan into the contacts: before-images, then updates, then new contacts, each as one statement.
// Invariant: everything that is overwritten has its before-image in the same transaction.

import type { Session, Tx } from '../db/connection.ts';
import { copyIn } from '../db/copy.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import { byPlace, type Lookup, matchRecords } from './bulk-planning.ts';
import { customAfter, stagedValue, valueAfter } from './import-plan.ts';
import { isUpdate } from './import-plan-outcome.ts';
import type { StagedField } from './import-staging.ts';

const phoneChanges = 'p.old_phone is distinct from p.new_phone';

/** What a contact carries after its row: nothing when the row was taken only in part, so that it is looked at again. */
export const rowHash = 'case when not p.phone_kept and not p.opt_out_kept then s.row_hash end';

/** One row in `contact_changes` per contact that will be updated. */
export async function writeBeforeImages(
  tx: Tx,
  institutionId: InstitutionId,
  facts: { importId: ImportId; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into contact_changes (institution_id, contact_id, at, import_id, row_number, changes)
     select $1, p.contact_id, $3, $2, p.row_number, p.changes from planned p where not p.is_new and ${isUpdate}`,
    [institutionId, facts.importId, facts.now],
  );
}

/**
 * Gives whether it changed anything. Frees the phones and CRM IDs that go from one contact to another in this file: unique indexes look at each row by itself,
 * so that two contacts could not swap otherwise. The placeholder of a CRM ID begins with a control character, which no file's can.
 */
export async function releaseValues(tx: Tx, institutionId: InstitutionId, lookup: Lookup): Promise<boolean> {
  const { from, on } = matchRecords(lookup, 'planned p', 'p.contact_id');
  const phones = `update contacts c set phone = null, row_hash = null
    from ${from} where (c.institution_id = $1) is true and ${on} and not p.is_new and p.old_phone is not null
      and exists (select from planned t where t.new_phone = p.old_phone)`;
  const crmIds = `update contacts c set crm_id = e'\\x01' || c.id, row_hash = null
    from ${from} where (c.institution_id = $1) is true and ${on} and p.new_crm is not null
      and exists (select from planned t where t.new_crm = p.old_crm)`;
  const ofPhones = await byPlace(tx, lookup, () => tx.execute(phones, [institutionId]));
  const ofCrmIds = await byPlace(tx, lookup, () => tx.execute(crmIds, [institutionId]));
  return ofPhones + ofCrmIds > 0;
}

/** Gives the number of contacts that were updated. `inPlace`: none was changed since the plan found them. */
export async function updateContacts(
  tx: Tx,
  institutionId: InstitutionId,
  facts: { now: Date; fields: readonly StagedField[]; lookup: Lookup; inPlace: boolean },
): Promise<number> {
  const rows = 'planned p join staged_rows s on s.row_number = p.row_number';
  const { from, on } =
    facts.inPlace && facts.lookup === 'each'
      ? { from: rows, on: 'c.ctid = p.place' }
      : matchRecords(facts.lookup, rows, 'p.contact_id');
  const set = facts.fields.map((field) => `, ${field.column} = ${valueAfter(field)}`);
  const sql = `update contacts c set
      crm_id = coalesce(p.new_crm, c.crm_id),
      phone = case when ${phoneChanges} then p.new_phone else c.phone end,
      phone_raw = case when ${phoneChanges} then s.phone_raw else c.phone_raw end,
      custom = ${customAfter}, row_hash = ${rowHash}, updated_at = $2 ${set.join('')}
    from ${from} where (c.institution_id = $1) is true and ${on} and not p.is_new and ${isUpdate}`;
  return byPlace(tx, facts.lookup, () => tx.execute(sql, [institutionId, facts.now]));
}

/** Makes contacts of lines of COPY text: institution, id, CRM ID, phone, phone as it came, custom, hash, import, row, made, changed, fields. */
export async function copyContacts(tx: Session | Tx, fields: readonly StagedField[], text: Buffer): Promise<number> {
  const columns = fields.map((field) => `, ${field.column}`).join('');
  return copyIn(
    tx,
    `copy contacts (institution_id, id, crm_id, phone, phone_raw, custom, row_hash, created_import_id, created_row, created_at,
       updated_at ${columns}) from stdin`,
    [text],
  );
}

/** Takes back what `copyContacts` has made for this import in the same transaction. */
export async function removeCopied(tx: Tx, institutionId: InstitutionId, importId: ImportId): Promise<void> {
  await tx.execute('delete from contacts where institution_id = $1 and created_import_id = $2', [
    institutionId,
    importId,
  ]);
}

export async function hasContacts(tx: Tx, institutionId: InstitutionId): Promise<boolean> {
  return (await tx.query('select from contacts where institution_id = $1 limit 1', [institutionId])).length > 0;
}

/** Gives the number of contacts that were made. */
export async function insertContacts(
  tx: Tx,
  institutionId: InstitutionId,
  facts: { importId: ImportId; now: Date; fields: readonly StagedField[] },
): Promise<number> {
  const columns = facts.fields.map((field) => `, ${field.column}`).join('');
  const values = facts.fields.map((field) => `, ${stagedValue(field)}`).join('');
  return tx.execute(
    `insert into contacts (institution_id, id, crm_id, phone, phone_raw, custom, row_hash, created_import_id, created_row,
       created_at, updated_at ${columns})
     select $1, p.contact_id, s.crm_id, p.new_phone, s.phone_raw, coalesce(jsonb_strip_nulls(s.custom), '{}'), ${rowHash}, $2,
       s.row_number, $3, $3 ${values}
     from staged_rows s join planned p on p.row_number = s.row_number and p.is_new`,
    [institutionId, facts.importId, facts.now],
  );
}
