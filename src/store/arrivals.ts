// The table `arrivals`: how each file reached a feed.
// Invariant: an arrival is written in the transaction that answers the client, and only its path changes afterwards.

import type { Tx } from '../db/connection.ts';
import type { ArrivalId, StoredFileId } from '../domain/ids.ts';
import type { FeedRef } from './sftp-entries.ts';

export type ArrivalHow = 'close' | 'rename' | 'dropped' | 'upload' | 'api';

/** `session` holds what is known of the sender; an upload has no session id. Sizes in bytes; null when not known. */
export type NewArrival = {
  id: ArrivalId;
  storedFileId: StoredFileId;
  path: string;
  how: ArrivalHow;
  session: {
    sessionId: string | null;
    loginMethod: string | null;
    client: string | null;
    address: string | null;
  } | null;
  announcedSize: number | null;
  writeSize: number | null;
  writeCount: number | null;
  writtenEnd: number | null;
  arrivedAt: Date;
};

export async function insertArrival(tx: Tx, feed: FeedRef, row: NewArrival): Promise<void> {
  await tx.execute(
    `insert into arrivals (institution_id, id, feed_id, stored_file_id, path, how, session_id, login_method, client, address,
       announced_size, write_size, write_count, written_end, arrived_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      feed.institutionId,
      row.id,
      feed.feedId,
      row.storedFileId,
      row.path,
      row.how,
      row.session?.sessionId ?? null,
      row.session?.loginMethod ?? null,
      row.session?.client ?? null,
      row.session?.address ?? null,
      row.announcedSize,
      row.writeSize,
      row.writeCount,
      row.writtenEnd,
      row.arrivedAt,
    ],
  );
}

/** The file of this arrival was renamed before it was imported: it has arrived under its new path. */
export async function moveArrivals(tx: Tx, feed: FeedRef, ids: readonly ArrivalId[], to: string): Promise<void> {
  await tx.execute(
    `update arrivals set path = $4, how = 'rename' where institution_id = $1 and feed_id = $2 and id = any($3::uuid[])`,
    [feed.institutionId, feed.feedId, ids, to],
  );
}

/** What is known of how the bytes of a stored file were written, from the last arrival that brought them. */
export async function lastWriteFacts(
  tx: Tx,
  feed: FeedRef,
  storedFileId: StoredFileId,
): Promise<Pick<NewArrival, 'announcedSize' | 'writeSize' | 'writeCount' | 'writtenEnd'> | null> {
  return tx.queryOne(
    `select announced_size as "announcedSize", write_size as "writeSize", write_count as "writeCount",
       written_end as "writtenEnd"
     from arrivals where institution_id = $1 and feed_id = $2 and stored_file_id = $3 order by arrived_at desc, id desc limit 1`,
    [feed.institutionId, feed.feedId, storedFileId],
  );
}
