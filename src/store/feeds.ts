// The tables `feeds` and `feed_keys` as a login reads them.
// Invariant: nothing here tells a caller whether a user name exists; that is for the check to hide.

import type { Queryable } from '../db/connection.ts';
import type { FeedId, FeedKeyId, InstitutionId } from '../domain/ids.ts';

/** What a login is checked against. Hashes are keyed (see `Sealer.mac`); addresses are a CIDR list, empty accepts all. */
export type FeedForLogin = {
  institutionId: InstitutionId;
  feedId: FeedId;
  passwordMac: Buffer;
  previousPasswordMac: Buffer | null;
  previousPasswordUntil: Date | null;
  loginMethods: 'any' | 'password' | 'public-key' | 'password+key';
  allowedAddresses: string[];
  createdAt: Date;
};

/** The feed with this user name, in whichever institution: user names are unique in the installation. */
export async function findFeedForLoginAllInstitutions(db: Queryable, username: string): Promise<FeedForLogin | null> {
  return db.queryOne<FeedForLogin>(
    `select institution_id as "institutionId", id as "feedId", password_mac as "passwordMac",
       previous_password_mac as "previousPasswordMac", previous_password_until as "previousPasswordUntil",
       login_methods as "loginMethods", allowed_addresses as "allowedAddresses", created_at as "createdAt"
     from feeds where username = $1`,
    [username],
  );
}

/** A key of a feed by its `SHA256:…` fingerprint; `publicKey` is OpenSSH's line. */
export async function findFeedKey(
  db: Queryable,
  institutionId: InstitutionId,
  feedId: FeedId,
  fingerprint: string,
): Promise<{ id: FeedKeyId; publicKey: string } | null> {
  return db.queryOne(
    `select id, public_key as "publicKey" from feed_keys
     where institution_id = $1 and feed_id = $2 and fingerprint = $3`,
    [institutionId, feedId, fingerprint],
  );
}

export async function markKeyUsed(
  db: Queryable,
  institutionId: InstitutionId,
  id: FeedKeyId,
  usedAt: Date,
): Promise<void> {
  await db.execute('update feed_keys set last_used_at = $3 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    usedAt,
  ]);
}
