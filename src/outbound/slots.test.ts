// Turns of loads: no more at once than there is room for, in order of arrival, and nobody takes all of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstitutionId } from '../domain/ids.ts';
import { openSlots } from './slots.ts';

const alpha = 'alpha' as InstitutionId;
const beta = 'beta' as InstitutionId;

/** Starts loads that run until they are let go; `running` are the names of those that have a turn, in order. */
function open(total: number, perInstitution: number) {
  const slots = openSlots({ total, perInstitution });
  const running: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const start = (name: string, institutionId: InstitutionId) => {
    const end = Promise.withResolvers<void>();
    ends.set(name, end);
    return slots(institutionId, async () => {
      running.push(name);
      await end.promise;
    });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const letGo = async (name: string, error?: Error) => {
    const end = ends.get(name);
    if (error) end?.reject(error);
    else end?.resolve();
    await settle();
  };
  return { running, start, letGo, settle };
}

test('a third load of an institution waits for one of its two; another institution does not', async () => {
  const { running, start, letGo, settle } = open(3, 2);
  const all = [start('a1', alpha), start('a2', alpha), start('a3', alpha), start('b1', beta)];
  await settle();
  assert.deepEqual(running, ['a1', 'a2', 'b1']);
  await letGo('b1');
  assert.deepEqual(running, ['a1', 'a2', 'b1']);
  await letGo('a2');
  assert.deepEqual(running, ['a1', 'a2', 'b1', 'a3']);
  await letGo('a1');
  await letGo('a3');
  await Promise.all(all);
});

test('a load that fails gives its turn to the next', async () => {
  const { running, start, letGo } = open(1, 1);
  const first = start('a1', alpha);
  const second = start('b1', beta);
  const refused = assert.rejects(first, /broken off/);
  await letGo('a1', new Error('broken off'));
  await refused;
  assert.deepEqual(running, ['a1', 'b1']);
  await letGo('b1');
  await second;
});
