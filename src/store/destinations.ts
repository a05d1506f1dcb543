// The table `destinations`: where the files of a dataset go.
// Invariant: the sealed password leaves this file only through `getSealedPassword`; a deleted destination keeps its row, without secrets.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationRecord, DestinationStatus } from '../domain/destination.ts';
import { usualFileOptions } from '../domain/file-options.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';

const columns = `institution_id as "institutionId", id, dataset, name, status, host, port, path, username, auth,
  check_fingerprint as "checkFingerprint", frequency, at, since, file, next_run_at as "nextRunAt",
  mismatch_since as "mismatchSince", revision, created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`;

/** One destination, a deleted one too: see `deletedAt`. */
export async function getDestination(
  db: Queryable,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<DestinationRecord | null> {
  return whole(
    await db.queryOne<DestinationRecord>(`select ${columns} from destinations where institution_id = $1 and id = $2`, [
      institutionId,
      id,
    ]),
  );
}

/** The one destination of a dataset that is not deleted, or null. */
export async function getLiveDestination(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<DestinationRecord | null> {
  return whole(
    await db.queryOne<DestinationRecord>(
      `select ${columns} from destinations where institution_id = $1 and dataset = $2 and deleted_at is null`,
      [institutionId, dataset],
    ),
  );
}

/** As `getDestination`, and nobody else changes it until the transaction ends. */
export async function lockDestination(
  tx: Tx,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<DestinationRecord | null> {
  return whole(
    await tx.queryOne<DestinationRecord>(
      `select ${columns} from destinations where institution_id = $1 and id = $2 for no key update`,
      [institutionId, id],
    ),
  );
}

/** The destinations that are not deleted, newest first. */
export async function listDestinations(db: Queryable, institutionId: InstitutionId): Promise<DestinationRecord[]> {
  const rows = await db.query<DestinationRecord>(
    `select ${columns} from destinations where institution_id = $1 and deleted_at is null order by id desc`,
    [institutionId],
  );
  return rows.map(complete);
}

/** Throws the unique violation `destinations_live` when the dataset has a live destination already. */
export async function insertDestination(
  tx: Tx,
  row: DestinationRecord,
  passwordSealed: Uint8Array | null,
): Promise<void> {
  await tx.execute(
    `insert into destinations (institution_id, id, dataset, name, status, host, port, path, username, auth, password_sealed,
       check_fingerprint, frequency, at, since, file, next_run_at, mismatch_since, revision, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
    [
      row.institutionId,
      row.id,
      row.dataset,
      row.name,
      row.status,
      row.host,
      row.port,
      row.path,
      row.username,
      row.auth,
      passwordSealed,
      row.checkFingerprint,
      row.frequency,
      row.at,
      row.since,
      JSON.stringify(row.file),
      row.nextRunAt,
      row.mismatchSince,
      row.revision,
      row.createdAt,
      row.updatedAt,
    ],
  );
}

/**
 * Writes the settings that people change, its state and its revision, all of them, as they stand in `row`. The change is later
 * than every window that was cut before it, also when the clock was put back in between: an older file must not go after it.
 */
export async function saveDestination(tx: Tx, row: DestinationRecord): Promise<void> {
  await tx.execute(
    `update destinations set name = $3, status = $4, host = $5, port = $6, path = $7, username = $8, auth = $9,
       check_fingerprint = $10, frequency = $11, at = $12, since = $13, file = $14, next_run_at = $15, mismatch_since = $16,
       revision = $17, deleted_at = $19, updated_at = greatest($18::timestamptz,
         (select max(cut_at) + interval '1 millisecond' from transfers t
          where t.institution_id = $1 and t.destination_id = $2))
     where institution_id = $1 and id = $2`,
    [
      row.institutionId,
      row.id,
      row.name,
      row.status,
      row.host,
      row.port,
      row.path,
      row.username,
      row.auth,
      row.checkFingerprint,
      row.frequency,
      row.at,
      row.since,
      JSON.stringify(row.file),
      row.nextRunAt,
      row.mismatchSince,
      row.revision,
      row.updatedAt,
      row.deletedAt,
    ],
  );
}

/** A new state and slot and nothing else: what tests and runs change. */
export async function setDestinationStatus(
  tx: Tx,
  institutionId: InstitutionId,
  id: DestinationId,
  to: { status: DestinationStatus; nextRunAt: Date | null },
): Promise<void> {
  await tx.execute('update destinations set status = $3, next_run_at = $4 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    to.status,
    to.nextRunAt,
  ]);
}

export async function setMismatchSince(
  tx: Tx,
  institutionId: InstitutionId,
  id: DestinationId,
  since: Date | null,
): Promise<void> {
  await tx.execute('update destinations set mismatch_since = $3 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    since,
  ]);
}

/** The sealed password, or null when there is none: with a key pair, or after it was dropped. */
export async function getSealedPassword(
  db: Queryable,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<Buffer | null> {
  const row = await db.queryOne<{ sealed: Buffer | null }>(
    'select password_sealed as sealed from destinations where institution_id = $1 and id = $2',
    [institutionId, id],
  );
  return row?.sealed ?? null;
}

export async function setSealedPassword(
  tx: Tx,
  institutionId: InstitutionId,
  id: DestinationId,
  sealed: Uint8Array | null,
): Promise<void> {
  await tx.execute('update destinations set password_sealed = $3 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    sealed,
  ]);
}

function whole(row: DestinationRecord | null): DestinationRecord | null {
  return row && complete(row);
}

/** Options that came later have their usual value. */
function complete(row: DestinationRecord): DestinationRecord {
  return { ...row, file: { ...usualFileOptions, ...row.file } };
}
