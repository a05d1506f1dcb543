// Uploads that break off, by OpenSSH's own client: interrupted with Ctrl-C, killed, and resumed afterwards.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasPeer } from '../../scripts/debian-peers.ts';
import type { ImportView } from '../../src/api/imports.ts';
import { rosterFile } from '../crash/seeded.ts';
import { importOf, makeFeed, startTestApp, type TestApp } from '../kit/app.ts';
import { until } from '../kit/until.ts';
import { makeClientKeys, run } from '../peers/clients.ts';

const missing = ['OpenSSH client', 'PuTTY tools'].filter((name) => !hasPeer(name));
const skip = missing.length > 0 ? `${missing.join(', ')} is not on this machine` : false;
const rows = 30_000;
const roster = rosterFile(1, rows, 0);
const mapping = { 'Student ID': 'crmId', 'First Name': 'firstName', 'Last Name': 'lastName', 'Cell Phone': 'phone' };

let app: TestApp;
let options: string[];
let local: string;
let keys: Awaited<ReturnType<typeof makeClientKeys>>;

before(async () => {
  if (skip) return;
  app = await startTestApp();
  await mkdir(join(app.folder, 'keys'));
  keys = await makeClientKeys(join(app.folder, 'keys'));
  local = join(app.folder, 'roster.csv');
  await writeFile(local, roster.bytes);
  const known = join(app.folder, 'known_hosts');
  options = [
    '-F',
    'none',
    '-o',
    'StrictHostKeyChecking=accept-new',
    '-o',
    `UserKnownHostsFile=${known}`,
    '-i',
    keys.keys.openssh,
  ];
});
after(() => app?.close());

async function feedWithKey(slug: string): Promise<string> {
  const { feed } = await makeFeed(app, slug, mapping);
  await app.client.send('POST', `/institutions/${slug}/feeds/${feed.id}/keys`, { key: keys.publicKeys[0] });
  return feed.username;
}

/** Begins a slow `put`, waits until the server shows a part of the file, and ends the client with the signal. */
async function breakOff(slug: string, username: string, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  const batch = join(app.folder, 'put');
  await writeFile(batch, `put ${local} roster.csv\n`);
  const target = `${username}@${app.sftp.host}`;
  // 2,400 kbit/s: the file of 1.4 MB takes about five seconds.
  const args = [...options, '-l', '2400', '-b', batch, '-P', String(app.sftp.port), target];
  const client = spawn('sftp', args, { stdio: 'ignore', detached: true });
  await until(async () => (await shownSize(slug, username)) > 200_000, { what: 'a part of the file' });
  process.kill(-(client.pid ?? 0), signal);
  if (client.exitCode === null && client.signalCode === null) await once(client, 'exit');
}

/** The size that a second session sees, in bytes; 0 when the file is not there. */
async function shownSize(slug: string, username: string): Promise<number> {
  const batch = join(app.folder, `ls-${slug}`);
  await writeFile(batch, 'ls -l\n');
  const said = await run('sftp', [
    ...options,
    '-q',
    '-b',
    batch,
    '-P',
    String(app.sftp.port),
    `${username}@${app.sftp.host}`,
  ]);
  const line = said.split('\n').find((one) => one.endsWith(' roster.csv'));
  return Number(line?.trim().split(/\s+/)[4] ?? 0);
}

test('a put that is interrupted with Ctrl-C is held or refused, and nothing of it is imported', { skip }, async () => {
  const username = await feedWithKey('ctrl-c');
  await breakOff('ctrl-c', username, 'SIGINT');
  const view = await importOf(app, 'ctrl-c', 'roster.csv');
  assert.ok(
    (view.status === 'held' && view.hold === 'incomplete') ||
      (view.status === 'ignored' && view.reason === 'incomplete-upload'),
    `${view.status} ${view.hold} ${view.reason}`,
  );
  assert.deepEqual(await app.client.list('/institutions/ctrl-c/contacts'), []);
  assert.ok(view.message.length > 0);
});

test('a killed client leaves a visible, refused upload that can be resumed and is then imported whole', {
  skip,
}, async () => {
  const username = await feedWithKey('killed');
  await breakOff('killed', username, 'SIGKILL');
  const view = await importOf(app, 'killed', 'roster.csv');
  assert.deepEqual([view.status, view.reason, view.arrival.how], ['ignored', 'incomplete-upload', 'dropped']);
  assert.deepEqual(await app.client.list('/institutions/killed/contacts'), []);

  const batch = join(app.folder, 'reput');
  await writeFile(batch, `reput ${local} roster.csv\n`);
  await run('sftp', [...options, '-b', batch, '-P', String(app.sftp.port), `${username}@${app.sftp.host}`]);
  const resumed = await until(async () => {
    const all = await app.client.list<ImportView>('/institutions/killed/imports');
    return all.find((one) => one.status === 'succeeded');
  });
  assert.deepEqual([resumed.counts.rows, resumed.counts.created], [rows, rows]);
  assert.equal(resumed.size, roster.bytes.length);
});

test('a file that is whole but has a short last row is held with the reason, and imported once a person approves', async () => {
  await makeFeed(app, 'held', mapping);
  const file = join(app.folder, 'cut.csv');
  await writeFile(file, roster.bytes.subarray(0, roster.bytes.indexOf(`${roster.prefix}500,`) + 12));
  await app.client.upload('/institutions/held/imports', file, { fileName: 'cut.csv' });
  const held = await importOf(app, 'held', 'cut.csv');
  assert.deepEqual([held.status, held.hold], ['held', 'incomplete']);
  assert.deepEqual(held.actions.toSorted(), ['approve', 'discard']);
  assert.deepEqual(await app.client.list('/institutions/held/contacts'), []);
  await app.client.send('POST', `/imports/${held.id}/approve`, {});
  const approved = await importOf(app, 'held', 'cut.csv');
  assert.deepEqual([approved.status, approved.counts.created, approved.counts.skipped], ['succeeded', 500, 1]);
});
