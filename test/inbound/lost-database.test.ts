// The database breaks a connection off at the end of an upload or a session: what must be written then is written all the same.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { Queryable } from '../../src/db/connection.ts';
import { sessionRecorder } from '../../src/inbound/record-session.ts';
import { flags, historyOf, openSession, openTestFeed, put, type TestFeed } from '../kit/feed-root.ts';
import { until } from '../kit/until.ts';

/** Runs `work` while `table` is locked, ends the connection that waits for it, and unlocks. Gives how many were ended. */
async function breakOff(feed: TestFeed, table: string, work: () => Promise<unknown>): Promise<number> {
  const { db } = feed.deps;
  let working: Promise<unknown> = Promise.resolve();
  let ended = 0;
  await db.transaction(async (tx) => {
    await tx.execute(`lock table ${table} in access exclusive mode`);
    working = work();
    working.catch(() => undefined);
    ended = await until(() => endWaiting(db));
  });
  await working;
  return ended;
}

async function endWaiting(db: Queryable): Promise<number> {
  const rows = await db.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`);
  return rows.length;
}

const facts = { loginMethod: 'password', client: 'test client', address: '192.0.2.7' };

test('the end of a session is in the log although its connection to the database broke', async (t) => {
  const feed = await openTestFeed(t);
  const recorder = sessionRecorder(feed.deps);
  const session = { ...facts, ...feed, sessionId: randomUUID(), username: 'north' };
  await recorder.sessionStarted(session);
  const totals = { filesReceived: 1, bytesIn: 2, bytesOut: 3 };
  const ended = await breakOff(feed, 'session_log', () =>
    recorder.sessionEnded(session, totals, { how: 'closed', reason: null }),
  );
  assert.equal(ended, 1);
  assert.deepEqual(await feed.deps.db.query('select outcome, files_received as files from session_log'), [
    { outcome: 'closed', files: 1 },
  ]);
});

test('a file that waited for a writer goes on although the connection broke when the writer left', async (t: TestContext) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'first');
  const writer = await root.open('/roster.csv', flags('wct'), {});
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued writer "first"']);
  assert.equal(await breakOff(feed, 'imports', () => writer.abandon()), 1);
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "first"']);
});

test('an upload is acknowledged and queued once although the connection broke when its client had closed it', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('whole')], 0);
  assert.equal(await breakOff(feed, 'arrivals', () => file.close()), 1);
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "whole"']);
  assert.deepEqual(await feed.deps.files.abandonedFiles(), []);
});

test('an upload that broke off stands in the history although the connection broke as well', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), {});
  await file.write([Buffer.from('a part')], 0);
  assert.equal(await breakOff(feed, 'arrivals', () => file.abandon()), 1);
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored incomplete-upload "a part"']);
});
