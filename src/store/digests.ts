// The weekly digest: its settings in `institutions`, and the numbers that it tells.
// Invariant: `digest_next_at` is set exactly while the digest is on; whoever moves it on has written the mails in the same transaction.

import type { Queryable, Tx } from '../db/connection.ts';
import type { InstitutionId } from '../domain/ids.ts';

export type DigestSettings = { enabled: boolean; recipients: string[]; nextAt: Date | null };

const columns = 'digest_enabled as enabled, digest_recipients as recipients, digest_next_at as "nextAt"';

export async function getDigest(db: Queryable, institutionId: InstitutionId): Promise<DigestSettings | null> {
  return db.queryOne<DigestSettings>(`select ${columns} from institutions where id = $1`, [institutionId]);
}

/** As `getDigest`, and nobody else changes it until the transaction ends; rows that point at the institution may come all the while. */
export async function lockDigest(tx: Tx, institutionId: InstitutionId): Promise<DigestSettings | null> {
  return tx.queryOne<DigestSettings>(`select ${columns} from institutions where id = $1 for no key update`, [
    institutionId,
  ]);
}

export async function saveDigest(tx: Tx, institutionId: InstitutionId, to: DigestSettings): Promise<void> {
  await tx.execute(
    'update institutions set digest_enabled = $2, digest_recipients = $3, digest_next_at = $4 where id = $1',
    [institutionId, to.enabled, to.recipients, to.nextAt],
  );
}

/** The institutions whose digest is due, at most `limit`, the one that waits longest first. */
export async function listDueDigestsAllInstitutions(
  db: Queryable,
  now: Date,
  limit: number,
): Promise<{ institutionId: InstitutionId; nextAt: Date }[]> {
  return db.query(
    `select id as "institutionId", digest_next_at as "nextAt" from institutions
     where digest_enabled and digest_next_at <= $1 order by digest_next_at, id limit $2`,
    [now, limit],
  );
}

/** Digests that are due later than `latest`, with the zones of their institutions. */
export async function listFarDigestsAllInstitutions(
  db: Queryable,
  latest: Date,
): Promise<{ institutionId: InstitutionId; nextAt: Date; timeZone: string }[]> {
  return db.query(
    `select id as "institutionId", digest_next_at as "nextAt", time_zone as "timeZone" from institutions
     where digest_enabled and digest_next_at > $1`,
    [latest],
  );
}

/** Locks a digest that is still due at `nextAt`; null when another node has it, or had it, or it was changed. */
export async function claimDigest(
  tx: Tx,
  institutionId: InstitutionId,
  nextAt: Date,
): Promise<{ recipients: string[] } | null> {
  return tx.queryOne(
    `select digest_recipients as recipients from institutions
     where id = $1 and digest_enabled and digest_next_at = $2 for no key update skip locked`,
    [institutionId, nextAt],
  );
}

export async function moveDigest(tx: Tx, institutionId: InstitutionId, nextAt: Date): Promise<void> {
  await tx.execute('update institutions set digest_next_at = $2 where id = $1', [institutionId, nextAt]);
}

/**
 * How many connections came in from each of `starts` up to the next one, and from the last up to `end`. The beginnings of days
 * are the caller's, so that zones are those of one source.
 */
export async function countNewConnections(
  db: Queryable,
  institutionId: InstitutionId,
  starts: readonly Date[],
  end: Date,
): Promise<number[]> {
  const rows = await db.query<{ bucket: number; count: number }>(
    `select width_bucket(created_at, $2::timestamptz[]) as bucket, count(*) as count from connections
     where institution_id = $1 and created_at >= $3 and created_at < $4 group by 1`,
    [institutionId, starts, starts[0] ?? end, end],
  );
  return starts.map((_, at) => rows.find((row) => row.bucket === at + 1)?.count ?? 0);
}
