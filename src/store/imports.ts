// The table `imports` as people see it: one record, the history, and the moves that a person makes.
// Invariant: every change of a status names the status that it comes from, so that two callers cannot both make it.

import type { Queryable, Tx } from '../db/connection.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { ImportCounts, ImportSource, ImportStatus } from '../domain/import.ts';
import type { Mapping } from '../domain/mapping.ts';

/** How the file was written, as the report shows it. */
export type ImportDialect = {
  encoding: string;
  delimiter: string;
  quote: string | null;
  lineEnd: string;
  headerRow: number;
};

export type ImportRecord = {
  institutionId: InstitutionId;
  /** The slug. */
  institution: string;
  id: ImportId;
  feed: { id: FeedId; name: string };
  storedFileId: StoredFileId;
  arrivalId: ArrivalId;
  queueNumber: number;
  source: ImportSource;
  path: string;
  fileName: string;
  fileSize: number;
  /** Of the file, hex. */
  sha256: string;
  status: ImportStatus;
  dryRun: boolean;
  /** Why it was ignored or failed: an issue code, or one of `importReasons`. */
  reason: string | null;
  hold: string | null;
  approved: boolean;
  waitsFor: 'rename' | 'writer' | null;
  readyAt: Date;
  attempt: number;
  progressRows: number;
  /** The mapping that it ran with; null before it ran, unless it came with one of its own. */
  mapping: Mapping | null;
  dialect: ImportDialect | null;
  counts: ImportCounts;
  issueCounts: Record<string, number>;
  receiptFileId: StoredFileId | null;
  errorFileId: StoredFileId | null;
  againOf: ImportId | null;
  startedBy: string | null;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  arrival: {
    how: 'close' | 'rename' | 'dropped' | 'upload' | 'api';
    at: Date;
    loginMethod: string | null;
    client: string | null;
    address: string | null;
  };
};

const selectImports = `
  select i.institution_id as "institutionId", n.slug as institution, i.id,
    json_build_object('id', f.id, 'name', f.name) as feed,
    i.stored_file_id as "storedFileId", i.arrival_id as "arrivalId", i.queue_number as "queueNumber", i.source, i.path,
    i.file_name as "fileName", i.file_size as "fileSize", encode(s.sha256, 'hex') as sha256,
    i.status, i.dry_run as "dryRun", i.reason, i.hold, i.approved, i.waits_for as "waitsFor", i.ready_at as "readyAt",
    i.attempt, i.progress_rows as "progressRows", i.mapping, i.dialect,
    json_build_object('rows', i.row_count, 'created', i.created_count, 'updated', i.updated_count,
      'unchanged', i.unchanged_count, 'skipped', i.skipped_count) as counts,
    i.issue_counts as "issueCounts", i.receipt_file_id as "receiptFileId", i.error_file_id as "errorFileId",
    i.again_of as "againOf", i.started_by as "startedBy", i.queued_at as "queuedAt", i.started_at as "startedAt",
    i.finished_at as "finishedAt", a.how as "arrivalHow", a.arrived_at as "arrivedAt",
    a.login_method as "arrivalLoginMethod", a.client as "arrivalClient", a.address as "arrivalAddress"
  from imports i
  join institutions n on n.id = i.institution_id
  join feeds f on f.institution_id = i.institution_id and f.id = i.feed_id
  join stored_files s on s.institution_id = i.institution_id and s.id = i.stored_file_id
  join arrivals a on a.institution_id = i.institution_id and a.id = i.arrival_id`;

type Row = Omit<ImportRecord, 'arrival'> & {
  arrivalHow: ImportRecord['arrival']['how'];
  arrivedAt: Date;
  arrivalLoginMethod: string | null;
  arrivalClient: string | null;
  arrivalAddress: string | null;
};

function toRecord(row: Row): ImportRecord {
  const { arrivalHow, arrivedAt, arrivalLoginMethod, arrivalClient, arrivalAddress, ...rest } = row;
  const arrival = {
    how: arrivalHow,
    at: arrivedAt,
    loginMethod: arrivalLoginMethod,
    client: arrivalClient,
    address: arrivalAddress,
  };
  return { ...rest, arrival };
}

/** One import of an institution, or null. */
export async function getImport(
  db: Queryable,
  institutionId: InstitutionId,
  id: ImportId,
): Promise<ImportRecord | null> {
  const row = await db.queryOne<Row>(`${selectImports} where i.institution_id = $1 and i.id = $2`, [institutionId, id]);
  return row && toRecord(row);
}

/** Whose import this is, for callers that know only its id; they check the right to see it next. */
export async function institutionOfImportAllInstitutions(db: Queryable, id: ImportId): Promise<InstitutionId | null> {
  const row = await db.queryOne<{ institution_id: InstitutionId }>('select institution_id from imports where id = $1', [
    id,
  ]);
  return row?.institution_id ?? null;
}

export type ImportFilter = {
  source?: ImportSource | undefined;
  status?: ImportStatus | undefined;
  feedId?: FeedId | undefined;
  /** The exact file name. */
  fileName?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
};

/** The history, newest first. `before` is the `queueNumber` of the last one seen. */
export async function listImports(
  db: Queryable,
  institutionId: InstitutionId,
  filter: ImportFilter,
  page: { before: number | null; limit: number },
): Promise<ImportRecord[]> {
  const rows = await db.query<Row>(
    `${selectImports}
     where i.institution_id = $1
       and ($2::text is null or i.source = $2) and ($3::text is null or i.status = $3)
       and ($4::uuid is null or i.feed_id = $4) and ($5::text is null or i.file_name = $5)
       and ($6::timestamptz is null or i.queued_at >= $6) and ($7::timestamptz is null or i.queued_at < $7)
       and ($8::bigint is null or i.queue_number < $8)
     order by i.queue_number desc limit $9`,
    [
      institutionId,
      filter.source ?? null,
      filter.status ?? null,
      filter.feedId ?? null,
      filter.fileName ?? null,
      filter.from ?? null,
      filter.to ?? null,
      page.before,
      page.limit,
    ],
  );
  return rows.map(toRecord);
}

export type NewImport = {
  id: ImportId;
  feedId: FeedId;
  arrivalId: ArrivalId;
  storedFileId: StoredFileId;
  source: ImportSource;
  path: string;
  fileName: string;
  fileSize: number;
  dryRun: boolean;
  /** Only when it does not run with the feed's mapping. */
  mapping: Mapping | null;
  waitsFor: 'rename' | 'writer' | null;
  readyAt: Date;
  queuedAt: Date;
  againOf: ImportId | null;
  startedBy: string | null;
};

/** Queues an import. Its place in the queue is the order of these calls. Call `wakeImports` after the commit. */
export async function insertImport(tx: Tx, institutionId: InstitutionId, row: NewImport): Promise<void> {
  await tx.execute(
    `insert into imports (institution_id, id, feed_id, arrival_id, stored_file_id, source, path, file_name, file_size,
       status, dry_run, mapping, waits_for, ready_at, queued_at, again_of, started_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, $12, $13, $14, $15, $16)`,
    [
      institutionId,
      row.id,
      row.feedId,
      row.arrivalId,
      row.storedFileId,
      row.source,
      row.path,
      row.fileName,
      row.fileSize,
      row.dryRun,
      row.mapping && JSON.stringify(row.mapping),
      row.waitsFor,
      row.readyAt,
      row.queuedAt,
      row.againOf,
      row.startedBy,
    ],
  );
}

/** held → queued: the same import runs again and is not held for what it was held for. False when it is not held. */
export async function approveHeldImport(
  tx: Tx,
  institutionId: InstitutionId,
  id: ImportId,
  facts: { by: string; now: Date },
): Promise<boolean> {
  const moved = await tx.execute(
    `update imports set status = 'queued', approved = true, ready_at = $3, started_by = $4, finished_at = null
     where institution_id = $1 and id = $2 and status = 'held'`,
    [institutionId, id, facts.now, facts.by],
  );
  return moved === 1;
}

/** held → discarded. False when it is not held. */
export async function discardHeldImport(
  tx: Tx,
  institutionId: InstitutionId,
  id: ImportId,
  facts: { by: string; now: Date },
): Promise<boolean> {
  const moved = await tx.execute(
    `update imports set status = 'discarded', finished_at = $3, started_by = $4
     where institution_id = $1 and id = $2 and status = 'held'`,
    [institutionId, id, facts.now, facts.by],
  );
  return moved === 1;
}
