// The table `imports` as a queue: whose turn it is, leases, and the fence against a worker that lost its lease.
// Invariant: at most one import of an institution runs, and every write of a run names its attempt.

import type { Queryable, Session, Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';

/** One run of an import. Writes that name another attempt than the present one change nothing. */
export type Claim = { institutionId: InstitutionId; importId: ImportId; attempt: number };

/** An import in the queue, and what has gone wrong with it so far. */
export type Candidate = { institutionId: InstitutionId; importId: ImportId };

/** How long a worker may be silent, in seconds, before others take its import over. */
export const leaseSeconds = 60;

/**
 * A run is an orphan when its lease is over, or when the session that runs it is gone: that session holds an advisory
 * lock named after the import, which the server frees at once when the process dies.
 */
const isOrphan = `(i.lease_until < clock_timestamp() or not exists (
    select from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(i.id::text, 0)))`;

/**
 * Whose turn it is: of the institutions without a running import, the one that was served longest ago, and of it the
 * oldest import that waits for nothing. While that one settles, the younger ones of its institution wait too.
 * `maxSize`: only when the file has at most so many bytes (the short lane); null for any.
 */
export async function nextImportAllInstitutions(
  db: Queryable,
  now: Date,
  maxSize: number | null,
): Promise<Candidate | null> {
  return db.queryOne<Candidate>(
    `select i.institution_id as "institutionId", i.id as "importId"
     from (
       select distinct on (institution_id) institution_id, id, status, ready_at, file_size, queue_number
       from imports where status in ('queued', 'running') and waits_for is null
       order by institution_id, (status = 'running') desc, queue_number
     ) i join institutions n on n.id = i.institution_id
     where i.status = 'queued' and i.ready_at <= $1 and ($2::bigint is null or i.file_size <= $2)
     order by n.last_import_started_at nulls first, i.queue_number limit 1`,
    [now, maxSize],
  );
}

/** Files under a temporary name that waited for their rename until `ready_at`, the oldest first. */
export async function staleTemporariesAllInstitutions(db: Queryable, now: Date): Promise<Candidate[]> {
  return db.query<Candidate>(
    `select institution_id as "institutionId", id as "importId" from imports
     where status = 'queued' and waits_for = 'rename' and ready_at <= $1 order by queue_number limit 100`,
    [now],
  );
}

/** When the next queued import can be looked at, or null when none waits for a time. */
export async function nextReadyAtAllInstitutions(db: Queryable, now: Date): Promise<Date | null> {
  const row = await db.queryOne<{ at: Date | null }>(
    `select min(ready_at) as at from imports
     where status = 'queued' and waits_for is distinct from 'writer' and ready_at > $1`,
    [now],
  );
  return row?.at ?? null;
}

/**
 * Takes an import for this session: queued → running. Null when it is not its turn any more.
 * The session keeps a lock until it ends or `releaseClaim`: see `isOrphan`.
 */
export async function claimImport(session: Session, candidate: Candidate, now: Date): Promise<Claim | null> {
  const { institutionId, importId } = candidate;
  return session.transaction(async (tx) => {
    if (!(await lockTurn(tx, institutionId))) return null;
    const row = await tx.queryOne<{ attempt: number }>(
      `update imports i
       set status = 'running', attempt = attempt + 1, started_at = $3, progress_rows = 0,
         lease_until = clock_timestamp() + make_interval(secs => $4)
       where institution_id = $1 and id = $2 and status = 'queued' and waits_for is null and ready_at <= $3
         and not exists (
           select from imports o where o.institution_id = $1 and o.id <> $2 and (o.status = 'running'
             or (o.status = 'queued' and o.waits_for is null and o.queue_number < i.queue_number)))
       returning attempt`,
      [institutionId, importId, now, leaseSeconds],
    );
    if (!row) return null;
    await tx.execute('update institutions set last_import_started_at = $2 where id = $1', [institutionId, now]);
    await lockImport(tx, importId);
    return { institutionId, importId, attempt: row.attempt };
  });
}

/** One taker at a time per institution; others skip it instead of waiting. Compatible with inserts that refer to it. */
async function lockTurn(tx: Tx, institutionId: InstitutionId): Promise<boolean> {
  const sql = 'select id from institutions where id = $1 for no key update skip locked';
  return (await tx.query(sql, [institutionId])).length === 1;
}

/** Taking it may fail when a backend of a dead process still holds it; then the lease alone protects the run. */
async function lockImport(on: Queryable, importId: ImportId): Promise<void> {
  await on.query('select pg_try_advisory_lock(hashtextextended($1::uuid::text, 0))', [importId]);
}

/** The session is done with the import and may take another one. */
export async function releaseClaim(session: Session, claim: Claim): Promise<void> {
  await session.query('select pg_advisory_unlock(hashtextextended($1::uuid::text, 0))', [claim.importId]);
}

/** Takes over an import whose worker died after its contacts were written: only its receipts are missing. */
export async function claimAppliedAllInstitutions(session: Session, now: Date): Promise<Claim | null> {
  return session.transaction(async (tx) => {
    const claim = await tx.queryOne<Claim>(
      `update imports set attempt = attempt + 1, lease_until = clock_timestamp() + make_interval(secs => $1)
       where (institution_id, id) = (
         select institution_id, id from imports i
         where status = 'running' and applied_at is not null and ready_at <= $2 and ${isOrphan}
         order by queue_number limit 1 for update skip locked)
       returning institution_id as "institutionId", id as "importId", attempt`,
      [leaseSeconds, now],
    );
    if (claim) await lockImport(tx, claim.importId);
    return claim;
  });
}

/** Is there an import for `claimAppliedAllInstitutions`? */
export async function hasAppliedOrphansAllInstitutions(db: Queryable, now: Date): Promise<boolean> {
  const sql = `select from imports i
     where status = 'running' and applied_at is not null and ready_at <= $1 and ${isOrphan} limit 1`;
  return (await db.query(sql, [now])).length > 0;
}

/** running → queued for every import whose worker died before anything was written; gives their ids. */
export async function requeueOrphansAllInstitutions(db: Queryable): Promise<ImportId[]> {
  const rows = await db.query<{ id: ImportId }>(
    `update imports set status = 'queued', lease_until = null where (institution_id, id) in (
       select institution_id, id from imports i
       where status = 'running' and applied_at is null and ${isOrphan} for update skip locked)
     returning id`,
  );
  return rows.map((row) => row.id);
}

/** Keeps the lease and shows how far the run is. False when the run is no longer this worker's: stop at once. */
export async function renewLease(db: Queryable, claim: Claim, progressRows: number): Promise<boolean> {
  const renewed = await db.execute(
    `update imports set lease_until = clock_timestamp() + make_interval(secs => $4), progress_rows = $5
     where institution_id = $1 and id = $2 and status = 'running' and attempt = $3`,
    [claim.institutionId, claim.importId, claim.attempt, leaseSeconds, progressRows],
  );
  return renewed === 1;
}

/** Is this attempt still the one that works on the import? */
export async function holdsClaim(db: Queryable, claim: Claim): Promise<boolean> {
  const sql = `select from imports where institution_id = $1 and id = $2 and status = 'running' and attempt = $3`;
  return (await db.query(sql, [claim.institutionId, claim.importId, claim.attempt])).length === 1;
}

/**
 * The worker stops or failed: running → queued, to be taken again at `readyAt`. When the contacts are written already it stays
 * `running`, and only its receipts are made again. `failed` counts a failure. False when the run is not this worker's any more.
 */
export async function giveBack(
  db: Queryable,
  claim: Claim,
  again: { readyAt: Date; failed: boolean },
): Promise<boolean> {
  const moved = await db.execute(
    `update imports set status = case when applied_at is null then 'queued' else 'running' end,
       lease_until = null, ready_at = $4, failures = failures + $5::int
     where institution_id = $1 and id = $2 and status = 'running' and attempt = $3`,
    [claim.institutionId, claim.importId, claim.attempt, again.readyAt, again.failed ? 1 : 0],
  );
  return moved === 1;
}
