// The commands of destinations as the contract has them: arguments in, one JSON document and an exit code out.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCommandLine } from '../../src/cli/program.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import type { Json } from '../kit/http.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';

const skip = sshdMissing();
let app: TestApp;
let partner: SshdPartner;

before(async () => {
  if (skip) return;
  app = await startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8' });
  partner = await startSshd({ hostKeys: ['ssh-ed25519'] });
  await app.client.send('POST', '/institutions', {
    name: 'Bay',
    slug: 'bay',
    timeZone: 'Europe/Berlin',
    country: 'US',
  });
});
after(async () => {
  await partner?.stop();
  await app?.close();
});

async function causeway(...words: string[]): Promise<{ code: number; out: string; json: Json }> {
  let out = '';
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        out += chunk;
        done();
      },
    });
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
  const io = { stdout: sink(), stderr, client: () => ({ url: app.http, token: app.token }) };
  const code = await runCommandLine(words, io, () => undefined);
  return { code, out, json: words.includes('--json') ? JSON.parse(out) : null };
}

const destination = (...words: string[]) => causeway('destination', ...words, '--json');
const server = () => ['--host', '127.0.0.1', '--port', String(partner.port), '--username', partner.username];

test('from nothing to a destination that is on, by commands alone', { skip }, async () => {
  const file = join(app.folder, 'password');
  await writeFile(file, `${partner.password}\n`);
  const made = await destination(
    ...['create', 'bay', '--dataset', 'connections', ...server(), '--path', '/upload', '--password-file', file],
    ...[
      '--frequency',
      'daily',
      '--at',
      '02:30',
      '--since',
      '2026-01-01',
      '--file-option',
      'delimiter=tab',
      'header=false',
    ],
  );
  assert.deepEqual([made.code, made.json.status, 'publicKey' in made.json], [0, 'draft', false], made.out);
  assert.deepEqual(
    [made.json.at, made.json.since, made.json.file.delimiter, made.json.file.header],
    ['02:30', '2026-01-01', 'tab', false],
  );
  const { id } = made.json;

  const early = await destination('enable', 'bay', id);
  assert.deepEqual([early.code, early.json.error.code], [1, 'destination-not-ready']);
  const unverified = await destination('probe', 'bay', id);
  assert.deepEqual(
    [unverified.code, unverified.json.ok, unverified.json.failure.code],
    [1, false, 'host-key-unverified'],
  );
  const { headline, detail } = unverified.json.failure;
  assert.ok(headline.length > 0 && detail.length > 0);
  const [key] = unverified.json.fingerprints;
  assert.deepEqual(key, {
    type: 'ssh-ed25519',
    sha256: partner.hostKeys[0]?.sha256,
    md5: partner.hostKeys[0]?.md5,
    confirmed: false,
  });

  const wrong = await destination('confirm-host-key', 'bay', id, `SHA256:${'A'.repeat(43)}`);
  assert.deepEqual([wrong.code, wrong.json.error.code], [1, 'host-key-not-seen']);
  const confirmed = await destination('confirm-host-key', 'bay', id, String(key.sha256));
  assert.deepEqual([confirmed.code, confirmed.json.hostKeyState], [0, 'verified']);
  const probe = await destination('probe', 'bay', id);
  assert.deepEqual([probe.code, probe.json.ok, probe.json.failure], [0, true, null], probe.out);
  for (const stage of probe.json.stages)
    assert.deepEqual(
      [typeof stage.name, stage.ok, typeof stage.ms, typeof stage.detail],
      ['string', true, 'number', 'string'],
    );
  const inWords = await causeway('destination', 'probe', 'bay', id);
  assert.ok(inWords.out.includes(`causeway destination enable bay ${id}`), inWords.out);
  assert.equal((await destination('enable', 'bay', id)).json.status, 'on');
  const list = await destination('list', 'bay');
  assert.deepEqual(
    list.json.map((one: Json) => [one.id, one.status]),
    [[id, 'on']],
  );
  assert.equal((await destination('disable', 'bay', id)).json.status, 'off');
  assert.equal(
    (await destination('update', 'bay', id, '--name', 'Slate', '--no-check-fingerprint')).json.hostKeyState,
    'off',
  );
  assert.equal((await destination('show', 'bay', id)).json.name, 'Slate');
  assert.equal((await destination('delete', 'bay', id)).code, 0);
  assert.deepEqual((await destination('list', 'bay')).json, []);
});

test('a generated key is shown in the answer that made it, for people too', { skip }, async () => {
  const made = await destination(
    'create',
    'bay',
    '--dataset',
    'contacts',
    ...server(),
    '--generate-key',
    '--frequency',
    'weekdays',
  );
  assert.match(made.json.publicKey, /^ssh-ed25519 AAAA\S+ causeway-bay$/);
  const { id } = made.json;
  const renewed = await causeway('destination', 'regenerate-key', 'bay', id, '--type', 'ssh-rsa', '--at-once');
  assert.match(renewed.out, /public key \(shown once\) +ssh-rsa AAAA/);
  const shown = await causeway('destination', 'show', 'bay', id);
  assert.match(shown.out, /state +Needs you/);
  assert.ok(!shown.out.includes('ssh-rsa AAAA'));
  const refused = await causeway('destination', 'probe', 'bay', id);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /host-key +failed/);
  assert.ok(refused.out.includes(`causeway destination confirm-host-key bay ${id} SHA256:`), refused.out);
});

test('wrong words end with 2', { skip }, async () => {
  for (const words of [
    ['create', 'bay', '--dataset', 'contacts', ...server()],
    ['create', 'bay', '--dataset', 'contacts', ...server(), '--generate-key', '--password-file', '/dev/null'],
    ['create', 'bay', '--dataset', 'contacts', ...server(), '--password-file', '/nowhere/at-all'],
    ['confirm-host-key', 'bay', 'x'],
    ['update', 'bay', 'x', '--file-option', 'tab'],
    ['update', 'bay', 'x', '--file-option', 'delimeter=tab'],
    ['update', 'bay', 'x', '--file-option', 'delimiter=spaces'],
    ['update', 'bay', 'x', '--frequency', 'sometimes'],
    ['create', 'bay', '--dataset', 'contacts', ...server(), '--generate-key', '--frequency', 'weekly:someday'],
    ['create', 'bay', '--dataset', 'contacts', ...server(), '--generate-key', 'ssh-dss'],
    ['create', 'bay', '--dataset', 'students', ...server(), '--generate-key'],
    ['regenerate-key', 'bay', 'x', '--type', 'dsa'],
    ['update', 'bay', 'x', '--at', '25:00'],
    ['update', 'bay', 'x', '--since', '2026-02-30'],
    ['update', 'bay', 'x', '--port', '65536'],
    ['update', 'bay', 'x', '--port', 'ssh'],
    ['update', 'bay', 'x', '--host', 'sftp://sftp.example.edu/in'],
    ['update', 'bay', 'x', '--path', 'a\u0000b'],
    ['update', 'bay', 'x', '--username', ''],
    ['update', 'bay', 'x', '--name', ' '],
  ]) {
    const ended = await destination(...words);
    assert.deepEqual([ended.code, ended.json.error.code], [2, 'wrong-use'], `${words.join(' ')} ${ended.out}`);
  }
});

test('wrong words are named with what to write instead', { skip }, async () => {
  const said = async (...words: string[]) => (await destination('update', 'bay', 'x', ...words)).json.error.title;
  assert.match(
    await said('--frequency', 'sometimes'),
    /^“sometimes” is not a frequency\.\nWrite hourly, every-2-hours/,
  );
  assert.equal(await said('--at', '2am'), '--at: Write a time such as 02:00.');
  assert.equal(await said('--since', 'May'), '--since: Write a day such as 2026-01-31, or none.');
  assert.equal(await said('--port', '65536'), '--port: It can be at most 65535.');
  assert.equal(await said('--name', ''), '--name: It is empty.');
  assert.match(await said('--file-option', 'delimiter=spaces'), /^--file-option delimiter: .*"comma"/);
  assert.match(await said('--host', 'sftp://sftp.example.edu/in'), /Write sftp\.example\.edu as the host/);
});

test('what only the server knows is its refusal, and ends with 1', { skip }, async () => {
  const made = await destination('create', 'bay', '--dataset', 'contacts', ...server(), '--generate-key', 'ssh-rsa');
  const { id } = made.json.error ? (await destination('list', 'bay')).json[0] : made.json;
  for (const [words, code] of [
    [['--since', '2999-01-01'], 'since-in-future'],
    [['--file-option', 'nameTemplate={nonsense}.csv'], 'unknown-name-token'],
  ] as const) {
    const refused = await destination('update', 'bay', id, ...words);
    assert.deepEqual([refused.code, refused.json.error.code], [1, code], refused.out);
  }
});
