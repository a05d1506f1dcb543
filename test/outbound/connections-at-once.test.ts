// Loads that run at the same time on the same ids: both end, and what is there is what one after the other would have left.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSlots } from '../../src/outbound/slots.ts';
import { lastBatch } from '../../src/store/dataset-positions.ts';
import { makeInstitution } from '../kit/accounts.ts';
import { batchesOf, connectionsOf, load, ndjson, openConnectionKit, row } from '../kit/connections.ts';

let opened: Awaited<ReturnType<typeof openConnectionKit>>;
before(async () => {
  opened = await openConnectionKit();
});
after(() => opened[Symbol.asyncDispose]());

const count = 60;
/** The same ids in another order, so that locks taken row by row would meet crosswise. */
const rowsOf = (name: string, backwards: boolean) => {
  const rows = Array.from({ length: count }, (_, n) => row(`C-${n}`, { lastName: name }));
  return ndjson(backwards ? rows.reverse() : rows);
};

test('four loads at once of the same ids all end, in some order, thirty times', async () => {
  const { id } = await makeInstitution(opened.deps, 'at-once');
  const kit = { deps: opened.deps, institutionId: id };
  for (let round = 0; round < 30; round++) {
    const before = await lastBatch(kit.deps.db, id, 'connections');
    const names = ['a', 'b', 'c', 'd'].map((name) => `${name}${round}`);
    const done = await Promise.all(names.map((name, at) => load(kit, rowsOf(name, at % 2 === 1))));
    const inOrder = done
      .map((one, at) => ({ ...one, name: names[at] }))
      .sort((a, b) => (a.batch ?? 0) - (b.batch ?? 0));
    assert.deepEqual(
      inOrder.map((one) => [one.batch, one.created, one.updated, one.unchanged]),
      [1, 2, 3, 4].map((n) => (round === 0 && n === 1 ? [before + n, count, 0, 0] : [before + n, 0, count, 0])),
    );
    const found = await connectionsOf(kit);
    assert.equal(found.length, count);
    assert.deepEqual([...new Set(found.map((one) => one.lastName))], [inOrder.at(-1)?.name]);
    assert.deepEqual([...new Set(Object.values(await batchesOf(kit)))], [before + 4]);
  }
});

test('the same bytes twice at once: one load creates, the other finds all of it there', async () => {
  for (let round = 0; round < 20; round++) {
    const { id } = await makeInstitution(opened.deps, `twice-${round}`);
    const kit = { deps: opened.deps, institutionId: id };
    const [one, two] = await Promise.all([load(kit, rowsOf('x', false)), load(kit, rowsOf('x', false))]);
    assert.deepEqual([one.created, two.created].sort(), [0, count]);
    assert.deepEqual([one.unchanged, two.unchanged].sort(), [0, count]);
    assert.deepEqual(
      [one.batch, two.batch].filter((batch) => batch !== null),
      [1],
    );
  }
});

test('senders that stop in the middle keep nobody else from loading', async () => {
  const { id } = await makeInstitution(opened.deps, 'slow-senders');
  const kit = { deps: { ...opened.deps, slots: openSlots({ total: 1, perInstitution: 1 }) }, institutionId: id };
  const goOn = Promise.withResolvers<void>();
  // More than what is kept in memory.
  const lines = Array.from({ length: 6_000 }, (_, n) => row(`S-${n}`, { street: 'x'.repeat(300), city: 'Troy' }));
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(ndjson(lines));
    await goOn.promise;
    yield Buffer.from(ndjson([row('S-last')]));
  }
  const waiting = load(kit, slow());
  const quick = await load(kit, ndjson([row('Q-1')]));
  assert.equal(quick.created, 1);
  goOn.resolve();
  assert.equal((await waiting).created, lines.length + 1);
  assert.equal((await connectionsOf(kit)).length, lines.length + 2);
});
