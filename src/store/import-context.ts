// Everything that a run of an import needs to know before it reads the file, in one query.
// Invariant: read only; what a run decides is written by `import-results.ts`.

import type { Queryable } from '../db/connection.ts';
import type { CustomField } from '../domain/fields.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { ImportSource } from '../domain/import.ts';
import type { Mapping } from '../domain/mapping.ts';
import type { StorageKey } from '../domain/ports.ts';

export type ImportContext = {
  institutionId: InstitutionId;
  importId: ImportId;
  institution: { slug: string; country: string; timeZone: string };
  feed: { id: FeedId; name: string; enabled: boolean; strict: boolean; mapping: Mapping };
  source: ImportSource;
  path: string;
  fileName: string;
  dryRun: boolean;
  approved: boolean;
  /** The mapping that this import came with; null to run with the feed's. */
  ownMapping: Mapping | null;
  againOf: ImportId | null;
  applied: boolean;
  attempt: number;
  failures: number;
  file: { id: StoredFileId; key: StorageKey; size: number; sha256: string };
  arrival: {
    id: ArrivalId;
    how: string;
    announcedSize: number | null;
    writeSize: number | null;
    writeCount: number | null;
    writtenEnd: number | null;
  };
  customFields: CustomField[];
};

/** The import with its feed, file, arrival and custom fields, or null. */
export async function loadImportContext(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
): Promise<ImportContext | null> {
  return db.queryOne<ImportContext>(
    `select i.institution_id as "institutionId", i.id as "importId",
       json_build_object('slug', n.slug, 'country', n.country, 'timeZone', n.time_zone) as institution,
       json_build_object('id', f.id, 'name', f.name, 'enabled', f.enabled, 'strict', f.strict, 'mapping', f.mapping) as feed,
       i.source, i.path, i.file_name as "fileName", i.dry_run as "dryRun", i.approved, i.mapping as "ownMapping",
       i.again_of as "againOf", i.applied_at is not null as applied, i.attempt, i.failures,
       json_build_object('id', s.id, 'key', s.storage_key, 'size', s.size, 'sha256', encode(s.sha256, 'hex')) as file,
       json_build_object('id', a.id, 'how', a.how, 'announcedSize', a.announced_size, 'writeSize', a.write_size,
         'writeCount', a.write_count, 'writtenEnd', a.written_end) as arrival,
       (select coalesce(json_agg(json_build_object('name', c.name, 'type', c.type, 'options', c.options) order by c.name), '[]')
        from custom_fields c where c.institution_id = i.institution_id) as "customFields"
     from imports i
     join institutions n on n.id = i.institution_id
     join feeds f on f.institution_id = i.institution_id and f.id = i.feed_id
     join stored_files s on s.institution_id = i.institution_id and s.id = i.stored_file_id
     join arrivals a on a.institution_id = i.institution_id and a.id = i.arrival_id
     where i.institution_id = $1 and i.id = $2`,
    [institutionId, importId],
  );
}

/** Has the last imported file of this feed the same bytes as this one? Imports that were asked for again do not count. */
export async function isSameAsLastFile(
  db: Queryable,
  institutionId: InstitutionId,
  importId: ImportId,
): Promise<boolean> {
  const row = await db.queryOne<{ same: boolean }>(
    `select s.sha256 = l.sha256 as same
     from imports i
     join stored_files s on s.institution_id = $1 and s.id = i.stored_file_id
     cross join lateral (
       select b.sha256 from imports p join stored_files b on b.institution_id = $1 and b.id = p.stored_file_id
       where p.institution_id = $1 and p.feed_id = i.feed_id and p.queue_number < i.queue_number
         and p.status = 'succeeded' and not p.dry_run
       order by p.queue_number desc limit 1) l
     where i.institution_id = $1 and i.id = $2 and i.again_of is null`,
    [institutionId, importId],
  );
  return row?.same ?? false;
}
