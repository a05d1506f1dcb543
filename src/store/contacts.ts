// The table `contacts` as people see it, and the lock under which contacts change.
// Invariant: whoever changes contacts of an institution, an import or a person, holds `lockContacts` until the commit.

import type { Queryable, Tx } from '../db/connection.ts';
import { standardFields } from '../domain/fields.ts';
import type { ContactId, ImportId, InstitutionId } from '../domain/ids.ts';

export type ContactRecord = {
  id: ContactId;
  crmId: string;
  firstName: string | null;
  preferredName: string | null;
  lastName: string | null;
  /** E.164. */
  phone: string | null;
  phoneRaw: string | null;
  previousPhone: string | null;
  email: string | null;
  /** YYYY-MM-DD. */
  dateOfBirth: string | null;
  gender: string | null;
  raceEthnicity: string | null;
  graduationYear: number | null;
  gpa: number | null;
  school: string | null;
  street: string | null;
  city: string | null;
  state: string | null;
  postalCode: string | null;
  country: string | null;
  majors: string | null;
  textOptOut: boolean | null;
  enrollmentId: string | null;
  /** Name (without `custom.`) → value: text, number, boolean; dates as YYYY-MM-DD. */
  custom: Record<string, unknown>;
  createdImportId: ImportId | null;
  createdRow: number | null;
  createdAt: Date;
  updatedAt: Date;
};

const standard = standardFields.filter((field) => field.name !== 'causewayId');
const selectContacts = `select c.institution_id, c.id, ${standard.map((field) => `c.${field.column} as "${field.name}"`).join(', ')},
    c.phone_raw as "phoneRaw", c.previous_phone as "previousPhone", c.custom, c.created_import_id as "createdImportId",
    c.created_row as "createdRow", c.created_at as "createdAt", c.updated_at as "updatedAt"
  from contacts c`;

type Row = Omit<ContactRecord, 'gpa'> & { institution_id: InstitutionId; gpa: string | null };

function toRecord({ institution_id, gpa, ...rest }: Row): ContactRecord {
  return { ...rest, gpa: gpa === null ? null : Number(gpa) };
}

/**
 * Waits until nobody else changes contacts of this institution, and keeps others out until the transaction ends.
 * `patience` in milliseconds: when it is over, a DatabaseError 55P03 (lock not available).
 */
export async function lockContacts(tx: Tx, institutionId: InstitutionId, patience: number | null): Promise<void> {
  if (patience !== null) await tx.query(`select set_config('lock_timeout', $1, true)`, [`${patience}ms`]);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('contacts:' || $1, 0))`, [institutionId]);
  if (patience !== null) await tx.query(`select set_config('lock_timeout', '0', true)`);
}

export type ContactFilter = {
  crmId?: string | undefined;
  /** E.164. */
  phone?: string | undefined;
  /** Part of a name, an e-mail address or a CRM ID; case does not matter. */
  search?: string | undefined;
};

/** Newest first. `before`: the id of the last one seen (ids are UUID v7 and sort by time). */
export async function listContacts(
  db: Queryable,
  institutionId: InstitutionId,
  filter: ContactFilter,
  page: { before: string | null; limit: number },
): Promise<ContactRecord[]> {
  const rows = await db.query<Row>(
    `${selectContacts}
     where c.institution_id = $1 and ($2::text is null or c.crm_id = $2) and ($3::text is null or c.phone = $3)
       and ($4::text is null or concat_ws(' ', c.first_name, c.last_name, c.preferred_name, c.email, c.crm_id) ilike $4)
       and ($5::uuid is null or c.id < $5)
     order by c.id desc limit $6`,
    [institutionId, filter.crmId ?? null, filter.phone ?? null, containing(filter.search), page.before, page.limit],
  );
  return rows.map(toRecord);
}

function containing(search: string | undefined): string | null {
  const text = search?.trim() ?? '';
  return text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

export async function countContacts(db: Queryable, institutionId: InstitutionId): Promise<number> {
  const row = await db.queryOne<{ n: number }>('select count(*) as n from contacts where institution_id = $1', [
    institutionId,
  ]);
  return row?.n ?? 0;
}

export async function getContact(
  db: Queryable,
  institutionId: InstitutionId,
  id: ContactId,
): Promise<ContactRecord | null> {
  const row = await db.queryOne<Row>(`${selectContacts} where c.institution_id = $1 and c.id = $2`, [
    institutionId,
    id,
  ]);
  return row && toRecord(row);
}

export async function findContactByCrmId(
  db: Queryable,
  institutionId: InstitutionId,
  crmId: string,
): Promise<ContactRecord | null> {
  const row = await db.queryOne<Row>(`${selectContacts} where c.institution_id = $1 and c.crm_id = $2`, [
    institutionId,
    crmId,
  ]);
  return row && toRecord(row);
}

/** The contact that has this phone (E.164) or this CRM ID, other than `except`. */
export async function findHolder(
  db: Queryable,
  institutionId: InstitutionId,
  of: { column: 'phone' | 'crm_id'; value: string; except: ContactId },
): Promise<ContactId | null> {
  const row = await db.queryOne<{ id: ContactId }>(
    `select id from contacts where institution_id = $1 and ${of.column} = $2 and id <> $3`,
    [institutionId, of.value, of.except],
  );
  return row?.id ?? null;
}

/**
 * Sets columns of one contact; `null` clears. `custom` replaces all custom values. It is no longer what a row of a file made it: gives
 * the hash that it carried for one, null for none.
 */
export async function saveContact(
  tx: Tx,
  institutionId: InstitutionId,
  id: ContactId,
  columns: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<Buffer | null> {
  const carried = await tx.queryOne<{ hash: Buffer | null }>(
    'select row_hash as hash from contacts where institution_id = $1 and id = $2',
    [institutionId, id],
  );
  const names = Object.keys(columns).filter((name) => writable.has(name));
  const set = names.map((name, at) => `${name} = $${at + 4}`);
  await tx.execute(
    `update contacts set ${[...set, 'row_hash = null', 'updated_at = $3'].join(', ')} where institution_id = $1 and id = $2`,
    [institutionId, id, now, ...names.map((name) => columns[name])],
  );
  return carried?.hash ?? null;
}

const writable = new Set([...standard.map((field) => field.column), 'phone_raw', 'previous_phone', 'custom']);
