// The greatest of the ids by which attempts are put in order: transfers and tests of destinations.
// Invariant: ids that are made from here on ascend from it, so that the newest attempt is the last one also when the clock was put back.

import type { Queryable } from '../db/connection.ts';

/** Null when there is none yet. */
export async function newestIdAllInstitutions(db: Queryable): Promise<string | null> {
  const row = await db.queryOne<{ id: string | null }>(
    `select id from ((select id from transfers order by id desc limit 1) union all
       (select id from probes order by id desc limit 1)) as newest order by id desc limit 1`,
  );
  return row?.id ?? null;
}
