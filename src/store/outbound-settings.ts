// What outbound knows of an institution: the majors entitlement, the offered majors, and from where the first transfer starts.
// Invariant: the list of offered majors keeps its order and holds no name twice.

import type { Queryable, Tx } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';

export type OutboundSettingsRecord = {
  /** Without it the majors column is delivered blank. */
  majorsEntitled: boolean;
  /** In the order in which the institution keeps them; empty when it has no list, and then every major counts. */
  offeredMajors: string[];
  /** YYYY-MM-DD in the institution’s zone; null when nobody has set it. */
  connectionsLastExported: string | null;
};

const columns = `majors_entitled as "majorsEntitled", connections_last_exported as "connectionsLastExported"`;
type Row = Omit<OutboundSettingsRecord, 'offeredMajors'>;

/** Null when there is no such institution. */
export async function getOutboundSettings(
  db: Queryable,
  institutionId: InstitutionId,
): Promise<OutboundSettingsRecord | null> {
  const row = await db.queryOne<Row>(`select ${columns} from institutions where id = $1`, [institutionId]);
  return row && { ...row, offeredMajors: await listOfferedMajors(db, institutionId) };
}

/** The same, keeping others from changing it until the transaction ends. */
export async function lockOutboundSettings(
  tx: Tx,
  institutionId: InstitutionId,
): Promise<OutboundSettingsRecord | null> {
  const row = await tx.queryOne<Row>(`select ${columns} from institutions where id = $1 for no key update`, [
    institutionId,
  ]);
  return row && { ...row, offeredMajors: await listOfferedMajors(tx, institutionId) };
}

export async function listOfferedMajors(db: Queryable, institutionId: InstitutionId): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    'select name from offered_majors where institution_id = $1 order by seq',
    [institutionId],
  );
  return rows.map((row) => row.name);
}

export async function replaceOfferedMajors(
  tx: Tx,
  institutionId: InstitutionId,
  names: readonly string[],
): Promise<void> {
  await tx.execute('delete from offered_majors where institution_id = $1', [institutionId]);
  await tx.execute(
    `insert into offered_majors (institution_id, name, seq)
     select $1, name, seq from unnest($2::text[]) with ordinality as given (name, seq)`,
    [institutionId, [...names]],
  );
}

export async function setMajorsEntitled(tx: Tx, institutionId: InstitutionId, entitled: boolean): Promise<void> {
  await tx.execute('update institutions set majors_entitled = $2 where id = $1', [institutionId, entitled]);
}

/** `day` as YYYY-MM-DD, or null to forget it. */
export async function setConnectionsLastExported(
  tx: Tx,
  institutionId: InstitutionId,
  day: string | null,
): Promise<void> {
  await tx.execute('update institutions set connections_last_exported = $2 where id = $1', [institutionId, day]);
}
