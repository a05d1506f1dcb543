// Ids of rows: version 7, ascending, never twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowIds } from './row-ids.ts';

test('ids are UUID v7 of the time, and ascend within a millisecond and beyond its 4,096', () => {
  const next = rowIds(() => 0x0123456789ab);
  const ids = Array.from({ length: 10_000 }, next);
  assert.match(ids[0] ?? '', /^01234567-89ab-7000-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids follow the clock when it moves on, and go on ascending when it steps back', () => {
  let now = 1000;
  const next = rowIds(() => now);
  const first = next();
  now = 500;
  const later = Array.from({ length: 5000 }, next);
  assert.ok(later.every((id) => id > first));
});
