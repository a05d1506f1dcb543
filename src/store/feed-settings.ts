// The tables `feeds` and `feed_keys` as the settings pages see them.
// Invariant: the sealed password leaves this file only through `getSealedPassword`.

import type { Queryable, Tx } from '../db/connection.ts';
import type { FeedId, FeedKeyId, InstitutionId } from '../domain/ids.ts';
import type { Mapping } from '../domain/mapping.ts';

export type LoginMethods = 'any' | 'password' | 'public-key' | 'password+key';

export type FeedSettings = {
  id: FeedId;
  /** The slug. */
  institution: string;
  name: string;
  enabled: boolean;
  strict: boolean;
  username: string;
  loginMethods: LoginMethods;
  /** CIDR list; empty accepts all. */
  allowedAddresses: string[];
  mapping: Mapping;
  /** Until when the password before the present one goes on working, or null. */
  previousPasswordUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type FeedKeyRecord = {
  id: FeedKeyId;
  feedId: FeedId;
  type: string;
  /** `SHA256:…` */
  fingerprint: string;
  /** One line in OpenSSH format, without the comment. */
  publicKey: string;
  comment: string;
  createdAt: Date;
  lastUsedAt: Date | null;
};

const selectFeeds = `select f.id, n.slug as institution, f.name, f.enabled, f.strict, f.username,
    f.login_methods as "loginMethods", f.allowed_addresses as "allowedAddresses", f.mapping,
    f.previous_password_until as "previousPasswordUntil", f.created_at as "createdAt", f.updated_at as "updatedAt"
  from feeds f join institutions n on n.id = f.institution_id`;

export async function getFeedSettings(
  db: Queryable,
  institutionId: InstitutionId,
  id: FeedId,
): Promise<FeedSettings | null> {
  return db.queryOne<FeedSettings>(`${selectFeeds} where f.institution_id = $1 and f.id = $2`, [institutionId, id]);
}

/** The same, and nobody else changes the feed until the transaction ends. */
export async function lockFeedSettings(tx: Tx, institutionId: InstitutionId, id: FeedId): Promise<FeedSettings | null> {
  return tx.queryOne<FeedSettings>(`${selectFeeds} where f.institution_id = $1 and f.id = $2 for update of f`, [
    institutionId,
    id,
  ]);
}

/** Oldest first: the feed that was made with the institution comes first. */
export async function listFeedSettings(db: Queryable, institutionId: InstitutionId): Promise<FeedSettings[]> {
  return db.query<FeedSettings>(`${selectFeeds} where f.institution_id = $1 order by f.id`, [institutionId]);
}

export async function getSealedPassword(
  db: Queryable,
  institutionId: InstitutionId,
  id: FeedId,
): Promise<Buffer | null> {
  const row = await db.queryOne<{ sealed: Buffer }>(
    'select password_sealed as sealed from feeds where institution_id = $1 and id = $2',
    [institutionId, id],
  );
  return row?.sealed ?? null;
}

/** Is there a feed with this user name, anywhere in the installation? */
export async function isUsernameTakenAllInstitutions(db: Queryable, username: string): Promise<boolean> {
  return (await db.queryOne('select 1 from feeds where username = $1', [username])) !== null;
}

export type NewFeed = {
  id: FeedId;
  name: string;
  username: string;
  passwordSealed: Uint8Array;
  passwordMac: Uint8Array;
  createdAt: Date;
};

/** Throws the unique violation `feeds_username_key` when the user name is taken. */
export async function insertFeed(tx: Tx, institutionId: InstitutionId, row: NewFeed): Promise<void> {
  await tx.execute(
    `insert into feeds (institution_id, id, name, username, password_sealed, password_mac, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [institutionId, row.id, row.name, row.username, row.passwordSealed, row.passwordMac, row.createdAt],
  );
}

/** Writes the settings that people change, all of them, as they stand in `feed`. */
export async function saveFeedSettings(
  tx: Tx,
  institutionId: InstitutionId,
  feed: Pick<FeedSettings, 'id' | 'name' | 'enabled' | 'strict' | 'loginMethods' | 'allowedAddresses' | 'mapping'>,
  now: Date,
): Promise<void> {
  await tx.execute(
    `update feeds set name = $3, enabled = $4, strict = $5, login_methods = $6, allowed_addresses = $7, mapping = $8,
       updated_at = $9
     where institution_id = $1 and id = $2`,
    [
      institutionId,
      feed.id,
      feed.name,
      feed.enabled,
      feed.strict,
      feed.loginMethods,
      feed.allowedAddresses,
      JSON.stringify(feed.mapping),
      now,
    ],
  );
}

/** A new password; with `keepOldUntil` the present one goes on working until then, otherwise it ends with this transaction. */
export async function replacePassword(
  tx: Tx,
  institutionId: InstitutionId,
  id: FeedId,
  to: { sealed: Uint8Array; mac: Uint8Array; keepOldUntil: Date | null; now: Date },
): Promise<void> {
  await tx.execute(
    `update feeds set password_sealed = $3, password_mac = $4,
       previous_password_mac = case when $5::timestamptz is null then null else password_mac end,
       previous_password_until = $5, updated_at = $6
     where institution_id = $1 and id = $2`,
    [institutionId, id, to.sealed, to.mac, to.keepOldUntil, to.now],
  );
}

/** The keys of all feeds of an institution, oldest first. */
export async function listFeedKeys(db: Queryable, institutionId: InstitutionId): Promise<FeedKeyRecord[]> {
  return db.query<FeedKeyRecord>(
    `select id, feed_id as "feedId", type, fingerprint, public_key as "publicKey", comment, created_at as "createdAt",
       last_used_at as "lastUsedAt"
     from feed_keys where institution_id = $1 order by id`,
    [institutionId],
  );
}

/** Throws a unique violation when the feed has this key already. */
export async function insertFeedKey(
  tx: Tx,
  institutionId: InstitutionId,
  row: Omit<FeedKeyRecord, 'lastUsedAt'>,
): Promise<void> {
  await tx.execute(
    `insert into feed_keys (institution_id, id, feed_id, type, fingerprint, public_key, comment, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [institutionId, row.id, row.feedId, row.type, row.fingerprint, row.publicKey, row.comment, row.createdAt],
  );
}

export async function deleteFeedKey(
  tx: Tx,
  institutionId: InstitutionId,
  feedId: FeedId,
  id: FeedKeyId,
): Promise<boolean> {
  const gone = await tx.execute('delete from feed_keys where institution_id = $1 and feed_id = $2 and id = $3', [
    institutionId,
    feedId,
    id,
  ]);
  return gone === 1;
}
