// Renames: temporary names, into place, out of the way, and onto other files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  flags,
  get,
  historyOf,
  importsOf,
  listing,
  openSession,
  openTestFeed,
  put,
  takeAll,
} from '../kit/feed-root.ts';

test('a temporary name waits an hour for its rename, and the rename is the arrival', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv.filepart', 'data');
  await put(root, '/other.csv', 'other');
  const [waiting] = await importsOf(feed);
  assert.deepEqual([waiting?.waitsFor, waiting?.readyIn], ['rename', 3600]);
  await root.rename('/roster.csv.filepart', '/roster.csv', { replace: false });
  const rows = await importsOf(feed);
  assert.deepEqual(
    rows.map((row) => [row.path, row.waitsFor, row.how, row.readyIn]),
    [
      ['/other.csv', null, 'close', 3],
      ['/roster.csv', null, 'rename', 3],
    ],
  );
  assert.deepEqual(await listing(root), ['/dryrun/', '/other.csv 5', '/outbox/', '/roster.csv 4']);
});

test('WinSCP over 100 kB: temporary name, remove the target, rename, set times', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'yesterday');
  await takeAll(feed);
  await put(root, '/roster.csv.filepart', 'today');
  await root.remove('/roster.csv');
  await root.rename('/roster.csv.filepart', '/roster.csv', { replace: false });
  await root.setAttributes('/roster.csv', { modifiedAt: new Date(0) });
  assert.deepEqual(await historyOf(feed), ['/roster.csv succeeded "yesterday"', '/roster.csv queued "today"']);
});

test('a rename from another folder into place is an arrival, queued or not', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await root.makeFolder('/upload', {});
  await put(root, '/upload/early.csv', 'early');
  await root.rename('/upload/early.csv', '/early.csv', { replace: false });
  await put(root, '/upload/late.csv', 'late');
  await takeAll(feed, 'ignored');
  await root.rename('/upload/late.csv', '/late.csv', { replace: false });
  assert.deepEqual(await historyOf(feed), [
    '/early.csv ignored "early"',
    '/upload/late.csv ignored "late"',
    '/late.csv queued "late"',
  ]);
});

test('a client that tidies up after the import is quiet: no new import, no row that alarms', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await root.makeFolder('/done', {});
  await put(root, '/roster.csv', 'data');
  await takeAll(feed);
  await root.rename('/roster.csv', '/done/roster.csv', { replace: false });
  await root.rename('/done/roster.csv', '/done/roster-2026.csv', { replace: false });
  await root.rename('/done/roster-2026.csv', '/roster.csv.imported', { replace: false });
  assert.deepEqual(await historyOf(feed), ['/roster.csv succeeded "data"']);
  await root.rename('/roster.csv.imported', '/again.csv', { replace: false });
  assert.deepEqual((await historyOf(feed)).at(-1), '/again.csv queued "data"');
});

test('a temporary name that was given up, renamed later, gets its row wherever it lands', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await root.makeFolder('/sub', {});
  for (const name of ['a', 'b']) await put(root, `/${name}.tmp`, name);
  await feed.deps.db.execute(`update imports set status = 'ignored', reason = 'temporary-name', waits_for = null`);
  await root.rename('/a.tmp', '/a.csv', { replace: false });
  await root.rename('/b.tmp', '/sub/b.csv', { replace: false });
  assert.deepEqual((await historyOf(feed)).slice(2), ['/a.csv queued "a"', '/sub/b.csv queued "b"']);
});

test('a queued file that is renamed moves with its name, into dryrun/ and out of it', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/dryrun/roster.csv', 'data');
  assert.deepEqual(
    (await importsOf(feed)).map((row) => [row.path, row.dryRun]),
    [['/dryrun/roster.csv', true]],
  );
  await root.rename('/dryrun/roster.csv', '/roster.csv', { replace: false });
  assert.deepEqual(
    (await importsOf(feed)).map((row) => [row.path, row.dryRun]),
    [['/roster.csv', false]],
  );
  await root.rename('/roster.csv', '/roster.csv.part', { replace: false });
  assert.deepEqual(await historyOf(feed), ['/roster.csv.part queued rename "data"']);
  await root.rename('/roster.csv.part', '/dryrun/x.csv', { replace: false });
  assert.deepEqual(
    (await importsOf(feed)).map((row) => [row.path, row.dryRun, row.waitsFor]),
    [['/dryrun/x.csv', true, null]],
  );
});

test('renaming onto a file that is queued supersedes it, and only posix-rename may', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'first');
  await put(root, '/roster.tmp', 'second');
  await assert.rejects(root.rename('/roster.tmp', '/roster.csv', { replace: false }), { code: 'already-exists' });
  await root.rename('/roster.tmp', '/roster.csv', { replace: true });
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored superseded "first"', '/roster.csv queued "second"']);
  assert.equal(await get(root, '/roster.csv'), 'second');
});

test('a file renamed while it is open arrives at its CLOSE under the new name (sshfs)', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.tmp', flags('wcx'), {});
  await file.write([Buffer.from('abc')], 0);
  await root.rename('/roster.tmp', '/roster.csv', { replace: true });
  assert.deepEqual([file.path, await listing(root)], ['/roster.csv', ['/dryrun/', '/outbox/', '/roster.csv 3']]);
  await file.close();
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "abc"']);
});
