// The table `users`: people who sign in.
// Invariant: an e-mail address, compared without case, belongs to at most one user of the whole installation.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Role } from '../domain/actor.ts';
import type { InstitutionId, UserId } from '../domain/ids.ts';

export type UserRecord = {
  id: UserId;
  /** Null for an operator. */
  institutionId: InstitutionId | null;
  institution: { id: InstitutionId; slug: string; name: string } | null;
  email: string;
  name: string;
  role: Role;
  passwordHash: string;
  active: boolean;
  createdAt: Date;
  lastSignInAt: Date | null;
};

export const userColumns = `u.id, u.institution_id as "institutionId", u.email, u.name, u.role, u.password_hash as "passwordHash",
  u.active, u.created_at as "createdAt", u.last_sign_in_at as "lastSignInAt",
  case when n.id is not null then json_build_object('id', n.id, 'slug', n.slug, 'name', n.name) end as institution`;
const selectUsers = `select ${userColumns} from users u left join institutions n on n.id = u.institution_id`;

/** For signing in: the address says which institution. */
export async function findUserByEmailAllInstitutions(db: Queryable, email: string): Promise<UserRecord | null> {
  return db.queryOne<UserRecord>(`${selectUsers} where lower(u.email) = lower($1)`, [email]);
}

/** Whose user this is, for callers that know only the id; they check the right to change it next. */
export async function getUserAllInstitutions(db: Queryable, id: UserId): Promise<UserRecord | null> {
  return db.queryOne<UserRecord>(`${selectUsers} where u.id = $1`, [id]);
}

/** Newest first; `before` is the id of the last one seen. */
export async function listUsers(
  db: Queryable,
  institutionId: InstitutionId,
  page: { before: string | null; limit: number },
): Promise<UserRecord[]> {
  return db.query<UserRecord>(
    `${selectUsers} where u.institution_id = $1 and ($2::uuid is null or u.id < $2) order by u.id desc limit $3`,
    [institutionId, page.before, page.limit],
  );
}

/** The addresses of the institution's administrators who can sign in, the oldest account first. */
export async function listActiveAdmins(db: Queryable, institutionId: InstitutionId): Promise<string[]> {
  const rows = await db.query<{ email: string }>(
    `select email from users where institution_id = $1 and role = 'admin' and active order by id`,
    [institutionId],
  );
  return rows.map((row) => row.email);
}

/** Those of the addresses that belong to users of the institution who are switched off; in small letters. */
export async function switchedOffAmong(
  db: Queryable,
  institutionId: InstitutionId,
  addresses: readonly string[],
): Promise<Set<string>> {
  const rows = await db.query<{ email: string }>(
    `select lower(email) as email from users where institution_id = $1 and not active and lower(email) = any ($2)`,
    [institutionId, addresses.map((address) => address.toLowerCase())],
  );
  return new Set(rows.map((row) => row.email));
}

/** Newest first, operators included. */
export async function listUsersAllInstitutions(
  db: Queryable,
  page: { before: string | null; limit: number },
): Promise<UserRecord[]> {
  return db.query<UserRecord>(`${selectUsers} where ($1::uuid is null or u.id < $1) order by u.id desc limit $2`, [
    page.before,
    page.limit,
  ]);
}

/** Is there anybody who can sign in with a password? */
export async function hasUserAllInstitutions(db: Queryable): Promise<boolean> {
  return (await db.queryOne(`select 1 from users limit 1`)) !== null;
}

/** Locks the active operators, so that two of them cannot switch each other off at once; gives their ids. */
export async function lockActiveOperatorsAllInstitutions(tx: Tx): Promise<UserId[]> {
  const rows = await tx.query<{ id: UserId }>(
    `select id from users where role = 'operator' and active order by id for update`,
  );
  return rows.map((row) => row.id);
}

export type NewUser = Pick<UserRecord, 'id' | 'email' | 'name' | 'role' | 'passwordHash' | 'createdAt'>;

/** Throws the unique violation `users_email` when the address is taken. `institutionId` is null for an operator. */
export async function insertUser(tx: Tx, institutionId: InstitutionId | null, row: NewUser): Promise<void> {
  await tx.execute(
    `insert into users (institution_id, id, email, name, role, password_hash, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [institutionId, row.id, row.email, row.name, row.role, row.passwordHash, row.createdAt],
  );
}

/** Null leaves a value as it is. `institutionId` is null for an operator. */
export async function updateUserRow(
  tx: Tx,
  institutionId: InstitutionId | null,
  id: UserId,
  to: { active: boolean | null; name: string | null; passwordHash: string | null },
): Promise<void> {
  await tx.execute(
    `update users set active = coalesce($3, active), name = coalesce($4, name),
       password_hash = coalesce($5, password_hash)
     where institution_id is not distinct from $1 and id = $2`,
    [institutionId, id, to.active, to.name, to.passwordHash],
  );
}

export async function recordSignIn(tx: Tx, institutionId: InstitutionId | null, id: UserId, at: Date): Promise<void> {
  await tx.execute('update users set last_sign_in_at = $3 where institution_id is not distinct from $1 and id = $2', [
    institutionId,
    id,
    at,
  ]);
}
