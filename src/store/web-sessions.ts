// The table `web_sessions`: who is signed in with a cookie.
// Invariant: only the hash of a cookie's secret is kept, and a session of a user who is switched off is never found.

import type { Queryable, Tx } from '../db/connection.ts';
import type { UserId } from '../domain/ids.ts';
import { type UserRecord, userColumns } from './users.ts';

export type WebSessionRecord = { user: UserRecord; createdAt: Date; expiresAt: Date };

export type NewWebSession = {
  tokenHash: Uint8Array;
  userId: UserId;
  createdAt: Date;
  expiresAt: Date;
  address: string;
};

/** The live session of a cookie, for finding out who asks: the user says which institution. */
export async function findWebSessionAllInstitutions(
  db: Queryable,
  tokenHash: Uint8Array,
  now: Date,
): Promise<WebSessionRecord | null> {
  const row = await db.queryOne<UserRecord & { startedAt: Date; expiresAt: Date }>(
    `select ${userColumns}, w.created_at as "startedAt", w.expires_at as "expiresAt"
     from web_sessions w join users u on u.id = w.user_id left join institutions n on n.id = u.institution_id
     where w.token_hash = $1 and w.expires_at > $2 and u.active`,
    [tokenHash, now],
  );
  if (!row) return null;
  const { startedAt, expiresAt, ...user } = row;
  return { user, createdAt: startedAt, expiresAt };
}

export async function insertWebSession(tx: Tx, row: NewWebSession): Promise<void> {
  await tx.execute(
    'insert into web_sessions (token_hash, user_id, created_at, expires_at, address) values ($1, $2, $3, $4, $5)',
    [row.tokenHash, row.userId, row.createdAt, row.expiresAt, row.address],
  );
}

export async function extendWebSession(db: Queryable, tokenHash: Uint8Array, expiresAt: Date): Promise<void> {
  await db.execute('update web_sessions set expires_at = $2 where token_hash = $1', [tokenHash, expiresAt]);
}

export async function deleteWebSession(db: Queryable, tokenHash: Uint8Array): Promise<void> {
  await db.execute('delete from web_sessions where token_hash = $1', [tokenHash]);
}

/** Ends a user's sessions, but for the one whose hash is given. */
export async function deleteWebSessionsOfUser(tx: Tx, userId: UserId, except: Uint8Array | null): Promise<void> {
  await tx.execute('delete from web_sessions where user_id = $1 and ($2::bytea is null or token_hash <> $2)', [
    userId,
    except,
  ]);
}

export async function deleteExpiredWebSessions(db: Queryable, now: Date): Promise<void> {
  await db.execute('delete from web_sessions where expires_at <= $1', [now]);
}
