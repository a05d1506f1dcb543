// The table `imports` as those who receive files change it: queueing, superseding, moving, waiting.
// Invariant: only rows that are still `queued` change here; a row that a worker has taken is left alone.

import type { Queryable, Tx } from '../db/connection.ts';
import type { ArrivalId, ImportId, StoredFileId } from '../domain/ids.ts';
import type { ImportSource } from '../domain/import.ts';
import { isTemporaryName } from '../domain/temporary-names.ts';
import { nameOf } from '../domain/virtual-files.ts';
import type { FeedRef } from './sftp-entries.ts';

/** What a queued import waits for besides its turn. */
export type WaitsFor = 'rename' | 'writer' | null;

/** Why a file was not tried, as far as the receiving side knows. */
export type NotTriedReason = 'superseded' | 'removed-before-import' | 'incomplete-upload';

/** How long a temporary name waits for its rename before it is told as never finished, in seconds. */
const renamePatienceSeconds = 60 * 60;

/** The time `ready_at`: `$n` is now. The settle time is read by every statement, so that a change holds at once. */
const readyAt = (now: string, waitsFor: string): string => `(${now}::timestamptz + make_interval(secs =>
    case when ${waitsFor}::text = 'rename' then ${renamePatienceSeconds}
    else coalesce((select (value #>> '{}')::float8 from installation_settings where name = 'settle_seconds'), 3) end))`;

/** One at a time changes the files of a feed, over all processes. Held until the transaction ends. */
export async function lockFeedFiles(tx: Tx, feed: FeedRef): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${feed.institutionId}/${feed.feedId}`]);
}

export type NewImport = {
  id: ImportId;
  arrivalId: ArrivalId;
  storedFileId: StoredFileId;
  source: ImportSource;
  path: string;
  fileSize: number;
  dryRun: boolean;
  queuedAt: Date;
};

/** A new import, ready after the settle time, or an hour from now when it waits for a rename. */
export async function queueImport(tx: Tx, feed: FeedRef, row: NewImport, waitsFor: WaitsFor): Promise<void> {
  await tx.execute(
    `insert into imports (institution_id, id, feed_id, arrival_id, stored_file_id, source, path, file_name, file_size,
       status, dry_run, waits_for, ready_at, queued_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, ${readyAt('$12', '$11')}, $12)`,
    [...newImportParams(feed, row), waitsFor, row.queuedAt],
  );
}

/** A row of the history for a file that is not tried. `issueCounts` are those of the issues that the caller saves with it. */
export async function recordNotTried(
  tx: Tx,
  feed: FeedRef,
  row: NewImport,
  reason: NotTriedReason,
  issueCounts: Record<string, number> = {},
): Promise<void> {
  await tx.execute(
    `insert into imports (institution_id, id, feed_id, arrival_id, stored_file_id, source, path, file_name, file_size,
       status, dry_run, reason, ready_at, queued_at, finished_at, issue_counts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'ignored', $10, $11, $12, $12, $12, $13)`,
    [...newImportParams(feed, row), reason, row.queuedAt, JSON.stringify(issueCounts)],
  );
}

function newImportParams(feed: FeedRef, row: NewImport): unknown[] {
  return [
    feed.institutionId,
    row.id,
    feed.feedId,
    row.arrivalId,
    row.storedFileId,
    row.source,
    row.path,
    nameOf(row.path),
    row.fileSize,
    row.dryRun,
  ];
}

/** queued → ignored for whatever is queued under this path; gives their ids. */
export async function ignoreQueuedAt(
  tx: Tx,
  feed: FeedRef,
  path: string,
  reason: NotTriedReason,
  now: Date,
): Promise<ImportId[]> {
  const rows = await tx.query<{ id: ImportId }>(
    `update imports set status = 'ignored', reason = $4, waits_for = null, finished_at = $5
     where institution_id = $1 and feed_id = $2 and path = $3 and status = 'queued' returning id`,
    [feed.institutionId, feed.feedId, path, reason, now],
  );
  return rows.map((row) => row.id);
}

/** A client has the path open for writing: what is queued under it waits until that client has finished. */
export async function holdForWriter(db: Queryable, feed: FeedRef, path: string): Promise<void> {
  await db.execute(
    `update imports set waits_for = 'writer'
     where institution_id = $1 and feed_id = $2 and path = $3 and status = 'queued'`,
    [feed.institutionId, feed.feedId, path],
  );
}

/** The last writer left without a new version: what is queued goes on, after a new settle time. */
export async function releaseFromWriter(
  db: Queryable,
  feed: FeedRef,
  path: string,
  waitsFor: WaitsFor,
  now: Date,
): Promise<void> {
  await db.execute(
    `update imports set waits_for = $4, ready_at = ${readyAt('$5', '$4')}
     where institution_id = $1 and feed_id = $2 and path = $3 and status = 'queued' and waits_for = 'writer'`,
    [feed.institutionId, feed.feedId, path, waitsFor, now],
  );
}

/**
 * A queued file got another name: it arrives under that one, after what has arrived meanwhile. Gives the arrivals of the rows
 * that moved; none when a worker has them or there were none.
 */
export async function moveQueued(
  tx: Tx,
  feed: FeedRef,
  from: string,
  to: { path: string; dryRun: boolean; waitsFor: WaitsFor },
  now: Date,
): Promise<ArrivalId[]> {
  const rows = await tx.query<{ arrivalId: ArrivalId }>(
    `update imports set path = $4, file_name = $5, dry_run = $6, waits_for = $7, ready_at = ${readyAt('$8', '$7')},
       queue_number = default
     where institution_id = $1 and feed_id = $2 and path = $3 and status = 'queued'
     returning arrival_id as "arrivalId"`,
    [feed.institutionId, feed.feedId, from, to.path, nameOf(to.path), to.dryRun, to.waitsFor, now],
  );
  return rows.map((row) => row.arrivalId);
}

/** A folder got another name: what is queued below it keeps its place in the queue. Gives what waits for a writer there. */
export async function moveQueuedBelow(
  tx: Tx,
  feed: FeedRef,
  from: string,
  to: { path: string; dryRun: boolean },
): Promise<string[]> {
  const moved = await tx.query<{ path: string; waitsFor: WaitsFor }>(
    `update imports set path = $4 || substr(path, char_length($3) + 1), dry_run = $5
     where institution_id = $1 and feed_id = $2 and starts_with(path, $3 || '/') and status = 'queued'
     returning path, waits_for as "waitsFor"`,
    [feed.institutionId, feed.feedId, from, to.path, to.dryRun],
  );
  return moved.filter(({ waitsFor }) => waitsFor === 'writer').map(({ path }) => path);
}

/** Every path under which something waits for its writer. */
export async function waitingForWriterAllInstitutions(db: Queryable): Promise<(FeedRef & { path: string })[]> {
  return db.query<FeedRef & { path: string }>(
    `select distinct institution_id as "institutionId", feed_id as "feedId", path from imports
     where status = 'queued' and waits_for = 'writer'`,
  );
}

/** After a restart no client of this installation has a file open: whatever waited for a writer goes on. */
export async function releaseAllWritersAllInstitutions(db: Queryable, now: Date): Promise<void> {
  for (const { path, ...feed } of await waitingForWriterAllInstitutions(db)) {
    await releaseFromWriter(db, feed, path, isTemporaryName(path) ? 'rename' : null, now);
  }
}
