// What the overview page says of each institution, in one statement for a page of them.
// Invariant: dry runs count nowhere here.

import type { Queryable } from '../db/connection.ts';
import type { FeedId, ImportId, InstitutionId } from '../domain/ids.ts';
import type { ImportStatus } from '../domain/import.ts';
import type { Mapping } from '../domain/mapping.ts';

export type InstitutionOverviewRecord = {
  institutionId: InstitutionId;
  feed: { id: FeedId; enabled: boolean; mapping: Mapping };
  contacts: number;
  held: number;
  /** Imports that failed after the last one that succeeded. */
  failedSinceLastSuccess: number;
  lastImport: { id: ImportId; fileName: string; status: ImportStatus; at: Date } | null;
};

type Row = Omit<InstitutionOverviewRecord, 'feed' | 'lastImport'> & {
  feedId: FeedId;
  enabled: boolean;
  mapping: Mapping;
  lastId: ImportId | null;
  lastFileName: string;
  lastStatus: ImportStatus;
  lastAt: Date;
};

/** In the order of `institutionIds`. */
export async function listInstitutionOverviews(
  db: Queryable,
  institutionIds: readonly InstitutionId[],
): Promise<InstitutionOverviewRecord[]> {
  const rows = await db.query<Row>(
    `select n.id as "institutionId", f.id as "feedId", f.enabled, f.mapping,
       (select count(*) from contacts c where c.institution_id = n.id) as contacts,
       (select count(*) from imports h where h.institution_id = n.id and h.status = 'held' and not h.dry_run) as held,
       (select count(*) from imports x where x.institution_id = n.id and x.status = 'failed' and not x.dry_run
          and x.queue_number > coalesce((select max(s.queue_number) from imports s
            where s.institution_id = n.id and s.status = 'succeeded' and not s.dry_run), 0)) as "failedSinceLastSuccess",
       l.id as "lastId", l.file_name as "lastFileName", l.status as "lastStatus",
       coalesce(l.finished_at, l.queued_at) as "lastAt"
     from unnest($1::uuid[]) with ordinality as wanted (id, place)
     join institutions n on n.id = wanted.id
     join lateral (select id, enabled, mapping from feeds where institution_id = n.id order by id limit 1) f on true
     left join lateral (select id, file_name, status, finished_at, queued_at from imports
       where institution_id = n.id and not dry_run order by queue_number desc limit 1) l on true
     order by wanted.place`,
    [institutionIds],
  );
  return rows.map((row) => ({
    institutionId: row.institutionId,
    feed: { id: row.feedId, enabled: row.enabled, mapping: row.mapping },
    contacts: row.contacts,
    held: row.held,
    failedSinceLastSuccess: row.failedSinceLastSuccess,
    lastImport: row.lastId && { id: row.lastId, fileName: row.lastFileName, status: row.lastStatus, at: row.lastAt },
  }));
}
