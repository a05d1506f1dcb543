// A whole server whose SFTP is served by two processes: nothing that was acknowledged is lost when one of them is killed, or all.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSampleInstallation } from '../../scripts/sample-installation.ts';
import { startServer } from '../../scripts/start-server.ts';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import type { Feed } from '../../src/api/feeds.ts';
import type { ImportView } from '../../src/api/imports.ts';
import { openClient } from '../../src/cli/client.ts';
import { importOf, makeFeed, startTestApp, type TestApp, type TestFeed } from '../kit/app.ts';
import { openSshMissing, testFolder } from '../kit/openssh.ts';
import { beginUpload, feedSession, onlyOnLinux, sftpProcesses, whatOthersSee } from '../kit/sftp-processes.ts';
import { until } from '../kit/until.ts';
import { run } from '../peers/clients.ts';

const skip = onlyOnLinux;
const header = 'CRM ID,First Name,Last Name,Phone\n';
const row = (id: string): string => `${id},Ada,Lovelace,212-555-01${id.padStart(2, '0').slice(-2)}\n`;

type Started = { app: TestApp; feed: TestFeed; login: { username: string; password: string } };

async function start(t: { after(work: () => unknown): void }, settings: Record<string, string> = {}): Promise<Started> {
  const app = await startTestApp({ CAUSEWAY_SFTP_PROCESSES: '2', CAUSEWAY_LOG_LEVEL: 'fatal', ...settings });
  t.after(() => app.close());
  const feed = await makeFeed(app, 'north');
  return { app, feed, login: { username: feed.feed.username, password: feed.password } };
}

/** What the session log says of the sessions, by the address that each came from. */
async function sessionLog({ app, feed }: Started): Promise<Record<string, string>> {
  const path = `/institutions/north/feeds/${feed.feed.id}/sessions`;
  const { items } = await app.client.get<{ items: { address: string; outcome: string; reason: string | null }[] }>(
    path,
  );
  return Object.fromEntries(
    items.map(({ address, outcome, reason }) => [address, reason === null ? outcome : `${outcome} ${reason}`]),
  );
}

async function waitingFor({ app }: Started, path: string): Promise<string | null> {
  const found = await app.app.deps.db.queryOne<{ waitsFor: string | null }>(
    `select waits_for as "waitsFor" from imports where path = $1 and status = 'queued'`,
    [path],
  );
  return found?.waitsFor ?? null;
}

test('a process killed in the middle of an upload: what was acknowledged is imported, the rest is shown and refused, the other goes on', {
  skip,
}, async (t) => {
  const started = await start(t);
  const { app, login } = started;
  const killed = await feedSession(t, app.sftp, login, '127.0.0.2');
  const other = await feedSession(t, app.sftp, login, '127.0.0.3');
  assert.notEqual(killed.pid, other.pid);
  await (await beginUpload(killed, '/acknowledged.csv', header + row('1')))();
  await beginUpload(killed, '/half.csv', header + row('2'));
  const closeOther = await beginUpload(other, '/other.csv', header + row('3'));
  const broke = once(killed.client, 'close');
  process.kill(killed.pid, 'SIGKILL');
  await broke;
  await closeOther();
  const states = await Promise.all(
    ['acknowledged.csv', 'half.csv', 'other.csv'].map(async (name) => {
      const { status, reason } = await importOf(app, 'north', name);
      return [name, status, reason];
    }),
  );
  assert.deepEqual(states, [
    ['acknowledged.csv', 'succeeded', null],
    ['half.csv', 'ignored', 'incomplete-upload'],
    ['other.csv', 'succeeded', null],
  ]);
  assert.deepEqual(await sessionLog(started), { '127.0.0.2': 'dropped server-stopped', '127.0.0.3': 'open' });
  await until(() => sftpProcesses().length === 2, { what: 'another process' });
  const next = await feedSession(t, app.sftp, login, '127.0.0.4');
  const shown = await new Promise((resolve, reject) =>
    next.sftp.stat('/half.csv', (error, stats) => (error ? reject(error) : resolve(stats.size))),
  );
  assert.equal(shown, header.length + row('2').length);
});

test('imports that waited for a writer in a killed process go on; those of a living one wait', { skip }, async (t) => {
  const started = await start(t, { CAUSEWAY_SETTLE_SECONDS: '600' });
  const { app, login } = started;
  const killed = await feedSession(t, app.sftp, login, '127.0.0.2');
  const other = await feedSession(t, app.sftp, login, '127.0.0.3');
  for (const path of ['/a.csv', '/b.csv']) await (await beginUpload(killed, path, header + row('1')))();
  await beginUpload(killed, '/a.csv', header);
  const closeOther = await beginUpload(other, '/b.csv', header + row('2'));
  assert.deepEqual([await waitingFor(started, '/a.csv'), await waitingFor(started, '/b.csv')], ['writer', 'writer']);
  process.kill(killed.pid, 'SIGKILL');
  await until(async () => (await waitingFor(started, '/a.csv')) === null, { what: 'the release of /a.csv' });
  assert.equal(await waitingFor(started, '/b.csv'), 'writer');
  await closeOther();
  const { items } = await app.client.get<{ items: ImportView[] }>('/institutions/north/imports', { file: 'b.csv' });
  assert.deepEqual(
    items.map(({ status, reason }) => [status, reason]),
    [
      ['queued', null],
      ['ignored', 'superseded'],
    ],
  );
});

test('one path written in two processes at once ends as one of the files, whole; each that was acknowledged has one import', {
  skip: openSshMissing() || skip,
}, async (t) => {
  const started = await start(t, { CAUSEWAY_SETTLE_SECONDS: '0' });
  const { app, login } = started;
  const folder = testFolder(t);
  const askpass = join(folder, 'askpass');
  await writeFile(askpass, `#!/bin/sh\necho '${login.password}'\n`, { mode: 0o700 });
  const env = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
  const texts = ['1', '2'].map(
    (first) => header + Array.from({ length: 4_000 }, (_, n) => `${first}${n},A,B,\n`).join(''),
  );
  const put = async (address: string, number: number): Promise<void> => {
    const local = join(folder, `${number}.csv`);
    await writeFile(local, texts[number] ?? '');
    await writeFile(`${local}.batch`, `put ${local} same.csv\n`.repeat(5));
    const options = ['-F', 'none', '-q', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const to = [
      '-o',
      `BindAddress=${address}`,
      '-o',
      'BatchMode=no',
      '-P',
      String(app.sftp.port),
      '-b',
      `${local}.batch`,
    ];
    await run('sftp', [...options, ...to, `${login.username}@127.0.0.1`], env);
  };
  await Promise.all([put('127.0.0.2', 0), put('127.0.0.3', 1)]);
  const all = await until(async () => {
    const found = await app.client.list<ImportView>('/institutions/north/imports');
    return found.every(({ status }) => status !== 'queued' && status !== 'running') ? found : null;
  });
  assert.equal(all.length, 10);
  assert.deepEqual(
    all.filter(({ status, reason, size }) => {
      const isKnown =
        (status === 'ignored' && reason === 'superseded') || status === 'failed' || status === 'succeeded';
      return !isKnown || !texts.some((one) => one.length === size);
    }),
    [],
  );
  assert.notEqual(all[0]?.reason, 'superseded');
  const last = await feedSession(t, app.sftp, login, '127.0.0.4');
  const content = await new Promise<Buffer>((resolve, reject) =>
    last.sftp.readFile('/same.csv', (error, bytes) => (error ? reject(error) : resolve(bytes))),
  );
  assert.ok(texts.includes(content.toString()));
});

test('renewing the password ends the sessions in both processes, and the log says so', { skip }, async (t) => {
  const started = await start(t);
  const { app, feed, login } = started;
  const sessions = await Promise.all(
    ['127.0.0.2', '127.0.0.3'].map((address) => feedSession(t, app.sftp, login, address)),
  );
  assert.equal(new Set(sessions.map(({ pid }) => pid)).size, 2);
  const ended = sessions.map(({ client }) => once(client, 'close'));
  await app.client.send<Feed>('POST', `/institutions/north/feeds/${feed.feed.id}/renew`, {});
  await Promise.all(ended);
  await until(async () => !Object.values(await sessionLog(started)).includes('open'), {
    what: 'the end of both in the log',
  });
  assert.deepEqual(await sessionLog(started), {
    '127.0.0.2': 'dropped ended-by-server',
    '127.0.0.3': 'dropped ended-by-server',
  });
});

test('neither environment nor arguments of the processes hold anything of the installation', { skip }, async (t) => {
  const masterKey = 'a master key that nobody may see in any process';
  const { app } = await start(t, { CAUSEWAY_MASTER_KEY: masterKey });
  assert.equal(sftpProcesses().length, 2);
  for (const pid of sftpProcesses()) {
    const seen = whatOthersSee(pid);
    assert.doesNotMatch(seen, /master key|postgres:|CAUSEWAY_|PATH=|HOME=/);
    assert.equal(seen.includes(app.token), false);
  }
});

test('a second installation on the port is refused, and what the first one has open stays as it is', {
  skip,
}, async (t) => {
  const masterKey = 'one master key for two installations on one database';
  const started = await start(t, { CAUSEWAY_MASTER_KEY: masterKey });
  const { app, login } = started;
  const session = await feedSession(t, app.sftp, login, '127.0.0.2');
  const link = app.app.deps.db.link();
  assert.ok('connectionString' in link);
  const second = startTestApp({
    CAUSEWAY_SFTP_PROCESSES: '2',
    CAUSEWAY_SFTP_PORT: String(app.sftp.port),
    CAUSEWAY_DATABASE_URL: link.connectionString,
    CAUSEWAY_MASTER_KEY: masterKey,
    CAUSEWAY_DATA: join(app.folder, 'data'),
  });
  await assert.rejects(second, { code: 'port-in-use', detail: /CAUSEWAY_SFTP_PORT/ });
  assert.deepEqual(await sessionLog(started), { '127.0.0.2': 'open' });
  await (await beginUpload(session, '/after.csv', header + row('1')))();
  assert.equal((await importOf(app, 'north', 'after.csv')).status, 'succeeded');
});

test('SIGKILL of the main process ends the others, and the next start recovers; SIGTERM lets an upload finish', {
  skip,
}, async (t) => {
  const folder = await temporaryFolder('causeway-processes-');
  t.after(() => rm(folder, { recursive: true, force: true }));
  const settings = { CAUSEWAY_SFTP_PROCESSES: '2', CAUSEWAY_LOG_LEVEL: 'fatal', CAUSEWAY_SETTLE_SECONDS: '0.2' };
  const sample = await startSampleInstallation(folder, settings, 'ignore');
  const base = `/institutions/lakeside/feeds/${sample.feed.id}`;
  const { password = '' } = await sample.client.send<Feed>('POST', `${base}/reveal`, {});
  const login = { username: sample.feed.username, password };
  const main = sample.server.process;
  const first = await feedSession(t, sample.server.ready.sftp, login, '127.0.0.2', main.pid);
  const second = await feedSession(t, sample.server.ready.sftp, login, '127.0.0.3', main.pid);
  await (await beginUpload(first, '/acknowledged.csv', 'x\n'))();
  await beginUpload(first, '/half-1.csv', 'x\n');
  await beginUpload(second, '/half-2.csv', 'x\n');
  const broke = [first, second].map(({ client }) => once(client, 'close'));
  const exited = once(main, 'exit');
  main.kill('SIGKILL');
  await Promise.all([exited, ...broke]);
  await until(() => [first.pid, second.pid].every(hasEnded), { what: 'the end of the processes' });

  const server = await startServer(sample.settings, 'ignore');
  t.after(() => server.stop());
  const client = openClient({ url: server.ready.http, token: sample.token });
  const all = await until(async () => {
    const found = await client.list<ImportView>('/institutions/lakeside/imports');
    return found.some(({ status }) => status === 'queued' || status === 'running') ? null : found;
  });
  const reasons = Object.fromEntries(all.map(({ fileName, status, reason }) => [fileName, reason ?? status]));
  assert.deepEqual(Object.keys(reasons).toSorted(), ['acknowledged.csv', 'half-1.csv', 'half-2.csv']);
  assert.deepEqual([reasons['half-1.csv'], reasons['half-2.csv']], ['incomplete-upload', 'incomplete-upload']);
  assert.notEqual(reasons['acknowledged.csv'], 'incomplete-upload');

  const busy = await feedSession(t, server.ready.sftp, login, '127.0.0.2', server.process.pid);
  const idle = await feedSession(t, server.ready.sftp, login, '127.0.0.3', server.process.pid);
  const close = await beginUpload(busy, '/last.csv', 'x\n');
  const idleEnded = once(idle.client, 'close');
  // As a service manager does it: every process of the group gets the signal.
  for (const pid of [busy.pid, idle.pid, server.process.pid ?? 0]) process.kill(pid, 'SIGTERM');
  await idleEnded;
  await close();
  if (server.process.exitCode === null) await once(server.process, 'exit');
  assert.equal(server.process.exitCode, 0);
  assert.ok([busy.pid, idle.pid].every(hasEnded));
});

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
