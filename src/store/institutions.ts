// The table `institutions`: the tenants.
// Invariant: a slug is never a UUID, so that one text names at most one institution by slug or id.

import type { Queryable, Tx } from '../db/connection.ts';
import { type InstitutionId, isUuid } from '../domain/ids.ts';

export type InstitutionRecord = {
  id: InstitutionId;
  slug: string;
  name: string;
  /** IANA zone. */
  timeZone: string;
  /** ISO 3166 alpha-2. */
  country: string;
  createdAt: Date;
};

const columns = 'id, slug, name, time_zone as "timeZone", country, created_at as "createdAt"';

export async function getInstitution(db: Queryable, institutionId: InstitutionId): Promise<InstitutionRecord | null> {
  return db.queryOne<InstitutionRecord>(`select ${columns} from institutions where id = $1`, [institutionId]);
}

/** By slug or id, whichever the text is. */
export async function findInstitution(db: Queryable, slugOrId: string): Promise<InstitutionRecord | null> {
  if (isUuid(slugOrId)) return getInstitution(db, slugOrId as InstitutionId);
  return db.queryOne<InstitutionRecord>(`select ${columns} from institutions where slug = $1`, [slugOrId]);
}

/** Newest first; `before` is the id of the last one seen. Ids are UUID v7 and sort by time. */
export async function listInstitutionsAllInstitutions(
  db: Queryable,
  page: { before: string | null; limit: number },
): Promise<InstitutionRecord[]> {
  return db.query<InstitutionRecord>(
    `select ${columns} from institutions where ($1::uuid is null or id < $1) order by id desc limit $2`,
    [page.before, page.limit],
  );
}

/** Throws the unique violation `institutions_slug_key` when the slug is taken. */
export async function insertInstitution(tx: Tx, row: InstitutionRecord): Promise<void> {
  await tx.execute(
    'insert into institutions (id, slug, name, time_zone, country, created_at) values ($1, $2, $3, $4, $5, $6)',
    [row.id, row.slug, row.name, row.timeZone, row.country, row.createdAt],
  );
}

export async function updateInstitutionRow(
  tx: Tx,
  institutionId: InstitutionId,
  to: { name: string; timeZone: string; country: string },
): Promise<void> {
  await tx.execute('update institutions set name = $2, time_zone = $3, country = $4 where id = $1', [
    institutionId,
    to.name,
    to.timeZone,
    to.country,
  ]);
}
