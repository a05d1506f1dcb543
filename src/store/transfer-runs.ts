// The table `transfers` while one of them runs: its window, its file, the doubt before the rename, and how it ends.
// Invariant: every write here is made by the session that holds the lock of (institution, dataset), and on a transfer that has not ended.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { Failure } from '../domain/failures.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';
import type { Stage } from '../domain/remote.ts';
import type { TransferFile, TransferWindow } from '../domain/transfer.ts';

/** queued → running; a run that goes on keeps when it started. Its stages begin anew. */
export async function startTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  id: TransferId,
  now: Date,
): Promise<void> {
  await db.execute(
    `update transfers set status = 'running', started_at = coalesce(started_at, $3), stages = '[]', failure = null
     where institution_id = $1 and id = $2 and status in ('queued', 'running')`,
    [institutionId, id, now],
  );
}

/** Stages as they happen, for those who watch. The one write that needs no lock: it never touches a transfer that has ended. */
export async function showStages(
  db: Queryable,
  institutionId: InstitutionId,
  id: TransferId,
  stages: readonly Stage[],
): Promise<void> {
  await db.execute(`update transfers set stages = $3 where institution_id = $1 and id = $2 and status = 'running'`, [
    institutionId,
    id,
    JSON.stringify(stages),
  ]);
}

/** What this attempt meets, as soon as it does. */
export async function addNotes(
  db: Queryable,
  institutionId: InstitutionId,
  id: TransferId,
  notes: readonly string[],
): Promise<void> {
  await db.execute(
    `update transfers set notes = notes || $3::jsonb where institution_id = $1 and id = $2 and status = 'running'`,
    [institutionId, id, ofAttempt(notes)],
  );
}

/** Apart from what is noted of the window, which are texts (see `carryWindow`). */
function ofAttempt(notes: readonly string[]): string {
  return JSON.stringify(notes.map((attempt) => ({ attempt })));
}

/** The window that was cut, and its file; null for an empty one without a file. */
export async function recordWindow(
  tx: Tx,
  institutionId: InstitutionId,
  id: TransferId,
  cut: { window: TransferWindow; rows: number; file: TransferFile | null; notes: readonly string[] },
): Promise<void> {
  const { window, file } = cut;
  await mustChange(
    tx.execute(
      `update transfers set window_of = null, window_from = $3, window_to = $4, window_number = $5, window_since = $6, cut_at = $7,
         row_count = $8, file_name = $9, stored_file_id = $10, manifest_file_id = $11, sha256 = $12, bytes = $13, notes = $14
       where institution_id = $1 and id = $2 and status = 'running'`,
      [
        institutionId,
        id,
        window.from,
        window.to,
        window.number,
        window.since,
        window.cutAt,
        cut.rows,
        file?.name ?? null,
        file?.storedFileId ?? null,
        file?.manifestFileId ?? null,
        file?.sha256 ?? null,
        file?.bytes ?? null,
        JSON.stringify(cut.notes),
      ],
    ),
  );
}

/**
 * Gives a transfer the window and the file of another one, with what is noted of them; what that attempt met stays with it.
 * The doubt comes along, unless it is a resend.
 */
export async function carryWindow(
  tx: Tx,
  institutionId: InstitutionId,
  { from, to }: { from: TransferId; to: TransferId },
): Promise<void> {
  await mustChange(
    tx.execute(
      `update transfers t set window_of = coalesce(o.window_of, o.id), window_from = o.window_from, window_to = o.window_to,
         window_number = o.window_number, window_since = o.window_since, cut_at = o.cut_at, row_count = o.row_count,
         file_name = o.file_name, stored_file_id = o.stored_file_id, manifest_file_id = o.manifest_file_id, sha256 = o.sha256,
         bytes = o.bytes, notes = jsonb_path_query_array(o.notes, 'strict $[*] ? (@.type() == "string")'), in_doubt = o.in_doubt and t.trigger <> 'resend'
       from transfers o
       where t.institution_id = $1 and t.id = $2 and t.status in ('queued', 'running')
         and o.institution_id = $1 and o.id = $3`,
      [institutionId, to, from],
    ),
  );
}

/** The newest attempt of the window that is in doubt, when there is one besides `besides`. */
export async function frozenTransfer(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
  besides: TransferId,
): Promise<TransferId | null> {
  const row = await db.queryOne<{ id: TransferId }>(
    `select id from transfers
     where institution_id = $1 and dataset = $2 and in_doubt and trigger <> 'resend' and id <> $3
     order by id desc limit 1`,
    [institutionId, dataset, besides],
  );
  return row?.id ?? null;
}

/** Transfers of the dataset that run, as their rows say: for the holder of the lock, those whose process died. */
export async function runningTransfers(
  db: Queryable,
  institutionId: InstitutionId,
  dataset: Dataset,
): Promise<TransferId[]> {
  const rows = await db.query<{ id: TransferId }>(
    `select id from transfers where institution_id = $1 and dataset = $2 and status = 'running' order by id`,
    [institutionId, dataset],
  );
  return rows.map((row) => row.id);
}

/**
 * Before the rename is asked for: from now on its outcome may become unknown. False when the destination has changed
 * since the run connected (`revision`), is off or deleted: then nothing may be renamed.
 */
export async function enterDoubt(
  tx: Tx,
  institutionId: InstitutionId,
  id: TransferId,
  about: { fileName: string; revision: number },
): Promise<boolean> {
  const changed = await tx.execute(
    `update transfers t set in_doubt = true, file_name = $3
     where t.institution_id = $1 and t.id = $2 and t.status = 'running' and exists (
       select from destinations d where d.institution_id = $1 and d.id = t.destination_id and d.status = 'on'
         and d.deleted_at is null and d.revision = $4)`,
    [institutionId, id, about.fileName, about.revision],
  );
  return changed === 1;
}

/** The dataset's window is delivered, or its file is lost: nothing of it is in doubt any more. */
export async function endDoubt(tx: Tx, institutionId: InstitutionId, dataset: Dataset): Promise<void> {
  await tx.execute(
    `update transfers set in_doubt = false where institution_id = $1 and dataset = $2 and in_doubt and trigger <> 'resend'`,
    [institutionId, dataset],
  );
}

/**
 * Null leaves what the row says. `fileName`: under which name the file arrived. `notes`: what this attempt met, besides what is noted
 * already.
 */
export type TransferEnd = {
  status: 'succeeded' | 'empty' | 'failed';
  inDoubt: boolean | null;
  stages: readonly Stage[] | null;
  notes: readonly string[];
  fileName: string | null;
  failure: Failure | null;
  retryAt: Date | null;
  finishedAt: Date;
};

/** running → its end. Throws when it is not running any more. */
export async function endTransfer(
  tx: Tx,
  institutionId: InstitutionId,
  id: TransferId,
  end: TransferEnd,
): Promise<void> {
  await mustChange(
    tx.execute(
      `update transfers set status = $3, in_doubt = coalesce($4, in_doubt), stages = coalesce($5, stages),
         notes = notes || $6::jsonb, file_name = coalesce($7, file_name), failure = $8, retry_at = $9, finished_at = $10
       where institution_id = $1 and id = $2 and status = 'running'`,
      [
        institutionId,
        id,
        end.status,
        end.inDoubt,
        end.stages && JSON.stringify(end.stages),
        ofAttempt(end.notes),
        end.fileName,
        end.failure && JSON.stringify(end.failure),
        end.retryAt,
        end.finishedAt,
      ],
    ),
  );
}

/** Takes the promise of another attempt back; true for the one who did. */
export async function takeRetry(tx: Tx, institutionId: InstitutionId, id: TransferId): Promise<boolean> {
  const changed = await tx.execute(
    `update transfers set retry_at = null
     where institution_id = $1 and id = $2 and status = 'failed' and retry_at is not null`,
    [institutionId, id],
  );
  return changed === 1;
}

async function mustChange(changed: Promise<number>): Promise<void> {
  if ((await changed) !== 1) throw new Error('a transfer is not in the state that its run knew');
}
