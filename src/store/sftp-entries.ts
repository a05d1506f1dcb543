// The table `sftp_entries`: the files and folders that a client sees in a feed's root.
// Invariant: a path is one row; its folder is a row as well, unless it is the root or a predefined folder.

import type { Queryable, Tx } from '../db/connection.ts';
import type { FeedId, InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { StorageKey } from '../domain/ports.ts';
import { parentOf } from '../domain/virtual-files.ts';

/** A feed, by the ids that every statement here begins with. */
export type FeedRef = { institutionId: InstitutionId; feedId: FeedId };

/** `complete` is false for what a broken-off upload left; `stored` is null for folders. */
export type EntryRecord = {
  path: string;
  kind: 'file' | 'folder';
  size: number;
  modifiedAt: Date;
  complete: boolean;
  stored: { id: StoredFileId; key: StorageKey } | null;
};

const selectEntries = `
  select e.path, e.kind, e.size, e.modified_at as "modifiedAt", e.complete,
    case when s.id is null then null else json_build_object('id', s.id, 'key', s.storage_key) end as stored
  from sftp_entries e
  left join stored_files s on s.institution_id = e.institution_id and s.id = e.stored_file_id`;

// Only times are kept: every file shows the same mode, and every folder.
const modes = { file: 0o644, folder: 0o755 };

export async function findEntry(db: Queryable, feed: FeedRef, path: string): Promise<EntryRecord | null> {
  return db.queryOne<EntryRecord>(`${selectEntries} where e.institution_id = $1 and e.feed_id = $2 and e.path = $3`, [
    feed.institutionId,
    feed.feedId,
    path,
  ]);
}

/** What lies directly in a folder, by name. */
export async function listEntries(db: Queryable, feed: FeedRef, folder: string): Promise<EntryRecord[]> {
  return db.query<EntryRecord>(
    `${selectEntries} where e.institution_id = $1 and e.feed_id = $2 and e.parent = $3 order by e.path`,
    [feed.institutionId, feed.feedId, folder],
  );
}

/** Makes or replaces a file's entry; false when the path is a folder. */
export async function putFileEntry(
  tx: Tx,
  feed: FeedRef,
  row: { path: string; storedFileId: StoredFileId; size: number; modifiedAt: Date; complete: boolean },
): Promise<boolean> {
  const put = await tx.execute(
    `insert into sftp_entries as e (institution_id, feed_id, path, parent, kind, stored_file_id, size, mode, modified_at, complete)
     values ($1, $2, $3, $4, 'file', $5, $6, $7, $8, $9)
     on conflict (institution_id, feed_id, path) do update
       set stored_file_id = excluded.stored_file_id, size = excluded.size, modified_at = excluded.modified_at,
         complete = excluded.complete
       where e.kind = 'file'`,
    [
      feed.institutionId,
      feed.feedId,
      row.path,
      parentOf(row.path),
      row.storedFileId,
      row.size,
      modes.file,
      row.modifiedAt,
      row.complete,
    ],
  );
  return put === 1;
}

/** Makes a folder's entry; false when the path is there already. */
export async function insertFolderEntry(tx: Tx, feed: FeedRef, path: string, modifiedAt: Date): Promise<boolean> {
  const made = await tx.execute(
    `insert into sftp_entries (institution_id, feed_id, path, parent, kind, mode, modified_at)
     values ($1, $2, $3, $4, 'folder', $5, $6) on conflict (institution_id, feed_id, path) do nothing`,
    [feed.institutionId, feed.feedId, path, parentOf(path), modes.folder, modifiedAt],
  );
  return made === 1;
}

export async function deleteEntry(tx: Tx, feed: FeedRef, path: string): Promise<void> {
  await tx.execute('delete from sftp_entries where institution_id = $1 and feed_id = $2 and path = $3', [
    feed.institutionId,
    feed.feedId,
    path,
  ]);
}

export async function hasEntriesIn(db: Queryable, feed: FeedRef, folder: string): Promise<boolean> {
  const sql = 'select 1 from sftp_entries where institution_id = $1 and feed_id = $2 and parent = $3 limit 1';
  return (await db.query(sql, [feed.institutionId, feed.feedId, folder])).length > 0;
}

/** Sets the time that is shown; false when there is no such entry. */
export async function setEntryTime(db: Queryable, feed: FeedRef, path: string, modifiedAt: Date): Promise<boolean> {
  const set = await db.execute(
    'update sftp_entries set modified_at = $4 where institution_id = $1 and feed_id = $2 and path = $3',
    [feed.institutionId, feed.feedId, path, modifiedAt],
  );
  return set === 1;
}

/** Gives one entry another path; nothing may be there. */
export async function moveEntry(tx: Tx, feed: FeedRef, from: string, to: string): Promise<void> {
  await tx.execute(
    'update sftp_entries set path = $4, parent = $5 where institution_id = $1 and feed_id = $2 and path = $3',
    [feed.institutionId, feed.feedId, from, to, parentOf(to)],
  );
}

/** Gives everything below a folder its path below another one; gives the longest and the deepest of the new paths. */
export async function moveEntriesBelow(tx: Tx, feed: FeedRef, from: string, to: string): Promise<string[]> {
  const moved = await tx.query<{ path: string }>(
    `with moved as (
       update sftp_entries
       set path = $4 || substr(path, char_length($3) + 1), parent = $4 || substr(parent, char_length($3) + 1)
       where institution_id = $1 and feed_id = $2 and starts_with(path, $3 || '/')
       returning path, octet_length(path) as bytes, char_length(path) - char_length(replace(path, '/', '')) as depth)
     (select path from moved order by bytes desc limit 1) union all (select path from moved order by depth desc limit 1)`,
    [feed.institutionId, feed.feedId, from, to],
  );
  return moved.map(({ path }) => path);
}
