// The table `connection_loads`: every load of connections, with what it did and what was wrong.
// Invariant: a row is written in the transaction of its load, once; it holds no values of records but the sender's ids.

import type { Queryable, Tx } from '../db/connection.ts';
import type { PlacedProblem } from '../domain/connection-problems.ts';
import type { ConnectionLoadId, InstitutionId } from '../domain/ids.ts';

export type ConnectionLoadSummary = {
  id: ConnectionLoadId;
  at: Date;
  actor: { kind: string; id: string | null; name: string };
  format: 'ndjson' | 'csv';
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  notices: number;
  /** The batch of its changes; null when it changed nothing. */
  batch: number | null;
};

/** `problems`: the first ones; `rejected` and `notices` count all. */
export type ConnectionLoadRecord = ConnectionLoadSummary & { problems: PlacedProblem[] };

const summary = `id, at, actor, format, created_count as created, updated_count as updated, unchanged_count as unchanged,
  rejected_count as rejected, notice_count as notices, batch`;

export async function insertConnectionLoad(
  tx: Tx,
  institutionId: InstitutionId,
  load: ConnectionLoadRecord,
): Promise<void> {
  await tx.execute(
    `insert into connection_loads (institution_id, id, at, actor, format, created_count, updated_count, unchanged_count,
       rejected_count, notice_count, batch, problems)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      institutionId,
      load.id,
      load.at,
      JSON.stringify(load.actor),
      load.format,
      load.created,
      load.updated,
      load.unchanged,
      load.rejected,
      load.notices,
      load.batch,
      JSON.stringify(load.problems),
    ],
  );
}

/** Newest first; `before` is the id of the last one seen. */
export async function listConnectionLoads(
  db: Queryable,
  institutionId: InstitutionId,
  page: { before: string | null; limit: number },
): Promise<ConnectionLoadSummary[]> {
  return db.query<ConnectionLoadSummary>(
    `select ${summary} from connection_loads
     where institution_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [institutionId, page.before, page.limit],
  );
}

export async function getConnectionLoad(
  db: Queryable,
  institutionId: InstitutionId,
  id: ConnectionLoadId,
): Promise<ConnectionLoadRecord | null> {
  return db.queryOne<ConnectionLoadRecord>(
    `select ${summary}, problems from connection_loads where institution_id = $1 and id = $2`,
    [institutionId, id],
  );
}
