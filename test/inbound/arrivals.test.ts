// How uploads become arrivals: CLOSE, overwriting, touching, appending, sizes.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import {
  contentOf,
  flags,
  get,
  historyOf,
  importsOf,
  openSession,
  openTestFeed,
  put,
  takeAll,
} from '../kit/feed-root.ts';

test('a closed file is queued, ready after the settle time, with what is known of its writes', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), { size: 12 });
  await file.write([Buffer.from('a,b'), Buffer.from('\n1,')], 0, [4, 2]);
  await file.write([Buffer.from('2\n3,4\n')], 6);
  await file.close();
  const [row] = await importsOf(feed);
  assert.deepEqual(row, {
    path: '/roster.csv',
    status: 'queued',
    reason: null,
    waitsFor: null,
    how: 'close',
    text: 'a,b\n1,2\n3,4\n',
    dryRun: false,
    readyIn: 3,
  });
  const arrival = await feed.deps.db.queryOne(
    `select announced_size, write_size, write_count, written_end, login_method, client, address, encode(sha256, 'hex') as sha
     from arrivals join stored_files s on s.id = stored_file_id`,
  );
  assert.deepEqual(arrival, {
    announced_size: 12,
    write_size: 6,
    write_count: 3,
    written_end: 12,
    login_method: 'password',
    client: 'test client',
    address: '192.0.2.7',
    sha: hash('sha256', 'a,b\n1,2\n3,4\n'),
  });
  await root.end();
});

test('the settle time is read from the database, and 0 makes a file ready at once', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  for (const [seconds, path] of [
    ['0', '/a.csv'],
    ['2.5', '/b.csv'],
  ] as const) {
    await feed.deps.db.execute(`update installation_settings set value = $1::jsonb where name = 'settle_seconds'`, [
      seconds,
    ]);
    await put(root, path, 'x');
  }
  await feed.deps.db.execute('delete from installation_settings');
  await put(root, '/c.csv', 'x');
  assert.deepEqual(
    (await importsOf(feed)).map((row) => row.readyIn),
    [0, 2.5, 3],
  );
});

test('the same path written again before it was taken supersedes the first, and not once it was taken', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'one');
  await put(root, '/roster.csv', 'two');
  await takeAll(feed);
  await put(root, '/roster.csv', 'three');
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv ignored superseded "one"',
    '/roster.csv succeeded "two"',
    '/roster.csv queued "three"',
  ]);
  assert.equal(await get(root, '/roster.csv'), 'three');
});

test('an empty file that was made is an arrival; emptying one is too', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/new.csv', '');
  await put(root, '/old.csv', 'full');
  await takeAll(feed);
  await put(root, '/old.csv', '');
  assert.deepEqual(await historyOf(feed), ['/new.csv succeeded ""', '/old.csv succeeded "full"', '/old.csv queued ""']);
});

test('touching is no arrival: open and close, times, the same size, and nothing is copied for it', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'one');
  await takeAll(feed);
  const time = new Date('2026-01-02T03:04:05Z');
  for (const letters of ['w', 'wc', 'rw', 'wa', 'wac']) {
    const file = await root.open('/roster.csv', flags(letters), { modifiedAt: time });
    await file.setAttributes({ size: 3, mode: 0o600, modifiedAt: time });
    await file.write([], 0);
    await file.close();
  }
  await root.setAttributes('/roster.csv', { modifiedAt: time, mode: 0o777, size: 3 });
  assert.deepEqual(await historyOf(feed), ['/roster.csv succeeded "one"']);
  assert.deepEqual(await root.stat('/roster.csv'), {
    path: '/roster.csv',
    kind: 'file',
    size: 3,
    mode: 0o644,
    modifiedAt: time,
  });
});

test('opening a queued file for writing makes it wait; closing without a change lets it go on after a new settle time', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'one');
  const file = await root.open('/roster.csv', flags('w'), {});
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued writer "one"']);
  feed.deps.pass(60_000);
  await file.close();
  const [row] = await importsOf(feed);
  assert.deepEqual([row?.waitsFor, row?.readyIn], [null, 3]);
});

test('opening without emptying keeps what is not overwritten (scp, SSH.NET), and a set size cuts the rest', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'old and long');
  await takeAll(feed);
  await put(root, '/roster.csv', 'new', 'wc');
  assert.equal(await get(root, '/roster.csv'), 'new and long');
  const file = await root.open('/roster.csv', flags('wc'), {});
  await file.write([Buffer.from('NEW')], 0);
  await file.setAttributes({ size: 3 });
  await file.close();
  assert.equal(await get(root, '/roster.csv'), 'NEW');
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv succeeded "old and long"',
    '/roster.csv ignored superseded "new and long"',
    '/roster.csv queued "NEW"',
  ]);
});

test('append and resume add to what is there, whatever position an appending client says', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'one,');
  const append = await root.open('/roster.csv', flags('wca'), {});
  await append.write([Buffer.from('two,')], 0);
  await append.write([Buffer.from('three,')], 99);
  await append.close();
  const resume = await root.open('/roster.csv', flags('w'), {});
  await resume.write([Buffer.from('four')], 14);
  await resume.close();
  assert.equal(await get(root, '/roster.csv'), 'one,two,three,four');
  assert.deepEqual((await historyOf(feed)).at(-1), '/roster.csv queued "one,two,three,four"');
});

test('writes out of order and over each other end up as they were sent, and are hashed so', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('rwct'), {});
  await file.write([Buffer.from('cc')], 4);
  await file.write([Buffer.from('aa')], 0);
  await file.write([Buffer.from('bb')], 2);
  await file.write([Buffer.from('A')], 0);
  assert.equal(await contentOf(file), 'Aabbcc');
  await file.close();
  const stored = await feed.deps.db.queryOne<{ sha: string }>(`select encode(sha256, 'hex') as sha from stored_files`);
  assert.equal(stored?.sha, hash('sha256', 'Aabbcc'));
});

test('setting another size by path is a new version of the file', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'abcdef');
  await takeAll(feed);
  await root.setAttributes('/roster.csv', { size: 3 });
  await root.setAttributes('/roster.csv', { size: 5 });
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv succeeded "abcdef"',
    '/roster.csv ignored superseded "abc"',
    '/roster.csv queued "abc\0\0"',
  ]);
});
