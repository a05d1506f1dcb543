// Sessions of the browser: 256 random bits in a cookie, a keyed hash in the database, an end that moves with use.
// Invariant: a session ends 12 hours after its last use, and 14 days after it began whatever happens.

import { randomBytes } from 'node:crypto';
import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { UserId } from '../domain/ids.ts';
import type { Sealer } from '../domain/ports.ts';
import type { UserRecord } from '../store/users.ts';
import {
  deleteExpiredWebSessions,
  deleteWebSession,
  extendWebSession,
  findWebSessionAllInstitutions,
  insertWebSession,
} from '../store/web-sessions.ts';

const hour = 3_600_000;
const idle = 12 * hour;
const longest = 14 * 24 * hour;
/** The end is written again at most so often. */
const step = 5 * 60_000;

type SessionDeps = Pick<Deps, 'db' | 'clock' | 'sealer'>;

/** The secret for the cookie. It is kept nowhere else. */
export async function startWebSession(
  deps: Pick<Deps, 'clock' | 'sealer'>,
  tx: Tx,
  userId: UserId,
  address: string,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const now = deps.clock.now();
  await deleteExpiredWebSessions(tx, now);
  await insertWebSession(tx, {
    tokenHash: sessionHash(deps.sealer, secret),
    userId,
    createdAt: now,
    expiresAt: new Date(now.getTime() + idle),
    address,
  });
  return secret;
}

/** Who has this cookie, or null. Moves the end of the session. */
export async function findWebSession(deps: SessionDeps, secret: string): Promise<UserRecord | null> {
  const now = deps.clock.now();
  const hash = sessionHash(deps.sealer, secret);
  const session = await findWebSessionAllInstitutions(deps.db, hash, now);
  if (!session) return null;
  const end = Math.min(now.getTime() + idle, session.createdAt.getTime() + longest);
  if (end <= now.getTime()) return null;
  if (end - session.expiresAt.getTime() >= step) await extendWebSession(deps.db, hash, new Date(end));
  return session.user;
}

export async function endWebSession(deps: SessionDeps, secret: string): Promise<void> {
  await deleteWebSession(deps.db, sessionHash(deps.sealer, secret));
}

export function sessionHash(sealer: Sealer, secret: string): Uint8Array {
  return sealer.mac(secret, 'web-session');
}
