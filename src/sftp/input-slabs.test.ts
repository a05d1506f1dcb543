// Memory that sessions share, one after the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputSlabs } from './input-slabs.ts';

test('a slab is given to somebody else only after its last user has let it go', () => {
  const slabs = new InputSlabs();
  const slab = slabs.take(100);
  slab.users += 1;
  slabs.letGo(slab);
  assert.notEqual(slabs.take(100).bytes, slab.bytes);
  slabs.letGo(slab);
  assert.equal(slabs.take(100).bytes, slab.bytes);
});

test('a slab for more than the usual length has room to grow, and is not kept', () => {
  const slabs = new InputSlabs();
  const slab = slabs.take(2_000_000);
  assert.ok(slab.bytes.length >= 4_000_000);
  slabs.letGo(slab);
  assert.notEqual(slabs.take(2_000_000).bytes, slab.bytes);
});

test('when sessions hold 64 MiB together, it is said so, until some have let go', () => {
  const slabs = new InputSlabs();
  const taken = Array.from({ length: 220 }, () => slabs.take(100));
  assert.equal(slabs.isShort, true);
  for (const slab of taken) slabs.letGo(slab);
  assert.deepEqual([slabs.isShort, slabs.inUse], [false, 0]);
});
