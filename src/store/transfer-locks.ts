// The lock of (institution, dataset): who holds it runs the dataset's transfers, alone.
// Invariant: the lock belongs to a database session and is free as soon as that session ends, whatever ended it.

import type { Queryable, Session } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationStatus } from '../domain/destination.ts';
import type { DestinationId, InstitutionId, TransferId } from '../domain/ids.ts';

/** The number of the lock, of SQL texts for the institution and the dataset. */
const lockNumber = (institution: string, dataset: string) =>
  `hashtextextended('transfers ' || ${institution} || ' ' || ${dataset}, 0)`;

/** The sessions that hold the lock `number`: at most one row. */
const holders = (number: string) => `select l.pid from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = ${number}`;

/**
 * Takes the lock for as long as the session lasts; gives the session's number, or null when another one has it.
 * A peer that vanished without a word (power, network) is noticed by the server within a minute.
 */
export async function lockDataset(
  session: Session,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<number | null> {
  await session.query(
    `select set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
       set_config('tcp_keepalives_count', '3', false)`,
  );
  const row = await session.queryOne<{ pid: number | null }>(
    `select case when pg_try_advisory_lock(${lockNumber('$1::text', '$2::text')}) then pg_backend_pid() end as pid`,
    [institutionId, dataset],
  );
  return row?.pid ?? null;
}

export async function unlockDataset(session: Session, institutionId: InstitutionId, dataset: Dataset): Promise<void> {
  await session.query(`select pg_advisory_unlock(${lockNumber('$1::text', '$2::text')})`, [institutionId, dataset]);
}

/** What a run must stop for. `held`: the session `pid` still has the lock. */
export type RunGuard = { held: boolean; status: DestinationStatus | null; deleted: boolean; revision: number };

export async function readRunGuard(
  db: Queryable,
  institutionId: InstitutionId,
  run: { dataset: Dataset; destinationId: DestinationId; pid: number },
): Promise<RunGuard> {
  const row = await db.queryOne<RunGuard>(
    `select $4::int in (${holders(lockNumber('$1::text', '$3::text'))}) as held,
       d.status, d.deleted_at is not null as deleted, d.revision
     from destinations d where d.institution_id = $1::uuid and d.id = $2`,
    [institutionId, run.destinationId, run.dataset, run.pid],
  );
  return row ?? { held: false, status: null, deleted: true, revision: 0 };
}

export type TransferPlace = { institutionId: InstitutionId; transferId: TransferId };

/** Has the queue a job for the transfer `t` that nobody has taken yet? One that a dead process took does not count. */
const hasWaitingJob = `exists (select from pgboss.job j
    where j.name = 'run-transfer' and j.state in ('created', 'retry') and j.data->>'transferId' = t.id::text)`;

const isFree = `not exists (${holders(lockNumber('t.institution_id::text', 't.dataset'))})`;

/**
 * Transfers that nobody works on and no job stands for: running ones whose process died, and ones that wait for nobody and
 * were not queued in the time `young`.
 */
export async function abandonedTransfersAllInstitutions(
  db: Queryable,
  young: { from: Date; to: Date },
): Promise<TransferPlace[]> {
  return db.query<TransferPlace>(
    `select t.institution_id as "institutionId", t.id as "transferId" from transfers t
     where t.status in ('queued', 'running') and (t.status = 'running' or t.queued_at not between $1 and $2)
       and ${isFree} and not ${hasWaitingJob}
     order by t.id limit 100`,
    [young.from, young.to],
  );
}

/** The dataset's oldest waiting transfer that no job stands for, when nobody has the lock. */
export async function nextQueuedTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<TransferId | null> {
  const row = await db.queryOne<{ id: TransferId }>(
    `select t.id from transfers t
     where t.institution_id = $1 and t.dataset = $2 and t.status = 'queued' and ${isFree} and not ${hasWaitingJob}
     order by t.id limit 1`,
    [institutionId, dataset],
  );
  return row?.id ?? null;
}
