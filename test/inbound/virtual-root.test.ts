// What a client sees: folders, listings, reading beside writing, and refusals.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normalisePath, VirtualFileError } from '../../src/domain/virtual-files.ts';
import {
  contentOf,
  flags,
  get,
  historyOf,
  importsOf,
  listing,
  openSession,
  openTestFeed,
  put,
} from '../kit/feed-root.ts';

test('a new root has its two folders, which are always there and cannot be removed, renamed, replaced or made', async (t) => {
  const root = openSession(await openTestFeed(t));
  assert.deepEqual(await listing(root), ['/dryrun/', '/outbox/']);
  assert.deepEqual(await listing(root, '/outbox'), []);
  await put(root, '/x.csv', 'x');
  for (const path of ['/', '/outbox', '/dryrun']) {
    assert.equal((await root.stat(path)).mode, 0o755);
    await root.setAttributes(path, { modifiedAt: new Date(), mode: 0 });
    await assert.rejects(root.removeFolder(path), { code: 'permission-denied' });
    await assert.rejects(root.remove(path), { code: 'is-a-folder' });
    await assert.rejects(root.rename(path, '/other', { replace: true }), { code: 'permission-denied' });
    await assert.rejects(root.rename('/x.csv', path, { replace: true }), { code: 'permission-denied' });
    await assert.rejects(root.makeFolder(path, {}), { code: 'already-exists' });
    await assert.rejects(root.open(path, flags('wct'), {}), { code: 'is-a-folder' });
    await assert.rejects(root.setAttributes(path, { size: 0 }), { code: 'is-a-folder' });
  }
});

test('every refusal has its code and a sentence', async (t) => {
  const root = openSession(await openTestFeed(t));
  await root.makeFolder('/sub', {});
  await put(root, '/file.csv', 'x');
  await put(root, '/sub/inner.csv', 'x');
  const cases: [string, () => Promise<unknown>][] = [
    ['no-such-file', () => root.stat('/none')],
    ['no-such-file', () => root.list('/none')],
    ['not-a-folder', () => root.list('/file.csv')],
    ['no-such-file', () => root.open('/none', flags('r'), {})],
    ['no-such-file', () => root.open('/none', flags('w'), {})],
    ['no-such-file', () => root.open('/none/x.csv', flags('wct'), {})],
    ['no-such-file', () => root.open('/file.csv/x.csv', flags('wct'), {})],
    ['is-a-folder', () => root.open('/sub', flags('r'), {})],
    ['is-a-folder', () => root.open('/sub', flags('wct'), {})],
    ['already-exists', () => root.open('/file.csv', flags('wcx'), {})],
    ['no-such-file', () => root.remove('/none')],
    ['is-a-folder', () => root.remove('/sub')],
    ['no-such-file', () => root.removeFolder('/none')],
    ['not-a-folder', () => root.removeFolder('/file.csv')],
    ['folder-not-empty', () => root.removeFolder('/sub')],
    ['already-exists', () => root.makeFolder('/sub', {})],
    ['already-exists', () => root.makeFolder('/file.csv', {})],
    ['no-such-file', () => root.makeFolder('/none/sub', {})],
    ['no-such-file', () => root.rename('/none', '/x', { replace: true })],
    ['no-such-file', () => root.rename('/file.csv', '/none/x', { replace: true })],
    ['already-exists', () => root.rename('/file.csv', '/sub', { replace: true })],
    ['already-exists', () => root.rename('/sub', '/file.csv', { replace: true })],
    ['already-exists', () => root.rename('/file.csv', '/file.csv', { replace: false })],
    ['failure', () => root.rename('/sub', '/sub/below', { replace: true })],
    ['no-such-file', () => root.setAttributes('/none', { modifiedAt: new Date() })],
    ['is-a-folder', () => root.setAttributes('/sub', { size: 0 })],
  ];
  const seen: string[] = [];
  for (const [, attempt] of cases) {
    const error = await attempt().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof VirtualFileError, String(error));
    assert.match(error.message, /^[A-Z/].+\.$/);
    seen.push(error.code);
  }
  assert.deepEqual(
    seen,
    cases.map(([code]) => code),
  );
  await root.rename('/file.csv', '/file.csv', { replace: true });
  assert.deepEqual(await listing(root), ['/dryrun/', '/file.csv 1', '/outbox/', '/sub/']);
});

test('a file is seen from its OPEN on, with its present size, by every session of the feed, and can be read', async (t) => {
  const feed = await openTestFeed(t);
  const [writer, other] = [openSession(feed), openSession(feed)];
  const file = await writer.open('/roster.csv', flags('wcx'), {});
  assert.equal((await other.stat('/roster.csv')).size, 0);
  await assert.rejects(other.open('/roster.csv', flags('wcx'), {}), { code: 'already-exists' });
  await assert.rejects(other.makeFolder('/roster.csv', {}), { code: 'already-exists' });
  await file.write([Buffer.from('abc')], 0);
  assert.deepEqual(await listing(other), ['/dryrun/', '/outbox/', '/roster.csv 3']);
  const reader = await other.open('/roster.csv', flags('r'), {});
  assert.equal(await contentOf(reader), 'abc');
  await assert.rejects(reader.write([Buffer.from('x')], 0), { code: 'permission-denied' });
  await file.write([Buffer.from('def')], 3);
  await file.close();
  assert.equal(await contentOf(reader), 'abcdef');
  await reader.close();
  assert.equal(await get(other, '/roster.csv'), 'abcdef');
});

test('whoever has a file open for reading keeps its bytes when it is overwritten or removed', async (t) => {
  const root = openSession(await openTestFeed(t));
  await put(root, '/roster.csv', 'first');
  const first = await root.open('/roster.csv', flags('r'), {});
  await put(root, '/roster.csv', 'second');
  const second = await root.open('/roster.csv', flags('r'), {});
  await root.remove('/roster.csv');
  assert.deepEqual([await contentOf(first), await contentOf(second)], ['first', 'second']);
  await first.close();
  await second.close();
});

test('reading what another handle gave up is refused, not a crash', async (t) => {
  const feed = await openTestFeed(t);
  const [writer, other] = [openSession(feed), openSession(feed)];
  await writer.open('/empty.csv', flags('wct'), {});
  const file = await writer.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('abc')], 0);
  const reader = await other.open('/roster.csv', flags('r'), {});
  await other.remove('/roster.csv');
  await writer.end();
  await assert.rejects(contentOf(reader), { code: 'no-such-file' });
  await other.end();
});

test('a folder is renamed with all that is in it: entries, queued files and open handles', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  for (const folder of ['/a', '/a/b', '/ab']) await root.makeFolder(folder, {});
  await put(root, '/a/b/one.csv', 'one');
  await put(root, '/ab/two.csv', 'two');
  const open = await root.open('/a/three.csv', flags('wct'), {});
  await open.write([Buffer.from('three')], 0);
  await root.rename('/a', '/dryrun/ä', { replace: false });
  await open.close();
  assert.deepEqual(await listing(root), ['/ab/', '/dryrun/', '/outbox/']);
  assert.deepEqual(await listing(root, '/dryrun/ä'), ['/dryrun/ä/b/', '/dryrun/ä/three.csv 5']);
  assert.equal(await get(root, '/dryrun/ä/b/one.csv'), 'one');
  const rows = await importsOf(feed);
  assert.deepEqual(
    rows.map((row) => [row.path, row.dryRun]),
    [
      ['/dryrun/ä/b/one.csv', true],
      ['/ab/two.csv', false],
      ['/dryrun/ä/three.csv', true],
    ],
  );
  await assert.rejects(root.removeFolder('/dryrun/ä'), { code: 'folder-not-empty' });
});

test('a folder with a file that is being written is not empty', async (t) => {
  const root = openSession(await openTestFeed(t));
  await root.makeFolder('/sub', {});
  const file = await root.open('/sub/x.csv', flags('wct'), {});
  await assert.rejects(root.removeFolder('/sub'), { code: 'folder-not-empty' });
  await file.close();
  await root.remove('/sub/x.csv');
  await root.removeFolder('/sub');
});

test('paths that the database could not hold are refused before they reach it', async (t) => {
  const root = openSession(await openTestFeed(t));
  const long = 'n'.repeat(250);
  let folder = '';
  for (let depth = 0; depth < 7; depth++) {
    folder += `/${long}`;
    await root.makeFolder(folder, {});
  }
  assert.throws(() => normalisePath(`${folder}/${long}`), { code: 'bad-path' });
  assert.throws(() => normalisePath('/x'.repeat(33)), { code: 'bad-path' });
  await root.makeFolder(`/${'m'.repeat(255)}`, {});
  await assert.rejects(root.rename(`/${long}`, `/${'m'.repeat(255)}/${'o'.repeat(250)}`, { replace: false }), {
    code: 'bad-path',
  });
  assert.equal((await root.stat(folder)).kind, 'folder');
});

test('names of every script and sign come back as they were sent', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const names = [
    'ä ö.csv',
    '名簿.csv',
    "it's 100%_(1).csv",
    '%s_\u{1F393}.csv',
    '-rf.csv',
    '$HOME.csv',
    '"quoted".csv',
  ];
  for (const name of names) await put(root, normalisePath(name), name);
  for (const name of names) assert.equal(await get(root, normalisePath(name)), name);
  assert.deepEqual(
    (await importsOf(feed)).map((row) => row.path),
    names.map((name) => `/${name}`),
  );
});

test('a file can be read and written through one handle (Go pkg/sftp)', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('rwct'), {});
  await file.write([Buffer.from('abcdef')], 0);
  const buffer = Buffer.alloc(3);
  assert.deepEqual([await file.read(buffer, 3, 2), buffer.toString()], [3, 'cde']);
  assert.equal(await file.read(buffer, 3, 6), 0);
  await file.flush();
  await file.close();
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "abcdef"']);
});

test('no handle, no staging file and no registered feed is left when the sessions have ended', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/kept.csv', 'kept');
  await root.open('/kept.csv', flags('r'), {});
  await root.open('/kept.csv', flags('rw'), {});
  await root.open('/new.csv', flags('wct'), {});
  const written = await root.open('/written.csv', flags('wct'), {});
  await written.write([Buffer.from('x')], 0);
  await root.end();
  const space = await feed.deps.files.localPath(
    feed.institutionId,
    (await feed.deps.db.queryOne<{ key: string }>('select storage_key as key from stored_files limit 1'))?.key ?? '',
  );
  const store = space.path.split('/stored/')[0] ?? '';
  assert.deepEqual(readdirSync(join(store, 'incoming', feed.institutionId)), []);
  assert.deepEqual(await feed.deps.files.abandonedFiles(), []);
});
