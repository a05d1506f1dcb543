// Jobs that were queued while the clock stood ahead come; pauses that are meant stay. On the real queue.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openTestDeps, type TestDeps } from '../../test/kit/accounts.ts';
import { openQueue, type WorkQueue } from '../db/queue.ts';
import { pullJobsBack } from './pull-jobs-back.ts';
import { queues } from './queues.ts';

const hour = 3_600_000;
const data = { institutionId: '0197f000-0000-7000-8000-000000000001' };
let deps: TestDeps;
let queue: WorkQueue;

before(async () => {
  deps = await openTestDeps();
  deps.clock = { now: () => new Date() };
  queue = await openQueue(deps.db, { queues, log: deps.log });
});
beforeEach(() => deps.db.execute('delete from pgboss.job'));
after(async () => {
  await queue.stop();
  await deps.close();
});

const inHours = (hours: number) => new Date(Date.now() + hours * hour);
const send = (name: string, startAfter: Date) =>
  deps.db.transaction((tx) => queue.send(tx, name, data, { startAfter }));
const waiting = async () =>
  (
    await deps.db.query<{ name: string; due: boolean }>(
      'select name, start_after <= now() as due from pgboss.job order by name',
    )
  ).map(({ name, due }) => `${name} ${due ? 'due' : 'later'}`);

test('jobs of next year are due; a retry in two hours and a mail that waits for its next try are not', async () => {
  await send('run-transfer', inHours(365 * 24));
  await send('send-webhook', inHours(365 * 24));
  await send('retry-transfer', inHours(2.25));
  await send('send-mail', inHours(8));
  assert.equal(await pullJobsBack(deps), 2);
  assert.deepEqual(await waiting(), [
    'retry-transfer later',
    'run-transfer due',
    'send-mail later',
    'send-webhook due',
  ]);
  assert.equal(await pullJobsBack(deps), 0);
  assert.ok(deps.lines.some((line) => line.includes('jobs were brought back')));
});

test('a clock of this machine that stands behind the database takes the pause out of no retry', async () => {
  await send('send-mail', inHours(8));
  const behind = { ...deps, clock: { now: () => inHours(-365 * 24) } };
  assert.equal(await pullJobsBack(behind), 0);
  assert.deepEqual(await waiting(), ['send-mail later']);
});

test('a job that was taken in the future runs out of its time, and the library looks after its queues', async () => {
  await send('retry-transfer', new Date());
  await deps.db.execute(`update pgboss.job set state = 'active', started_on = now() + interval '1 year'`);
  await deps.db.execute(
    `update pgboss.queue set monitor_claim_on = now() + interval '1 year', maintain_on = now() + interval '1 year'`,
  );
  const ahead = () =>
    deps.db.query(`select from pgboss.job where started_on > now()
      union all select from pgboss.queue where greatest(monitor_claim_on, monitor_on, maintain_on) > now()`);
  assert.equal((await ahead()).length, 1 + Object.keys(queues).length);
  assert.equal(await pullJobsBack(deps), 1);
  assert.deepEqual(await ahead(), []);
});
