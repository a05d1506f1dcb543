// Connections delivered to a real sshd by commands alone, as an integration engineer would: JSON, words and exit codes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';

const skip = sshdMissing();
let app: TestApp;
let partner: SshdPartner;
before(async () => {
  if (skip) return;
  [app, partner] = await Promise.all([startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8' }), startSshd()]);
});
after(async () => {
  if (skip) return;
  await app.close();
  await partner.stop();
});

type Ended = { code: number | null; out: string; err: string; json: ReturnType<typeof JSON.parse> };

/** Runs `causeway` with these words as a process of its own. */
async function causeway(...words: string[]): Promise<Ended> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const env = { ...process.env, CAUSEWAY_URL: app.http, CAUSEWAY_TOKEN: app.token };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err, json: words.includes('--json') ? JSON.parse(out) : null };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(app.folder, name);
  await writeFile(path, text);
  return path;
}

test('from a destination to a delivered file, its history and its repetition', { skip }, async () => {
  const school = ['--name', 'Bay', '--slug', 'bay', '--time-zone', 'Europe/Berlin', '--country', 'US', '--json'];
  await causeway('institution', 'create', ...school);
  const rows = [1, 2].map((number) => `C-${number},2026-03-01,Ada,ada.${number}@example.edu`);
  const csv = await file('c.csv', ['externalId,connectedAt,firstName,email', ...rows, ''].join('\r\n'));
  assert.equal((await causeway('connections', 'load', 'bay', csv, '--json')).json.created, 2);

  const password = await file('password', partner.password);
  const where = ['--host', partner.host, '--port', String(partner.port), '--path', partner.folder];
  const who = ['--username', partner.username, '--password-file', password, '--frequency', 'daily'];
  const made = await causeway('destination', 'create', 'bay', '--dataset', 'connections', ...where, ...who, '--json');
  const { id } = made.json;

  const early = await causeway('transfer', 'run', 'bay', id, '--json');
  assert.deepEqual([early.code, early.json.error.code, early.json.error.status], [1, 'destination-not-on', 409]);

  const probed = await causeway('destination', 'probe', 'bay', id, '--json');
  assert.deepEqual([probed.code, probed.json.failure.code], [1, 'host-key-unverified']);
  for (const { sha256 } of probed.json.fingerprints)
    await causeway('destination', 'confirm-host-key', 'bay', id, sha256);
  assert.equal((await causeway('destination', 'probe', 'bay', id, '--json')).json.ok, true);
  assert.equal((await causeway('destination', 'enable', 'bay', id, '--json')).json.status, 'on');

  const preview = await causeway('transfer', 'preview', 'bay', '--dataset', 'connections', '--json');
  assert.equal(preview.json.count, 2);
  const inWords = await causeway('transfer', 'preview', 'bay', '--dataset', 'connections');
  assert.match(inWords.out, /starts +at the beginning: it holds everything/);
  const byHand = await causeway('transfer', 'download', 'bay', '--dataset', 'connections');
  assert.match(byHand.out, /^externalId,.*\r\nC-[12],/);

  const sent = await causeway('transfer', 'run', 'bay', id, '--json');
  const { trigger, status, rows: count, bytes, fileName, sha256, window, failure } = sent.json;
  assert.deepEqual([sent.code, trigger, status, count, failure], [0, 'manual', 'succeeded', 2, null]);
  assert.deepEqual(
    [typeof bytes, typeof window.from, typeof window.to, sha256.length],
    ['number', 'string', 'string', 64],
  );
  const place = partner.local(`${partner.folder}/${fileName}`);
  assert.equal(await readFile(place, 'utf8'), byHand.out);

  const nothing = await causeway('transfer', 'run', 'bay', id);
  assert.deepEqual([nothing.code, /Nothing to send/.test(nothing.out)], [0, true]);
  const again = await causeway('transfer', 'resend', sent.json.id, '--json');
  assert.deepEqual([again.code, again.json.trigger, again.json.sha256], [0, 'resend', sha256]);
  const listed = await causeway('transfer', 'list', 'bay', '--json');
  assert.deepEqual(
    listed.json.map((one: { trigger: string; status: string }) => `${one.trigger} ${one.status}`),
    ['resend succeeded', 'manual empty', 'manual succeeded'],
  );
  const shown = await causeway('transfer', 'show', sent.json.id, '--json');
  assert.deepEqual([shown.code, shown.json], [0, sent.json]);

  const more = await file('d.csv', 'externalId,connectedAt,firstName,email\r\nC-3,2026-03-02,Max,max@example.edu\r\n');
  await causeway('connections', 'load', 'bay', more);
  await partner.rotateHostKeys(['ssh-ed25519']);
  const changed = await causeway('transfer', 'run', 'bay', id);
  assert.equal(changed.code, 1);
  assert.match(changed.err, /New fingerprint detected.*\n[\s\S]*\(host-key-changed\)\n$/);
});
