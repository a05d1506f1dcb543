// The table `api_tokens`: secrets for programs.
// Invariant: only a keyed hash of a token is kept; a revoked token is kept for the record and never works again.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Role } from '../domain/actor.ts';
import type { InstitutionId, TokenId } from '../domain/ids.ts';

export type TokenRecord = {
  id: TokenId;
  institutionId: InstitutionId | null;
  institution: { id: InstitutionId; slug: string; name: string } | null;
  name: string;
  role: Role;
  hint: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

const selectTokens = `select t.id, t.institution_id as "institutionId", t.name, t.role, t.hint,
    t.created_by as "createdBy", t.created_at as "createdAt", t.expires_at as "expiresAt",
    t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt",
    case when n.id is not null then json_build_object('id', n.id, 'slug', n.slug, 'name', n.name) end as institution
  from api_tokens t left join institutions n on n.id = t.institution_id`;

/** The token with this hash, whether it still works or not: the token says which institution. */
export async function findTokenAllInstitutions(db: Queryable, hash: Uint8Array): Promise<TokenRecord | null> {
  return db.queryOne<TokenRecord>(`${selectTokens} where t.token_hash = $1`, [hash]);
}

/** Whose token this is, for callers that know only its id; they check the right to change it next. */
export async function getTokenAllInstitutions(db: Queryable, id: TokenId): Promise<TokenRecord | null> {
  return db.queryOne<TokenRecord>(`${selectTokens} where t.id = $1`, [id]);
}

/** Newest first; `before` is the id of the last one seen. */
export async function listTokens(
  db: Queryable,
  institutionId: InstitutionId,
  page: { before: string | null; limit: number },
): Promise<TokenRecord[]> {
  return db.query<TokenRecord>(
    `${selectTokens} where t.institution_id = $1 and ($2::uuid is null or t.id < $2) order by t.id desc limit $3`,
    [institutionId, page.before, page.limit],
  );
}

/** Newest first, those of operators included. */
export async function listTokensAllInstitutions(
  db: Queryable,
  page: { before: string | null; limit: number },
): Promise<TokenRecord[]> {
  return db.query<TokenRecord>(`${selectTokens} where ($1::uuid is null or t.id < $1) order by t.id desc limit $2`, [
    page.before,
    page.limit,
  ]);
}

/** Has there ever been an operator's token? */
export async function hasOperatorTokenAllInstitutions(db: Queryable): Promise<boolean> {
  return (await db.queryOne(`select 1 from api_tokens where role = 'operator' limit 1`)) !== null;
}

export type NewToken = Pick<TokenRecord, 'id' | 'name' | 'role' | 'hint' | 'createdBy' | 'createdAt' | 'expiresAt'> & {
  hash: Uint8Array;
};

/** `institutionId` is null for an operator's token. */
export async function insertToken(tx: Tx, institutionId: InstitutionId | null, row: NewToken): Promise<void> {
  await tx.execute(
    `insert into api_tokens (institution_id, id, name, role, token_hash, hint, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [institutionId, row.id, row.name, row.role, row.hash, row.hint, row.createdBy, row.createdAt, row.expiresAt],
  );
}

/** The first revocation counts; a second changes nothing. */
export async function revokeTokenRow(
  tx: Tx,
  institutionId: InstitutionId | null,
  id: TokenId,
  at: Date,
): Promise<boolean> {
  const changed = await tx.execute(
    `update api_tokens set revoked_at = $3
     where institution_id is not distinct from $1 and id = $2 and revoked_at is null`,
    [institutionId, id, at],
  );
  return changed === 1;
}

/** Written at most once a minute, also when several requests come at once. */
export async function recordTokenUse(
  db: Queryable,
  institutionId: InstitutionId | null,
  id: TokenId,
  at: Date,
): Promise<void> {
  await db.execute(
    `update api_tokens set last_used_at = $3
     where institution_id is not distinct from $1 and id = $2
       and (last_used_at is null or last_used_at <= $3::timestamptz - interval '1 minute')`,
    [institutionId, id, at],
  );
}
