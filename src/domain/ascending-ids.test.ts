// Ids ascend through every step of the clock.

import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import { ascendingIds } from './ascending-ids.ts';
import { isUuid } from './ids.ts';

/** As by a clock that shows `milliseconds`. */
const madeAt = (milliseconds: number) => {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`;
};

const day = 86_400_000;

test('ids of a right clock are the clock’s', () => {
  const nextId = ascendingIds(randomUUIDv7, null);
  const before = Date.now();
  const id = nextId();
  const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  assert.ok(time >= before && time <= Date.now());
});

test('they ascend within a millisecond, through a clock that is put back, and past its time', () => {
  const now = Date.now();
  const times = [...Array.from({ length: 5_000 }, () => now + 365 * day), now, now, now + day, now + 366 * day];
  const nextId = ascendingIds(() => madeAt(times.shift() ?? 0), null);
  const ids = Array.from({ length: times.length }, nextId);
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => isUuid(id) && /^.{14}7.{4}[89ab]/.test(id)));
  assert.equal(new Set(ids.map((id) => id.slice(19))).size, ids.length);
});

test('after a restart they go on behind the newest one that is kept', () => {
  const kept = madeAt(Date.now() + 365 * day);
  const nextId = ascendingIds(randomUUIDv7, kept);
  const ids = [nextId(), nextId()];
  assert.deepEqual([kept, ...ids].toSorted(), [kept, ...ids]);
});

test('a carry goes into the time', () => {
  const nextId = ascendingIds(randomUUIDv7, 'f0000000-ffff-7fff-8000-000000000000');
  assert.match(nextId(), /^f0000001-0000-7000-[89ab]/);
});
