// The table `probes`: tests of destinations, their stages as they happen.
// Invariant: a probe that has ended never changes; one that runs for longer than its time was left behind by a process that died.

import type { Queryable, Tx } from '../db/connection.ts';
import type { Failure } from '../domain/failures.ts';
import type { DestinationId, InstitutionId, ProbeId } from '../domain/ids.ts';
import type { Stage } from '../domain/remote.ts';

export type ProbeFingerprint = { type: string; sha256: string; md5: string; confirmed: boolean };

export type ProbeRecord = {
  id: ProbeId;
  destinationId: DestinationId;
  status: 'running' | 'passed' | 'failed';
  stages: Stage[];
  failure: Failure | null;
  fingerprints: ProbeFingerprint[];
  startedBy: string;
  startedAt: Date;
  finishedAt: Date | null;
};

const columns = `id, destination_id as "destinationId", status, stages, failure, fingerprints, started_by as "startedBy",
  started_at as "startedAt", finished_at as "finishedAt"`;

export async function insertProbe(
  tx: Tx,
  institutionId: InstitutionId,
  row: Pick<ProbeRecord, 'id' | 'destinationId' | 'startedBy' | 'startedAt'>,
): Promise<void> {
  await tx.execute(
    `insert into probes (institution_id, id, destination_id, status, started_by, started_at)
     values ($1, $2, $3, 'running', $4, $5)`,
    [institutionId, row.id, row.destinationId, row.startedBy, row.startedAt],
  );
}

/** What has happened so far; does nothing once it has ended. */
export async function setProbeStages(
  db: Queryable,
  institutionId: InstitutionId,
  id: ProbeId,
  stages: readonly Stage[],
): Promise<void> {
  await db.execute(`update probes set stages = $3 where institution_id = $1 and id = $2 and status = 'running'`, [
    institutionId,
    id,
    JSON.stringify(stages),
  ]);
}

/** Ends it. False when it had ended already. */
export async function finishProbe(
  tx: Tx,
  institutionId: InstitutionId,
  id: ProbeId,
  to: {
    status: 'passed' | 'failed';
    stages: readonly Stage[];
    failure: Failure | null;
    fingerprints: readonly ProbeFingerprint[];
    finishedAt: Date;
  },
): Promise<boolean> {
  const touched = await tx.execute(
    `update probes set status = $3, stages = $4, failure = $5, fingerprints = $6, finished_at = $7
     where institution_id = $1 and id = $2 and status = 'running'`,
    [
      institutionId,
      id,
      to.status,
      JSON.stringify(to.stages),
      to.failure && JSON.stringify(to.failure),
      JSON.stringify(to.fingerprints),
      to.finishedAt,
    ],
  );
  return touched === 1;
}

/** The probes of a destination that have not ended. */
export async function runningProbes(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<ProbeRecord[]> {
  return db.query<ProbeRecord>(
    `select ${columns} from probes where institution_id = $1 and destination_id = $2 and status = 'running'`,
    [institutionId, destinationId],
  );
}

export async function getProbe(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  id: ProbeId,
): Promise<ProbeRecord | null> {
  return db.queryOne<ProbeRecord>(
    `select ${columns} from probes where institution_id = $1 and destination_id = $2 and id = $3`,
    [institutionId, destinationId, id],
  );
}

/** Newest first; `before` is the id of the last one seen. */
export async function listProbes(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  page: { before: string | null; limit: number },
): Promise<ProbeRecord[]> {
  return db.query<ProbeRecord>(
    `select ${columns} from probes
     where institution_id = $1 and destination_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [institutionId, destinationId, page.before, page.limit],
  );
}

/** The last one of a destination that has ended, or null. */
export async function lastProbe(
  db: Queryable,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<ProbeRecord | null> {
  return db.queryOne<ProbeRecord>(
    `select ${columns} from probes where institution_id = $1 and destination_id = $2 and status <> 'running'
     order by id desc limit 1`,
    [institutionId, destinationId],
  );
}
