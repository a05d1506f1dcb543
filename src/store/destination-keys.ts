// The table `destination_keys`: the key pairs that Causeway made for destinations.
// Invariant: a private half leaves this file only sealed, through `sealedPrivateKeys`, and a retired key has none.

import type { Queryable, Tx } from '../db/connection.ts';
import type { DestinationId, DestinationKeyId, InstitutionId } from '../domain/ids.ts';

export type DestinationKeyType = 'ssh-ed25519' | 'ssh-rsa';
export type DestinationKeyState = 'current' | 'next' | 'retired';

export type DestinationKeyRecord = {
  id: DestinationKeyId;
  destinationId: DestinationId;
  state: DestinationKeyState;
  type: DestinationKeyType;
  /** `SHA256:…` */
  fingerprint: string;
  /** OpenSSH's line, with a comment. */
  publicKey: string;
  createdAt: Date;
  servesUntil: Date | null;
  lastUsedAt: Date | null;
};

const columns = `id, destination_id as "destinationId", state, type, fingerprint, public_key as "publicKey",
  created_at as "createdAt", serves_until as "servesUntil", last_used_at as "lastUsedAt"`;

/** The keys of all destinations of an institution, newest first. */
export async function listDestinationKeys(
  db: Queryable,
  institutionId: InstitutionId,
): Promise<DestinationKeyRecord[]> {
  return db.query<DestinationKeyRecord>(
    `select ${columns} from destination_keys where institution_id = $1 order by id desc`,
    [institutionId],
  );
}

/** The keys of one destination, newest first. */
export async function keysOfDestination(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<DestinationKeyRecord[]> {
  return db.query<DestinationKeyRecord>(
    `select ${columns} from destination_keys where institution_id = $1 and destination_id = $2 order by id desc`,
    [institutionId, destinationId],
  );
}

export async function insertDestinationKey(
  tx: Tx,
  institutionId: InstitutionId,
  row: DestinationKeyRecord,
  privateKeySealed: Uint8Array,
): Promise<void> {
  await tx.execute(
    `insert into destination_keys (institution_id, id, destination_id, state, type, fingerprint, public_key,
       private_key_sealed, created_at, serves_until, last_used_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      institutionId,
      row.id,
      row.destinationId,
      row.state,
      row.type,
      row.fingerprint,
      row.publicKey,
      privateKeySealed,
      row.createdAt,
      row.servesUntil,
      row.lastUsedAt,
    ],
  );
}

export type SealedPrivateKey = {
  id: DestinationKeyId;
  state: 'current' | 'next';
  fingerprint: string;
  servesUntil: Date | null;
  sealed: Buffer;
};

/** The keys that may serve at `now`, in the order in which they are tried: next, current. */
export async function sealedPrivateKeys(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  now: Date,
): Promise<SealedPrivateKey[]> {
  return db.query<SealedPrivateKey>(
    `select id, state, fingerprint, serves_until as "servesUntil", private_key_sealed as sealed from destination_keys
     where institution_id = $1 and destination_id = $2 and state in ('current', 'next') and private_key_sealed is not null
       and (serves_until is null or serves_until > $3)
     order by state desc, id desc`,
    [institutionId, destinationId, now],
  );
}

/** Retires the keys in these states: their private halves are gone. */
export async function retireKeys(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  states: readonly DestinationKeyState[],
): Promise<void> {
  await tx.execute(
    `update destination_keys set state = 'retired', private_key_sealed = null
     where institution_id = $1 and destination_id = $2 and state = any($3)`,
    [institutionId, destinationId, states],
  );
}

/** Retires keys whose time beside a next one is over. */
export async function retireExpiredKeys(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  now: Date,
): Promise<number> {
  return tx.execute(
    `update destination_keys set state = 'retired', private_key_sealed = null
     where institution_id = $1 and destination_id = $2 and state = 'current' and serves_until <= $3`,
    [institutionId, destinationId, now],
  );
}

/** The current key serves until then at the latest: there is a next one. */
export async function limitCurrentKey(
  tx: Tx,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  servesUntil: Date,
): Promise<void> {
  await tx.execute(
    `update destination_keys set serves_until = $3
     where institution_id = $1 and destination_id = $2 and state = 'current'`,
    [institutionId, destinationId, servesUntil],
  );
}

/** Nobody's old key serves longer than until `latest`; gives those that were to. */
export async function limitCurrentKeysAllInstitutions(
  db: Queryable,
  latest: Date,
): Promise<{ institutionId: InstitutionId; destinationId: DestinationId }[]> {
  return db.query(
    `update destination_keys set serves_until = $1 where state = 'current' and serves_until > $1
     returning institution_id as "institutionId", destination_id as "destinationId"`,
    [latest],
  );
}

/** Makes a key that is still `next` the current one; retire the one before it first. */
export async function makeKeyCurrent(tx: Tx, institutionId: InstitutionId, id: DestinationKeyId): Promise<void> {
  await tx.execute(
    `update destination_keys set state = 'current', serves_until = null
     where institution_id = $1 and id = $2 and state = 'next'`,
    [institutionId, id],
  );
}

export async function markDestinationKeyUsed(
  tx: Tx,
  institutionId: InstitutionId,
  id: DestinationKeyId,
  usedAt: Date,
): Promise<void> {
  await tx.execute('update destination_keys set last_used_at = $3 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    usedAt,
  ]);
}
