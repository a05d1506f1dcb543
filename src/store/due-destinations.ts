// Destinations whose slot has come, one at a time.
// Invariant: whoever takes one holds its row to the commit; others skip it, so that a slot is taken once on all nodes.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';

export type DueDestination = {
  institutionId: InstitutionId;
  id: DestinationId;
  dataset: Dataset;
  frequency: string;
  at: string;
  timeZone: string;
  /** Null when it has to be found out anew, such as after a change of the zone. */
  nextRunAt: Date | null;
  /** A scheduled transfer of it waits for its turn already. */
  waiting: boolean;
};

/** The one that is due longest, or does not know its next slot; none of `besides`. */
export async function takeDueDestinationAllInstitutions(
  tx: Tx,
  now: Date,
  besides: readonly DestinationId[],
): Promise<DueDestination | null> {
  return tx.queryOne<DueDestination>(
    `select d.institution_id as "institutionId", d.id, d.dataset, d.frequency, d.at, i.time_zone as "timeZone",
       d.next_run_at as "nextRunAt", exists (
         select from transfers t where t.institution_id = d.institution_id and t.dataset = d.dataset
           and t.destination_id = d.id and t.status = 'queued' and t.trigger = 'scheduled') as waiting
     from destinations d join institutions i on i.id = d.institution_id
     where d.status = 'on' and d.deleted_at is null and (d.next_run_at is null or d.next_run_at <= $1)
       and d.id <> all ($2::uuid[])
     order by d.next_run_at nulls first limit 1 for update of d skip locked`,
    [now, besides],
  );
}

export type ComingRun = Pick<DueDestination, 'institutionId' | 'id' | 'frequency' | 'at' | 'timeZone'> & {
  nextRunAt: Date;
};

/** Destinations that are on and whose next run is still to come. */
export async function comingRunsAllInstitutions(db: Queryable, now: Date): Promise<ComingRun[]> {
  return db.query<ComingRun>(
    `select d.institution_id as "institutionId", d.id, d.frequency, d.at, i.time_zone as "timeZone",
       d.next_run_at as "nextRunAt"
     from destinations d join institutions i on i.id = d.institution_id
     where d.status = 'on' and d.deleted_at is null and d.next_run_at > $1`,
    [now],
  );
}

/** The slots of a destination between two instants that have had their transfer, as milliseconds. */
export async function slotsTaken(
  db: Queryable,
  institutionId: InstitutionId,
  id: DestinationId,
  { after, before }: { after: Date; before: Date },
): Promise<Set<number>> {
  const rows = await db.query<{ slotAt: Date }>(
    `select distinct slot_at as "slotAt" from transfers
     where institution_id = $1 and destination_id = $2 and slot_at > $3 and slot_at < $4`,
    [institutionId, id, after, before],
  );
  return new Set(rows.map((row) => row.slotAt.getTime()));
}

export async function setNextRun(
  db: Queryable,
  institutionId: InstitutionId,
  id: DestinationId,
  nextRunAt: Date,
): Promise<void> {
  await db.execute('update destinations set next_run_at = $3 where institution_id = $1 and id = $2', [
    institutionId,
    id,
    nextRunAt,
  ]);
}

/** The institution's slots have to be found out anew: its zone has changed. */
export async function forgetNextRuns(tx: Tx, institutionId: InstitutionId): Promise<void> {
  await tx.execute(
    `update destinations set next_run_at = null where institution_id = $1 and status = 'on' and deleted_at is null`,
    [institutionId],
  );
}
