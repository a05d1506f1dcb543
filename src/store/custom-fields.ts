// The table `custom_fields`: what an institution keeps of its contacts besides the standard fields.
// Invariant: the type of a field never changes, and names differ by more than case.

import type { Queryable, Tx } from '../db/connection.ts';
import type { FieldType } from '../domain/fields.ts';
import type { FieldId, InstitutionId } from '../domain/ids.ts';

/** `name` is without `custom.`. */
export type CustomFieldRecord = { id: FieldId; name: string; type: FieldType; options: string[]; createdAt: Date };

/** Oldest first. */
export async function listCustomFields(db: Queryable, institutionId: InstitutionId): Promise<CustomFieldRecord[]> {
  return db.query<CustomFieldRecord>(
    `select id, name, type, options, created_at as "createdAt" from custom_fields where institution_id = $1 order by id`,
    [institutionId],
  );
}

/** Throws the unique violation `custom_fields_name` when there is one of that name. */
export async function insertCustomField(tx: Tx, institutionId: InstitutionId, row: CustomFieldRecord): Promise<void> {
  await tx.execute(
    'insert into custom_fields (institution_id, id, name, type, options, created_at) values ($1, $2, $3, $4, $5, $6)',
    [institutionId, row.id, row.name, row.type, JSON.stringify(row.options), row.createdAt],
  );
}
