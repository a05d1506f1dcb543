// Jobs of the queue library whose instants lie in a future that the clock no longer shows; its tables are described by pg-boss 12.
// Invariant: nothing here makes, ends or loses a job; it only lets one come, or run out of its time, as with a clock that was never wrong.

import type { Queryable } from '../db/connection.ts';

/**
 * Jobs of the queue that would wait longer than `seconds` may be taken now. Both clocks count, the caller's `now` and that of
 * the database, so that two clocks which differ never take the pause out of a retry. How many there were.
 */
export async function pullWaitingJobs(db: Queryable, queue: string, now: Date, seconds: number): Promise<number> {
  return db.execute(
    `update pgboss.job set start_after = now()
     where name = $1 and state in ('created', 'retry')
       and start_after > greatest($2::timestamptz, now()) + make_interval(secs => $3)`,
    [queue, now, seconds],
  );
}

/** Jobs that began in the future begin now: a worker that died with one in hand is noticed after the queue's time, counted from here. */
export async function pullRunningJobs(db: Queryable, queue: string): Promise<number> {
  return db.execute(
    `update pgboss.job set started_on = now()
     where name = $1 and state = 'active' and started_on > now() + interval '1 minute'`,
    [queue],
  );
}

/** The library looks after a queue again when it has not done so for a while: not so when it last did in the future. */
export async function pullUpkeep(db: Queryable, queue: string): Promise<number> {
  return db.execute(
    `update pgboss.queue set monitor_claim_on = least(monitor_claim_on, now()), monitor_on = least(monitor_on, now()),
       maintain_on = least(maintain_on, now())
     where name = $1 and greatest(monitor_claim_on, monitor_on, maintain_on) > now() + interval '1 minute'`,
    [queue],
  );
}
