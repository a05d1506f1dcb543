// The table `contact_changes`: what a contact was before, each time an import or a person changed it.
// Invariant: a row is written in the transaction of the change that it tells of.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Actor } from '../domain/actor.ts';
import { standardFields } from '../domain/fields.ts';
import type { ContactId, ImportId, InstitutionId } from '../domain/ids.ts';
import { joinRecords } from './bulk-planning.ts';

/** One field, before and after; `custom.NAME` for custom ones. */
type FieldChange = { field: string; old: unknown; new: unknown };

export type ContactChangeRecord = {
  at: Date;
  /** Who: a person's or token's name; for an import "Import". */
  actor: string;
  importId: ImportId | null;
  fileName: string | null;
  row: number | null;
  /** Empty for the import that made the contact. */
  changes: FieldChange[];
  /** The cursor of this entry. */
  seq: number;
};

export type ImportChangeRecord = {
  row: number;
  outcome: 'created' | 'updated';
  contactId: ContactId;
  crmId: string;
  name: string;
  changes: FieldChange[];
};

type Stored = Record<string, [unknown, unknown]>;

// Kept so that a change can be taken back, and shown as part of the phone.
const hidden = new Set(['phoneRaw', 'previousPhone']);
const order = new Map(standardFields.map((field, at) => [field.name, at]));

function toChanges(stored: Stored): FieldChange[] {
  return Object.entries(stored)
    .filter(([field]) => !hidden.has(field))
    .map(([field, [before, after]]) => ({ field, old: before, new: after }))
    .sort((a, b) => (order.get(a.field) ?? 1000) - (order.get(b.field) ?? 1000) || (a.field < b.field ? -1 : 1));
}

/** A change by hand or by API. */
export async function insertContactChange(
  tx: Tx,
  institutionId: InstitutionId,
  change: { contactId: ContactId; at: Date; actor: Actor; changes: Stored },
): Promise<void> {
  const actor = { kind: change.actor.kind, id: change.actor.id, name: change.actor.name };
  await tx.execute(
    `insert into contact_changes (institution_id, contact_id, at, actor, changes) values ($1, $2, $3, $4, $5)`,
    [institutionId, change.contactId, change.at, JSON.stringify(actor), JSON.stringify(change.changes)],
  );
}

/** The history of a contact, newest first, down to the import that made it (seq 0). */
export async function listContactChanges(
  db: Queryable,
  institutionId: InstitutionId,
  contactId: ContactId,
  page: { before: number | null; limit: number },
): Promise<ContactChangeRecord[]> {
  const rows = await db.query<Omit<ContactChangeRecord, 'changes'> & { changes: Stored }>(
    `select h.seq, h.at, coalesce(h.actor->>'name', 'Import') as actor, h.import_id as "importId",
       i.file_name as "fileName", h.row_number as row, h.changes
     from (
       select seq, at, actor, import_id, row_number, changes from contact_changes
       where institution_id = $1 and contact_id = $2
       union all
       select 0, created_at, null, created_import_id, created_row, '{}' from contacts
       where institution_id = $1 and id = $2
     ) h
     left join imports i on i.institution_id = $1 and i.id = h.import_id
     where $3::bigint is null or h.seq < $3
     order by h.seq desc limit $4`,
    [institutionId, contactId, page.before, page.limit],
  );
  return rows.map((row) => ({ ...row, changes: toChanges(row.changes) }));
}

/** What an import created and updated, in the order of the file, after the row `after`. */
export async function listImportChanges(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
  filter: { outcome?: 'created' | 'updated' | undefined },
  page: { after: number | null; limit: number },
): Promise<ImportChangeRecord[]> {
  const after = page.after ?? 0;
  const rows = await db.query<Omit<ImportChangeRecord, 'changes'> & { changes: Stored }>(
    `select h.row, h.outcome, c.id as "contactId", c.crm_id as "crmId",
       concat_ws(' ', coalesce(c.preferred_name, c.first_name), c.last_name) as name, h.changes
     from (
       (select created_row as row, 'created' as outcome, id, '{}'::jsonb as changes from contacts
        where institution_id = $1 and created_import_id = $2 and created_row > $3 and $5 is distinct from 'updated'
        order by created_row limit $4)
       union all
       (select row_number, 'updated', contact_id, changes from contact_changes
        where institution_id = $1 and import_id = $2 and row_number > $3 and $5 is distinct from 'created'
        order by row_number limit $4)
     ) h
     ${joinRecords('each', 'join', 'id', 'h.id')}
     order by h.row limit $4`,
    [institutionId, importId, after, page.limit, filter.outcome ?? null],
  );
  return rows.map((row) => ({ ...row, changes: toChanges(row.changes) }));
}
