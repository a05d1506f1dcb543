// The table `transfers`: every attempt to deliver a window, and what became of it; here it is written first and read.
// Invariant: the window, its file and the watermark change only under the lock of (institution, dataset); see transfer-runs.ts.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationId, InstitutionId, StoredFileId, TransferId } from '../domain/ids.ts';
import type { TransferRecord, TransferStatus, TransferTrigger } from '../domain/transfer.ts';

export async function institutionOfTransferAllInstitutions(
  db: Queryable,
  id: TransferId,
): Promise<InstitutionId | null> {
  const row = await db.queryOne<{ institutionId: InstitutionId }>(
    'select institution_id as "institutionId" from transfers where id = $1',
    [id],
  );
  return row?.institutionId ?? null;
}

/** `next_run_at` only of the newest attempt: a later one has taken the older one's place. */
const select = `select t.institution_id as "institutionId", i.slug as institution, t.id, t.destination_id as "destinationId",
    d.name as "destinationName", t.dataset, t.trigger, t.status, t.slot_at as "slotAt", t.slot_attempt as "slotAttempt",
    t.window_of as "windowOf", t.window_from as "windowFrom", t.window_to as "windowTo", t.window_number as "windowNumber",
    t.window_since as "windowSince", t.cut_at as "cutAt", t.row_count as rows, t.file_name as "fileName",
    t.stored_file_id as "storedFileId", t.manifest_file_id as "manifestFileId", t.sha256, t.bytes, t.in_doubt as "inDoubt",
    t.stages, t.notes, t.failure, t.retry_at as "retryAt", t.started_by as "startedBy", t.queued_at as "queuedAt",
    t.started_at as "startedAt", t.finished_at as "finishedAt",
    case when d.status = 'on' and d.deleted_at is null and not exists (
      select from transfers newer where newer.institution_id = t.institution_id
        and newer.destination_id = t.destination_id and newer.id > t.id and newer.trigger <> 'resend'
    ) then d.next_run_at end as "nextRunAt"
  from transfers t
  join institutions i on i.id = t.institution_id
  join destinations d on d.institution_id = t.institution_id and d.id = t.destination_id`;

/** A note of the window and its file is a text; one of what this attempt met is an object. */
type StoredNote = string | { attempt: string };

type Row = Omit<TransferRecord, 'window' | 'file' | 'notes'> & {
  notes: readonly StoredNote[];
  windowFrom: number | null;
  windowTo: number | null;
  windowNumber: number | null;
  windowSince: Date | null;
  cutAt: Date | null;
  fileName: string | null;
  storedFileId: StoredFileId | null;
  manifestFileId: StoredFileId | null;
  sha256: string | null;
  bytes: number | null;
};

function recordOf(row: Row): TransferRecord {
  const {
    windowFrom,
    windowTo,
    windowNumber,
    windowSince,
    cutAt,
    fileName,
    storedFileId,
    manifestFileId,
    sha256,
    bytes,
  } = row;
  const window =
    windowFrom === null || windowTo === null || windowNumber === null || cutAt === null
      ? null
      : { from: windowFrom, to: windowTo, number: windowNumber, since: windowSince, cutAt };
  const file =
    fileName === null || sha256 === null || bytes === null
      ? null
      : { name: fileName, storedFileId, manifestFileId, sha256, bytes };
  return {
    institutionId: row.institutionId,
    institution: row.institution,
    id: row.id,
    destinationId: row.destinationId,
    destinationName: row.destinationName,
    dataset: row.dataset,
    trigger: row.trigger,
    status: row.status,
    slotAt: row.slotAt,
    slotAttempt: row.slotAttempt,
    windowOf: row.windowOf,
    window,
    rows: row.rows,
    file,
    inDoubt: row.inDoubt,
    stages: row.stages,
    notes: row.notes.map((note) => (typeof note === 'string' ? note : note.attempt)),
    failure: row.failure,
    retryAt: row.retryAt,
    startedBy: row.startedBy,
    queuedAt: row.queuedAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    nextRunAt: row.nextRunAt,
  };
}

export async function getTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  id: TransferId,
): Promise<TransferRecord | null> {
  const row = await db.queryOne<Row>(`${select} where t.institution_id = $1 and t.id = $2`, [institutionId, id]);
  return row && recordOf(row);
}

export type TransferFilter = {
  destinationId?: DestinationId | undefined;
  dataset?: Dataset | undefined;
  status?: TransferStatus | undefined;
  trigger?: TransferTrigger | undefined;
};

/** Newest first; `before` is the id of the last one seen. */
export async function listTransfers(
  db: Queryable,
  institutionId: InstitutionId,
  filter: TransferFilter,
  page: { before: string | null; limit: number },
): Promise<TransferRecord[]> {
  const rows = await db.query<Row>(
    `${select} where t.institution_id = $1 and ($2::uuid is null or t.id < $2) and ($3::uuid is null or t.destination_id = $3)
       and ($4::text is null or t.dataset = $4) and ($5::text is null or t.status = $5)
       and ($6::text is null or t.trigger = $6)
     order by t.id desc limit $7`,
    [
      institutionId,
      page.before,
      filter.destinationId ?? null,
      filter.dataset ?? null,
      filter.status ?? null,
      filter.trigger ?? null,
      page.limit,
    ],
  );
  return rows.map(recordOf);
}

/** The newest transfer of a destination; `finished`: the newest that has ended. */
export async function latestTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  { finished = false }: { finished?: boolean } = {},
): Promise<TransferRecord | null> {
  const row = await db.queryOne<Row>(
    `${select} where t.institution_id = $1 and t.destination_id = $2
       and (not $3 or t.status not in ('queued', 'running')) order by t.id desc limit 1`,
    [institutionId, destinationId, finished],
  );
  return row && recordOf(row);
}

export type NewTransfer = {
  id: TransferId;
  destinationId: DestinationId;
  dataset: Dataset;
  trigger: TransferTrigger;
  slotAt: Date | null;
  slotAttempt: number;
  windowOf: TransferId | null;
  startedBy: string;
  queuedAt: Date;
};

/** Queued, without a window. The caller sends its job in the same transaction. */
export async function insertTransfer(tx: Tx, institutionId: InstitutionId, row: NewTransfer): Promise<void> {
  await tx.execute(
    `insert into transfers
       (institution_id, id, destination_id, dataset, trigger, status, slot_at, slot_attempt, window_of, started_by, queued_at)
     values ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $10)`,
    [
      institutionId,
      row.id,
      row.destinationId,
      row.dataset,
      row.trigger,
      row.slotAt,
      row.slotAttempt,
      row.windowOf,
      row.startedBy,
      row.queuedAt,
    ],
  );
}

/** How many wait for their turn. */
export async function countQueuedTransfers(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<number> {
  const row = await db.queryOne<{ count: number }>(
    `select count(*) from transfers where institution_id = $1 and dataset = $2 and status = 'queued'`,
    [institutionId, dataset],
  );
  return row?.count ?? 0;
}

/** Is there a newer attempt of the dataset? Sending an old window again is none. */
export async function hasNewerTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
  than: TransferId,
): Promise<boolean> {
  const rows = await db.query(
    `select from transfers where institution_id = $1 and dataset = $2 and id > $3 and trigger <> 'resend' limit 1`,
    [institutionId, dataset, than],
  );
  return rows.length > 0;
}

export type TransferDay = { day: string; delivered: number; failed: number; rows: number };

/** What ended on each of the local days from `from` on, oldest first; days without a transfer are left out. */
export async function transferDays(
  db: Queryable,
  institutionId: InstitutionId,
  zone: string,
  from: Date,
): Promise<TransferDay[]> {
  return db.query<TransferDay>(
    `select (finished_at at time zone $2)::date as day, count(*) filter (where status = 'succeeded') as delivered,
       count(*) filter (where status = 'failed') as failed,
       coalesce(sum(row_count) filter (where status = 'succeeded'), 0)::bigint as rows
     from transfers where institution_id = $1 and finished_at >= $3 and status in ('succeeded', 'failed')
     group by 1 order by 1`,
    [institutionId, zone, from],
  );
}
