// What is not a whole file or not wanted any more: drops, removals, and several writers of one path.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenFeeds } from '../../src/inbound/open-feeds.ts';
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

test('two nodes that receive the same path at the same moment leave exactly one queued import', async (t) => {
  const feed = await openTestFeed(t);
  const roots = Array.from({ length: 6 }, () =>
    openSession({ ...feed, deps: { ...feed.deps, openFeeds: new OpenFeeds() } }),
  );
  const files = await Promise.all(roots.map((root) => root.open('/roster.csv', flags('wct'), {})));
  await Promise.all(files.map((file, index) => file.write([Buffer.from(`node ${index}`)], 0)));
  await Promise.all(files.map((file) => file.close()));
  const rows = await importsOf(feed);
  assert.deepEqual(
    rows.map((row) => row.reason),
    [...Array.from({ length: 5 }, () => 'superseded'), null],
  );
  assert.equal(await get(openSession(feed), '/roster.csv'), rows.at(-1)?.text);
});

test('a folder that another node removed comes back with the file that is closed in it', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const other = openSession({ ...feed, deps: { ...feed.deps, openFeeds: new OpenFeeds() } });
  await root.makeFolder('/a', {});
  await root.makeFolder('/a/b', {});
  const file = await root.open('/a/b/x.csv', flags('wct'), {});
  await other.removeFolder('/a/b');
  await other.removeFolder('/a');
  await file.close();
  assert.deepEqual(await listing(root, '/a/b'), ['/a/b/x.csv 0']);
});

test('what waits for a writer in another process goes on when its folder is renamed here; for a writer here it waits', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const other = openSession({ ...feed, deps: { ...feed.deps, openFeeds: new OpenFeeds() } });
  await root.makeFolder('/a', {});
  await put(root, '/a/there.csv', 'one');
  await put(root, '/a/here.csv', 'two');
  const there = await other.open('/a/there.csv', flags('wc'), {});
  const here = await root.open('/a/here.csv', flags('wc'), {});
  assert.deepEqual(await historyOf(feed), ['/a/there.csv queued writer "one"', '/a/here.csv queued writer "two"']);
  await root.rename('/a', '/b', { replace: false });
  assert.deepEqual(await historyOf(feed), ['/b/there.csv queued "one"', '/b/here.csv queued writer "two"']);
  await here.close();
  await there.close();
  assert.deepEqual(await historyOf(feed), ['/b/there.csv queued "one"', '/b/here.csv queued "two"']);
});

test('a CLOSE that the database could not record is refused, shows nothing, and the file can be sent again', async (t) => {
  const feed = await openTestFeed(t);
  const transaction = () => Promise.reject(new Error('the database is away'));
  const root = openSession({ ...feed, deps: { ...feed.deps, db: { ...feed.deps.db, transaction } } });
  const file = await root.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('one')], 0);
  await assert.rejects(file.close(), /the database is away/);
  assert.deepEqual(await listing(root), ['/dryrun/', '/outbox/']);
  await root.end();
  await put(openSession(feed), '/roster.csv', 'one');
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "one"']);
});
