// The table `host_keys`: the SSH host keys of this installation, sealed, shared by all nodes.
// Invariant: a key that is there is never replaced by code: every client has it pinned.

import type { Queryable } from '../db/connection.ts';

export const hostKeyTypes = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const;
export type HostKeyType = (typeof hostKeyTypes)[number];

/** `publicKey` is OpenSSH's line without a comment. */
export type HostKeyRecord = { type: HostKeyType; privateKeySealed: Buffer; publicKey: string; createdAt: Date };

export async function listHostKeys(db: Queryable): Promise<HostKeyRecord[]> {
  return db.query<HostKeyRecord>(
    `select type, private_key_sealed as "privateKeySealed", public_key as "publicKey", created_at as "createdAt"
     from host_keys order by array_position($1::text[], type)`,
    [hostKeyTypes],
  );
}

/** Keeps a key unless there is one of its type; of several nodes that start at once, one wins. */
export async function insertHostKey(
  db: Queryable,
  row: { type: HostKeyType; privateKeySealed: Uint8Array; publicKey: string; createdAt: Date },
): Promise<void> {
  await db.execute(
    `insert into host_keys (type, private_key_sealed, public_key, created_at) values ($1, $2, $3, $4)
     on conflict (type) do nothing`,
    [row.type, row.privateKeySealed, row.publicKey, row.createdAt],
  );
}
