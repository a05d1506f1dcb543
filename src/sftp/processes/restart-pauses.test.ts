import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartPauses } from './restart-pauses.ts';

test('a process that keeps ending is started again at once, then after pauses up to a minute', () => {
  const pauses = new RestartPauses(0);
  let now = 100;
  const waited = Array.from({ length: 9 }, () => {
    const pause = pauses.next(now);
    now += pause + 100;
    return pause;
  });
  assert.deepEqual(waited, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('one that ran for a minute is started at once', () => {
  const pauses = new RestartPauses(0);
  assert.deepEqual([pauses.next(100), pauses.next(200), pauses.next(61_300)], [0, 1_000, 0]);
});
