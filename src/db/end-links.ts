// Ends links that a dead process of ours left in the database, and waits until they are gone.
// Invariant: when it has resolved, no statement of theirs runs any more, and none can commit.

import type { Queryable } from './connection.ts';

/** How long one of them may take to end, in milliseconds. */
const longestEnd = 10_000;

/** Ends all links with this name (`application_name`); only links of the same role can be ended, which ours are. */
export async function endLinksNamed(db: Queryable, name: string): Promise<void> {
  await db.query(
    `select pg_terminate_backend(pid, $2) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()`,
    [name, longestEnd],
  );
}
