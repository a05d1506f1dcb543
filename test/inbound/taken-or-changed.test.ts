// A worker takes an import while its client changes the same path: one of them wins, wholly.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { VirtualRoot } from '../../src/domain/virtual-files.ts';
import { type Candidate, claimImport, nextImportAllInstitutions } from '../../src/store/import-queue.ts';
import { putSetting } from '../../src/store/settings.ts';
import { flags, importsOf, openSession, openTestFeed, put, type TestFeed } from '../kit/feed-root.ts';

const rounds = 15;

/** Both together, by the round one a little before the other; gives whether the worker got it. */
async function race(feed: TestFeed, round: number, change: () => Promise<unknown>): Promise<boolean> {
  const { db, clock } = feed.deps;
  const candidate: Candidate | null = await nextImportAllInstitutions(db, clock.now(), null);
  assert.ok(candidate);
  return db.session(async (session) => {
    await session.query('select 1');
    const claim = async () => {
      if (round === 0) await changing;
      else if (round % 3 === 0) await pause(round / 3);
      return claimImport(session, candidate, clock.now());
    };
    const changing = round === 1 ? Promise.resolve() : change();
    const taken = (await claim()) !== null;
    await changing;
    if (round === 1) await change();
    return taken;
  });
}

const changes: [title: string, change: (root: VirtualRoot) => Promise<unknown>, losing: (string | null)[]][] = [
  ['removes it', (root) => root.remove('/roster.csv'), ['removed-before-import']],
  ['writes it again', (root) => put(root, '/roster.csv', 'newer'), ['superseded', null]],
  [
    'renames another file onto it',
    (root) => root.rename('/other.tmp', '/roster.csv', { replace: true }),
    ['superseded', null],
  ],
];

for (const [title, change, losing] of changes) {
  test(`a worker takes a file while its client ${title}: it is imported as it was, or not at all`, async (t) => {
    const feed = await openTestFeed(t);
    const root = openSession(feed);
    await putSetting(feed.deps.db, 'settle_seconds', 0);
    const seen = { taken: 0, changed: 0 };
    for (let round = 0; round < rounds; round++) {
      await feed.deps.db.execute('delete from imports');
      await put(root, '/roster.csv', 'first');
      if (title.includes('another')) await put(root, '/other.tmp', 'newer');
      const taken = await race(feed, round, () => change(root));
      const rows = (await importsOf(feed)).filter((row) => row.text === 'first' || row.status !== 'running');
      const first = rows.filter((row) => row.text === 'first').map((row) => row.status);
      assert.deepEqual(first, [taken ? 'running' : 'ignored']);
      const others = rows.filter((row) => row.text !== 'first').map((row) => [row.path, row.status]);
      assert.deepEqual(others, losing.includes(null) ? [['/roster.csv', 'queued']] : []);
      if (!taken)
        assert.deepEqual(
          rows.filter((row) => row.text === 'first').map((row) => row.reason),
          [losing[0]],
        );
      seen[taken ? 'taken' : 'changed'] += 1;
    }
    t.diagnostic(`taken ${seen.taken}, changed ${seen.changed}`);
    assert.ok(seen.taken > 0 && seen.changed > 0);
  });
}

test('a worker never takes a file that a client has open for writing', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await putSetting(feed.deps.db, 'settle_seconds', 0);
  for (let round = 0; round < rounds; round++) {
    await put(root, `/roster-${round}.csv`, 'first');
    let file = null as Awaited<ReturnType<VirtualRoot['open']>> | null;
    const taken = await race(feed, round, async () => {
      file = await root.open(`/roster-${round}.csv`, flags('w'), {});
    });
    const row = (await importsOf(feed)).find((one) => one.path === `/roster-${round}.csv`);
    assert.deepEqual([row?.status, row?.waitsFor], taken ? ['running', null] : ['queued', 'writer']);
    await file?.close();
    await feed.deps.db.execute('delete from imports');
  }
});
