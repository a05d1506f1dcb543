// The queues as they are set: however many jobs of one institution hang, there is room for those of another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDeps } from '../../test/kit/accounts.ts';
import { until } from '../../test/kit/until.ts';
import { openQueue } from '../db/queue.ts';
import { type QueueName, queues } from './queues.ts';

for (const name of Object.keys(queues) as QueueName[]) {
  const { share, concurrency } = queues[name];

  test(`${name}: an institution has ${share} of the ${concurrency} workers; others go on, and nothing of it is left behind`, async (t) => {
    assert.ok(share >= 1 && share <= concurrency / 2);
    const deps = await openTestDeps();
    t.after(() => deps.close());
    const released = Promise.withResolvers<void>();
    const ended: string[] = [];
    let hanging = 0;
    let most = 0;
    const queue = await openQueue(deps.db, {
      queues: { [name]: queues[name] },
      log: deps.log,
      handlers: {
        [name]: async ({ data: { institutionId = '', number = '' } }) => {
          if (institutionId === 'slow') {
            hanging += 1;
            most = Math.max(most, hanging);
            await released.promise;
            hanging -= 1;
          }
          ended.push(`${institutionId} ${number}`);
        },
      },
    });
    t.after(async () => {
      released.resolve();
      await queue.stop();
    });
    const send = (institutionId: string, count: number) =>
      deps.db.transaction(async (tx) => {
        for (let number = 1; number <= count; number++)
          await queue.send(tx, name, { institutionId, number: String(number) });
      });
    await send('slow', concurrency * 2);
    await until(() => hanging === share, { what: 'jobs that hang' });
    await send('other', 3);
    await until(() => ended.length === 3, { what: 'the jobs of the other institution' });
    assert.deepEqual(ended.toSorted(), ['other 1', 'other 2', 'other 3']);
    released.resolve();
    await until(() => ended.length === 3 + concurrency * 2, { what: 'the jobs of the slow institution' });
    assert.equal(new Set(ended).size, ended.length);
    assert.equal(most, share);
  });
}
