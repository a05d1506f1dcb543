// SIGKILL at every step of CLOSE and at random moments: what was acknowledged is there and whole, the rest is never imported.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import { recoverUploads } from '../../src/inbound/recover-uploads.ts';
import { historyOf, importsOf, listing, openSession, openTestFeed, put, type TestFeed } from '../kit/feed-root.ts';
import { textOf, type UploadProgram } from '../kit/upload-program.ts';

type Killed = { feed: TestFeed; folder: string };

async function prepare(t: TestContext): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const feed = await openTestFeed(t, { files: await openDiskFiles({ folder }) });
  return { feed, folder };
}

function start({ feed, folder }: Killed, stopAt: string | null): ChildProcessByStdio<null, Readable, null> {
  const program: UploadProgram = {
    url: feed.deps.databaseUrl,
    folder,
    institutionId: feed.institutionId,
    feedId: feed.feedId,
    stopAt,
  };
  const args = [join(import.meta.dirname, '../kit/upload-program.ts'), JSON.stringify(program)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function kill(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const outcomes: [step: string, history: string, shown: string | null, recorded: number][] = [
  ['written', 'ignored incomplete-upload', '', 1],
  ['flushed', 'ignored incomplete-upload', '', 1],
  ['renamed', 'ignored incomplete-upload', '', 1],
  ['folder-synced', 'ignored incomplete-upload', '', 1],
  ['before-commit', 'ignored incomplete-upload', '', 1],
  ['after-commit', 'queued', '', 0],
  ['acknowledged', 'queued', '', 0],
];

for (const [step, state, , recorded] of outcomes) {
  test(`a kill when the upload was ${step}: after the next start it is ${state}, every byte is there`, async (t) => {
    const killed = await prepare(t);
    const { feed } = killed;
    const child = start(killed, step);
    for await (const line of createInterface(child.stdout)) if (line === 'stopped') break;
    await kill(child);
    assert.deepEqual(await recoverUploads(feed.deps), { recorded });
    assert.deepEqual(await historyOf(feed), [`/file-0.csv ${state} "${textOf(0)}"`]);
    assert.deepEqual(await listing(openSession(feed)), ['/dryrun/', `/file-0.csv ${textOf(0).length}`, '/outbox/']);
    assert.deepEqual(await recoverUploads(feed.deps), { recorded: 0 });
    assert.deepEqual(await feed.deps.files.abandonedFiles(), []);
    const [arrival] = await feed.deps.db.query('select how, client, address from arrivals');
    assert.deepEqual(arrival, {
      how: state === 'queued' ? 'close' : 'dropped',
      client: 'killed client',
      address: '192.0.2.8',
    });
  });
}

for (const round of [1, 2, 3, 4]) {
  test(`a kill at a random moment of many uploads (${round}): all that was acknowledged is queued and whole, once`, async (t) => {
    const killed = await prepare(t);
    const { feed } = killed;
    const child = start(killed, null);
    const acknowledged = new Set<string>();
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => acknowledged.add(line.replace(/^ack (\d+)$/, '/file-$1.csv')));
    await once(lines, 'line');
    await pause(Math.random() * 300);
    await kill(child);
    await recoverUploads(feed.deps);
    const rows = await importsOf(feed);
    const queued = rows.filter((row) => row.status === 'queued');
    assert.deepEqual(
      [...acknowledged].filter((path) => queued.filter((row) => row.path === path).length !== 1),
      [],
    );
    const whole = (path: string) => textOf(Number(/\d+/.exec(path)?.[0]));
    assert.deepEqual(
      queued.filter((row) => row.text !== whole(row.path)).map((row) => row.path),
      [],
    );
    const others = rows.filter((row) => row.status !== 'queued');
    assert.ok(others.length <= 1 && others.every((row) => row.reason === 'incomplete-upload'));
    assert.ok(others.every((row) => whole(row.path).startsWith(row.text)));
    assert.equal(new Set(rows.map((row) => row.path)).size, rows.length);
  });
}

test('what a dead process left does not take the place of a file that came later', async (t) => {
  const killed = await prepare(t);
  const { feed } = killed;
  const child = start(killed, 'folder-synced');
  for await (const line of createInterface(child.stdout)) if (line === 'stopped') break;
  await kill(child);
  await put(openSession(feed), '/file-0.csv', 'sent again');
  assert.deepEqual(await recoverUploads(feed.deps), { recorded: 1 });
  assert.deepEqual(await historyOf(feed), [
    '/file-0.csv queued "sent again"',
    `/file-0.csv ignored incomplete-upload "${textOf(0)}"`,
  ]);
  assert.equal((await openSession(feed).stat('/file-0.csv')).size, 10);
});

test('a start lets imports go on that waited for a writer, and ends the sessions that were open', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/a.csv', 'a');
  await put(root, '/b.tmp', 'b');
  await feed.deps.db.execute(`update imports set waits_for = 'writer'`);
  await feed.deps.db.execute(
    `insert into session_log (id, institution_id, feed_id, username, address, client, started_at, outcome)
     values (gen_random_uuid(), $1, $2, 'north', '192.0.2.1', 'x', now(), 'open')`,
    [feed.institutionId, feed.feedId],
  );
  await recoverUploads(feed.deps);
  assert.deepEqual(await historyOf(feed), ['/a.csv queued "a"', '/b.tmp queued rename "b"']);
  assert.deepEqual(await feed.deps.db.query('select outcome, reason from session_log'), [
    { outcome: 'dropped', reason: 'server-stopped' },
  ]);
});
