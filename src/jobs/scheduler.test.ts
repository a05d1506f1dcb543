// The scheduler goes on after a tick that fails, looks at once when it is woken, and ends when it is stopped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDeps } from '../../test/kit/accounts.ts';
import { until } from '../../test/kit/until.ts';
import type { Deps } from '../deps.ts';
import { startScheduler } from './scheduler.ts';

test('a tick that fails is logged and comes again, and the ticks after it run', async () => {
  const deps = await openTestDeps();
  let failures = 0;
  let looks = 0;
  const fails = async () => {
    failures += 1;
    throw new Error('a tick of the test');
  };
  const counts = async (_deps: Deps) => {
    looks += 1;
    return 0;
  };
  const scheduler = startScheduler(deps, [fails, counts]);
  await until(() => looks === 1);
  scheduler.wake();
  await until(() => looks === 2);
  await until(() => looks === 3);
  assert.ok(failures >= looks);
  assert.ok(deps.lines.some((line) => line.includes('a tick of the scheduler failed') && line.includes('fails')));
  await scheduler.stop();
  const seen = looks;
  scheduler.wake();
  await scheduler.stop();
  assert.equal(looks, seen);
  await deps.close();
});

test('rare ticks run at the start, then only when some minutes have passed, also after the clock was set back', async () => {
  const deps = await openTestDeps();
  let looks = 0;
  const seen: number[] = [];
  const counts = async () => {
    looks += 1;
    return 0;
  };
  const rare = async () => seen.push(looks);
  const scheduler = startScheduler(deps, [counts], [rare]);
  const lookAgain = async () => {
    const before = looks;
    scheduler.wake();
    await until(() => looks >= before + 2);
  };
  await until(() => seen.length === 1);
  await lookAgain();
  assert.deepEqual(seen, [1]);
  deps.pass(5 * 60_000);
  await lookAgain();
  assert.equal(seen.length, 2);
  deps.pass(-24 * 60 * 60_000);
  await lookAgain();
  assert.equal(seen.length, 3);
  await scheduler.stop();
  await deps.close();
});

test('a stop waits for the tick that runs, and starts no other', async () => {
  const deps = await openTestDeps();
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = async () => {
    order.push('begun');
    await promise;
    order.push('ended');
    return 0;
  };
  const second = async () => order.push('second');
  const scheduler = startScheduler(deps, [first, second]);
  await until(() => order.length === 1);
  const stopped = scheduler.stop().then(() => order.push('stopped'));
  resolve();
  await stopped;
  assert.deepEqual(order, ['begun', 'ended', 'stopped']);
  await deps.close();
});
