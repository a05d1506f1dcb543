// The table `session_log`: every SFTP session and every refused login.
// Invariant: a row is made once, by its session's id, and ended at most once.

import type { Queryable } from '../db/connection.ts';
import type { FeedId, InstitutionId, SessionId } from '../domain/ids.ts';

export type SessionOutcome = 'open' | 'closed' | 'refused' | 'dropped';

/** Bytes are those of file contents. `institutionId` and `feedId` are null when no feed has the user name. */
export type SessionRecord = {
  id: SessionId;
  institutionId: InstitutionId | null;
  feedId: FeedId | null;
  username: string;
  address: string;
  client: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: SessionOutcome;
  loginMethod: string | null;
  reason: string | null;
  filesReceived: number;
  bytesIn: number;
  bytesOut: number;
};

const columns = `id, institution_id as "institutionId", feed_id as "feedId", username, address, client,
  started_at as "startedAt", ended_at as "endedAt", outcome, login_method as "loginMethod", reason,
  files_received as "filesReceived", bytes_in as "bytesIn", bytes_out as "bytesOut"`;

export type NewSession = Pick<
  SessionRecord,
  | 'id'
  | 'institutionId'
  | 'feedId'
  | 'username'
  | 'address'
  | 'client'
  | 'startedAt'
  | 'endedAt'
  | 'outcome'
  | 'loginMethod'
  | 'reason'
>;

export async function insertSession(db: Queryable, row: NewSession): Promise<void> {
  await db.execute(
    `insert into session_log (id, institution_id, feed_id, username, address, client, started_at, ended_at, outcome,
       login_method, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      row.id,
      row.institutionId,
      row.feedId,
      row.username,
      row.address,
      row.client,
      row.startedAt,
      row.endedAt,
      row.outcome,
      row.loginMethod,
      row.reason,
    ],
  );
}

export async function endSession(
  db: Queryable,
  institutionId: InstitutionId,
  id: SessionId,
  end: Pick<SessionRecord, 'outcome' | 'reason' | 'filesReceived' | 'bytesIn' | 'bytesOut'> & { endedAt: Date },
): Promise<void> {
  await db.execute(
    `update session_log set ended_at = $3, outcome = $4, reason = $5, files_received = $6, bytes_in = $7, bytes_out = $8
     where institution_id = $1 and id = $2`,
    [institutionId, id, end.endedAt, end.outcome, end.reason, end.filesReceived, end.bytesIn, end.bytesOut],
  );
}

/** The sessions and refused logins of a feed, newest first; `before` is the id of the last one seen. */
export async function listSessions(
  db: Queryable,
  institutionId: InstitutionId,
  feedId: FeedId,
  page: { before: string | null; limit: number },
): Promise<SessionRecord[]> {
  return db.query<SessionRecord>(
    `select ${columns} from session_log
     where institution_id = $1 and feed_id = $2
       and ($3::uuid is null or (started_at, id) < (select started_at, id from session_log where institution_id = $1 and id = $3))
     order by started_at desc, id desc limit $4`,
    [institutionId, feedId, page.before, page.limit],
  );
}

/** At start: sessions that a process which died left open. Gives their number. */
export async function endLeftOverSessionsAllInstitutions(db: Queryable, now: Date): Promise<number> {
  return db.execute(
    `update session_log set outcome = 'dropped', reason = 'server-stopped', ended_at = $1 where outcome = 'open'`,
    [now],
  );
}

/** Sessions of a process that died, as far as they are still open. Gives their number. */
export async function endLostSessionsAllInstitutions(
  db: Queryable,
  ids: readonly SessionId[],
  now: Date,
): Promise<number> {
  return db.execute(
    `update session_log set outcome = 'dropped', reason = 'server-stopped', ended_at = $2
     where id = any($1) and outcome = 'open'`,
    [ids, now],
  );
}
