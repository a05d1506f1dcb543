// The table `manifest_keys`: the key pair that signs the manifests of an institution; the private half sealed.
// Invariant: a key that is there is never replaced by code: receivers check signatures with the public half that they were given.

import type { Queryable } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';

/** `publicKey` is SPKI in PEM. */
export type ManifestKeyRecord = { publicKey: string; privateKeySealed: Buffer; createdAt: Date };

export async function getManifestKeyRecord(
  db: Queryable,
  institutionId: InstitutionId,
): Promise<ManifestKeyRecord | null> {
  return db.queryOne<ManifestKeyRecord>(
    `select public_key as "publicKey", private_key_sealed as "privateKeySealed", created_at as "createdAt"
     from manifest_keys where institution_id = $1`,
    [institutionId],
  );
}

/** Keeps a key unless there is one; of several that are made at once, one wins. */
export async function insertManifestKey(
  db: Queryable,
  institutionId: InstitutionId,
  row: { publicKey: string; privateKeySealed: Uint8Array; createdAt: Date },
): Promise<void> {
  await db.execute(
    `insert into manifest_keys (institution_id, public_key, private_key_sealed, created_at) values ($1, $2, $3, $4)
     on conflict (institution_id) do nothing`,
    [institutionId, row.publicKey, row.privateKeySealed, row.createdAt],
  );
}
