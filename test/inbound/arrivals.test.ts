// How uploads become arrivals: CLOSE, overwriting, touching, temporary names, renames, removals and drops.

import assert from 'node:assert/strict';
import { test } from 'node:test';
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
    sha: (await import('node:crypto')).hash('sha256', 'a,b\n1,2\n3,4\n'),
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
  assert.equal(stored?.sha, (await import('node:crypto')).hash('sha256', 'Aabbcc'));
});

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

test('removing a queued file ignores it and says so; removing an imported one changes nothing', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/imported.csv', 'a');
  await takeAll(feed);
  await put(root, '/queued.csv', 'b');
  await root.remove('/imported.csv');
  await root.remove('/queued.csv');
  assert.deepEqual(await historyOf(feed), [
    '/imported.csv succeeded "a"',
    '/queued.csv ignored removed-before-import "b"',
  ]);
  await assert.rejects(root.remove('/queued.csv'), { code: 'no-such-file' });
});

test('a session that drops keeps what came, visible and resumable, and never imports it', async (t) => {
  const feed = await openTestFeed(t);
  const first = openSession(feed);
  const file = await first.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('a,b\n1,')], 0);
  await first.end();
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored incomplete-upload "a,b\n1,"']);
  assert.deepEqual(
    (await importsOf(feed)).map((row) => row.how),
    ['dropped'],
  );
  assert.deepEqual(await feed.deps.db.query('select code, effect from import_issues'), [
    { code: 'incomplete-upload', effect: 'file-rejected' },
  ]);
  const second = openSession(feed);
  assert.equal((await second.stat('/roster.csv')).size, 6);
  const rest = await second.open('/roster.csv', flags('w'), {});
  await rest.write([Buffer.from('2\n')], 6);
  await rest.close();
  assert.deepEqual((await historyOf(feed)).at(-1), '/roster.csv queued "a,b\n1,2\n"');
  await second.end();
});

test('a partial file that is only renamed stays partial, and its row says so', async (t) => {
  const feed = await openTestFeed(t);
  const first = openSession(feed);
  await (await first.open('/roster.csv.filepart', flags('wct'), {})).write([Buffer.from('half')], 0);
  await first.end();
  const second = openSession(feed);
  await second.rename('/roster.csv.filepart', '/roster.csv', { replace: false });
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv.filepart ignored incomplete-upload "half"',
    '/roster.csv ignored incomplete-upload "half"',
  ]);
  assert.deepEqual(await feed.deps.db.query('select complete from sftp_entries'), [{ complete: false }]);
});

test('a dropped handle with nothing written leaves nothing, and what waited for it goes on', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'whole');
  const other = openSession(feed);
  await other.open('/roster.csv', flags('wct'), {});
  await other.open('/new.csv', flags('wcx'), {});
  assert.deepEqual(await listing(root), ['/dryrun/', '/new.csv 0', '/outbox/', '/roster.csv 0']);
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued writer "whole"']);
  await other.end();
  assert.deepEqual(await listing(root), ['/dryrun/', '/outbox/', '/roster.csv 5']);
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "whole"']);
});

test('a dropped overwrite lets the file before it be imported, and shows what came', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'whole');
  const other = openSession(feed);
  await (await other.open('/roster.csv', flags('wct'), {})).write([Buffer.from('ha')], 0);
  await other.end();
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "whole"', '/roster.csv ignored incomplete-upload "ha"']);
  assert.equal(await get(root, '/roster.csv'), 'ha');
});

test('room that a client reserved and did not fill is cut from a dropped file, and told of a closed one', async (t) => {
  const feed = await openTestFeed(t);
  for (const path of ['/dropped.csv', '/closed.csv']) {
    const root = openSession(feed);
    const file = await root.open(path, flags('wct'), {});
    await file.setAttributes({ size: 10 });
    await file.write([Buffer.from('abc')], 0);
    if (path === '/closed.csv') await file.close();
    await root.end();
  }
  assert.deepEqual(await historyOf(feed), [
    '/dropped.csv ignored incomplete-upload "abc"',
    '/closed.csv queued "abc\0\0\0\0\0\0\0"',
  ]);
  assert.deepEqual(await feed.deps.db.query('select announced_size, written_end from arrivals order by id'), [
    { announced_size: 10, written_end: 3 },
    { announced_size: 10, written_end: 3 },
  ]);
});

test('a CLOSE after a failed write is a broken-off upload', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('abc')], 0);
  await file.abandon();
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored incomplete-upload "abc"']);
  await assert.rejects(file.write([Buffer.from('x')], 3), { code: 'failure' });
  await assert.rejects(file.close(), { code: 'failure' });
  await root.end();
  assert.equal((await historyOf(feed)).length, 1);
});

test('two writers of one path have their own bytes; the last CLOSE wins, and both are accounted for', async (t) => {
  const feed = await openTestFeed(t);
  const [one, two] = [openSession(feed), openSession(feed)];
  const first = await one.open('/roster.csv', flags('wct'), {});
  const second = await two.open('/roster.csv', flags('wct'), {});
  await first.write([Buffer.from('from one')], 0);
  await second.write([Buffer.from('from two, longer')], 0);
  await second.close();
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued writer "from two, longer"']);
  assert.equal(await takeAll(feed), 0);
  await first.close();
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv ignored superseded "from two, longer"',
    '/roster.csv queued "from one"',
  ]);
  assert.equal(await get(one, '/roster.csv'), 'from one');
});

test('two writers that close at the same moment leave exactly one queued import', async (t) => {
  const feed = await openTestFeed(t);
  const roots = Array.from({ length: 8 }, () => openSession(feed));
  const files = await Promise.all(roots.map((root) => root.open('/roster.csv', flags('wct'), {})));
  await Promise.all(files.map((file, index) => file.write([Buffer.from(`writer ${index}`)], 0)));
  await Promise.all(files.map((file) => file.close()));
  const rows = await importsOf(feed);
  assert.deepEqual(
    rows.map((row) => row.reason),
    [...Array.from({ length: 7 }, () => 'superseded'), null],
  );
  assert.deepEqual(
    rows.map((row) => row.waitsFor),
    Array.from({ length: 8 }, () => null),
  );
  assert.equal(await get(roots[0] ?? openSession(feed), '/roster.csv'), rows.at(-1)?.text);
});

test('a file removed while it is open is recorded at its CLOSE and shown nowhere', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('abc')], 0);
  await root.remove('/roster.csv');
  assert.deepEqual(await listing(root), ['/dryrun/', '/outbox/']);
  await file.write([Buffer.from('def')], 3);
  await file.close();
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored removed-before-import "abcdef"']);
  assert.deepEqual(await listing(root), ['/dryrun/', '/outbox/']);
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

test('what a worker has taken is not changed by any client', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'taken');
  await takeAll(feed, 'running');
  await put(root, '/roster.csv', 'newer');
  await root.rename('/roster.csv', '/elsewhere.csv', { replace: false });
  await root.remove('/elsewhere.csv');
  assert.deepEqual((await historyOf(feed))[0], '/roster.csv running "taken"');
});
