// The table `stored_files`: immutable bytes, where they lie, and their hash.
// Invariant: a row is written in the same transaction as whatever refers to it, after the bytes are durable.

import type { Queryable, Tx } from '../db/connection.ts';
import type { InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { StorageKey } from '../domain/ports.ts';

export type StoredFileOrigin = 'sftp' | 'upload' | 'api' | 'receipt' | 'error-file' | 'transfer' | 'transfer-manifest';

/** `size` in bytes, `sha256` as 32 raw bytes. */
export type StoredFileRecord = {
  id: StoredFileId;
  origin: StoredFileOrigin;
  key: StorageKey;
  sha256: Uint8Array;
  size: number;
  createdAt: Date;
};

export async function insertStoredFile(tx: Tx, institutionId: InstitutionId, row: StoredFileRecord): Promise<void> {
  await tx.execute(
    `insert into stored_files (institution_id, id, origin, storage_key, sha256, size, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [institutionId, row.id, row.origin, row.key, row.sha256, row.size, row.createdAt],
  );
}

export async function getStoredFile(
  db: Queryable,
  institutionId: InstitutionId,
  id: StoredFileId,
): Promise<StoredFileRecord | null> {
  return db.queryOne<StoredFileRecord>(
    `select id, origin, storage_key as key, sha256, size, created_at as "createdAt"
     from stored_files where institution_id = $1 and id = $2`,
    [institutionId, id],
  );
}
