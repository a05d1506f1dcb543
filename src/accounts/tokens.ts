// API tokens: how they are made, recognised and ended.
// Invariant: a token is shown once, when it is made; only its keyed hash is kept.

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Deps } from '../deps.ts';
import { type Actor, belongsTo, type Role } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { installationChain, type TokenId } from '../domain/ids.ts';
import type { Sealer } from '../domain/ports.ts';
import { appendAudit } from '../store/audit.ts';
import {
  findTokenAllInstitutions,
  getTokenAllInstitutions,
  insertToken,
  recordTokenUse,
  revokeTokenRow,
  type TokenRecord,
} from '../store/tokens.ts';
import { placeFor } from './membership.ts';

const minute = 60_000;

type TokenDeps = Pick<Deps, 'db' | 'clock' | 'sealer'>;

/** `cwy_`, 40 random characters (238 bits) and 6 of a checksum, so that scanners of code can tell a token from chance. */
function newTokenSecret(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let body = '';
  // Bytes above 247 would favour the first letters.
  while (body.length < 40) for (const byte of randomBytes(40)) if (byte < 248) body += letters[byte % 62];
  body = body.slice(0, 40);
  let check = '';
  for (let rest = crc32(body), i = 0; i < 6; i++, rest = Math.floor(rest / 62)) check = letters[rest % 62] + check;
  return `cwy_${body}${check}`;
}

/** Enough to recognise a token by, too little to use it. */
export function tokenHint(secret: string): string {
  return `${secret.slice(0, 8)}…${secret.slice(-4)}`;
}

export function tokenHash(sealer: Sealer, secret: string): Uint8Array {
  return sealer.mac(secret, 'api-token');
}

/** The secret is in this answer and nowhere else. Throws AppError `expiry-in-the-past`, or what `placeFor` throws. */
export async function createToken(
  deps: TokenDeps & Pick<Deps, 'newId'>,
  actor: Actor,
  wanted: { name: string; role: Role; institution?: string | undefined; expiresAt?: Date | undefined },
): Promise<{ token: TokenRecord; secret: string }> {
  const institutionId = await placeFor(deps.db, actor, wanted.role, wanted.institution);
  const createdAt = deps.clock.now();
  const expiresAt = wanted.expiresAt ?? null;
  if (expiresAt && expiresAt <= createdAt) throw expiryInThePast();
  const secret = newTokenSecret();
  const id = deps.newId<TokenId>();
  const { name, role } = wanted;
  const token = await deps.db.transaction(async (tx) => {
    const hint = tokenHint(secret);
    const hash = tokenHash(deps.sealer, secret);
    await insertToken(tx, institutionId, { id, name, role, hint, hash, createdBy: actor.name, createdAt, expiresAt });
    const made = await getTokenAllInstitutions(tx, id);
    if (!made) throw new Error('the token just made is not there');
    await appendAudit(tx, institutionId ?? installationChain, deps, actor, {
      action: 'token.created',
      subject: id,
      facts: { name, role, hint, expiresAt },
    });
    return made;
  });
  return { token, secret };
}

/** Ends a token at once; one that is revoked stays so. Throws AppError `no-such-token`. */
export async function revokeToken(deps: TokenDeps, actor: Actor, id: TokenId): Promise<TokenRecord> {
  const token = await getTokenAllInstitutions(deps.db, id);
  if (!token || !mayEnd(actor, token)) throw noSuchToken();
  return deps.db.transaction(async (tx) => {
    const changed = await revokeTokenRow(tx, token.institutionId, id, deps.clock.now());
    const after = await getTokenAllInstitutions(tx, id);
    if (!after) throw noSuchToken();
    if (changed)
      await appendAudit(tx, token.institutionId ?? installationChain, deps, actor, {
        action: 'token.revoked',
        subject: id,
        facts: { name: token.name, hint: token.hint },
      });
    return after;
  });
}

/** The token that works with this secret, or null. Notes its use, to the minute. */
export async function findToken(deps: TokenDeps, secret: string): Promise<TokenRecord | null> {
  if (secret.length < 32 || secret.length > 1024) return null;
  const token = await findTokenAllInstitutions(deps.db, tokenHash(deps.sealer, secret));
  const now = deps.clock.now();
  if (!token || token.revokedAt || (token.expiresAt && token.expiresAt <= now)) return null;
  if (now.getTime() - (token.lastUsedAt?.getTime() ?? 0) >= minute)
    await recordTokenUse(deps.db, token.institutionId, token.id, now);
  return token;
}

/** A token as someone who acts. */
export function tokenActor(token: TokenRecord): Actor {
  return { kind: 'token', id: token.id, name: token.name, role: token.role, institutionId: token.institutionId };
}

function mayEnd(actor: Actor, token: TokenRecord): boolean {
  return token.institutionId === null ? actor.role === 'operator' : belongsTo(actor, token.institutionId);
}

function noSuchToken(): AppError {
  return new AppError('not-found', 'no-such-token', 'There is no such token.', 'Take the id from the list of tokens.');
}

function expiryInThePast(): AppError {
  return new AppError('invalid', 'expiry-in-the-past', 'The token would have ended already.', 'Choose a later time.', [
    { name: 'expiresAt', message: 'Is in the past.' },
  ]);
}
