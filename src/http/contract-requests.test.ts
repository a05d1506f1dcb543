// Every command that goes through the API sends only what the API knows, with each of its options and with --json.
// What a sender puts into a record of connections beyond the known columns is another matter: it is taken.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import { makeToken } from '../../test/kit/accounts.ts';
import { openTestHttp, type TestHttp } from '../../test/kit/http.ts';
import { runCommandLine } from '../cli/program.ts';

let t: TestHttp;
let url: string;
let token: string;
let folder: string;
before(async () => {
  t = await openTestHttp();
  token = await makeToken(t.deps, 'operator');
  url = `http://127.0.0.1:${(await t.http.listen('127.0.0.1', 0)).port}`;
  folder = await temporaryFolder('contract-requests');
});
after(async () => {
  await rm(folder, { recursive: true });
  await t.close();
});

type Result = { code: number; out: string };

async function causeway(...words: string[]): Promise<Result> {
  let out = '';
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      out += chunk;
      done();
    },
  });
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
  const client = () => ({ url, token });
  return { code: await runCommandLine([...words, '--json'], { stdout, stderr, client }, () => undefined), out };
}

/** What the command did may fail; what it asked for must be known. */
async function understood(...words: string[]): Promise<Result> {
  const result = await causeway(...words);
  assert.notEqual(result.code, 2, `${words.join(' ')}: ${result.out}`);
  assert.doesNotMatch(result.out, /unknown-member|unknown-parameter|unknown-part|cannot-be-set-here|invalid-request/);
  return result;
}

async function done(...words: string[]): Promise<ReturnType<typeof JSON.parse>> {
  const { code, out } = await understood(...words);
  assert.equal(code, 0, `${words.join(' ')}: ${out}`);
  return JSON.parse(out);
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test('every command of institutions, feeds and fields is understood', async () => {
  const made = ['--name', 'Bay', '--slug', 'bay', '--time-zone', 'America/New_York', '--country', 'US'];
  assert.equal((await done('institution', 'create', ...made)).slug, 'bay');
  await done('institution', 'list');
  await done('institution', 'list', '--limit', '1');
  await done('feed', 'show', 'bay');
  await done('feed', 'show', 'bay', '--reveal');
  await understood('feed', 'add-key', 'bay', await file('key.pub', 'ssh-ed25519 AAAA none'));
  await done('feed', 'renew', 'bay');
  await done('feed', 'renew', 'bay', '--overlap-hours', '24');
  await done('feed', 'map', 'bay', 'Id=crmId', 'First=firstName', 'Last=lastName', 'Phone=phone', 'Town=city');
  await done('feed', 'enable', 'bay');
  await done('feed', 'disable', 'bay');
  await done('feed', 'unmap', 'bay', 'Town');
  await done('field', 'create', 'bay', '--name', 'Tour', '--type', 'date');
  await done('field', 'create', 'bay', '--name', 'Dorm', '--type', 'single-select', '--option', 'A', 'B');
  await done('field', 'list', 'bay');
  assert.equal((await done('field', 'list', 'bay', '--limit', '3')).length, 3);
});

test('every command of imports and contacts is understood', async () => {
  const roster = await file('roster.csv', 'Id,First,Last,Phone\n1,Ann,Lee,212-555-0143\n');
  const { id } = await done('imports', 'upload', 'bay', roster, '--no-wait');
  await done('imports', 'upload', 'bay', roster, '--dry-run', '--no-wait');
  await done('imports', 'list', 'bay');
  await done('imports', 'list', 'bay', '--source', 'api', '--status', 'queued', '--limit', '2');
  await done('imports', 'show', id);
  await understood('imports', 'wait', 'bay', '--timeout', '0');
  await understood('imports', 'wait', 'bay', '--file', 'roster.csv', '--timeout', '0');
  await done('imports', 'issues', id);
  for (const verb of ['errors', 'approve', 'discard', 'undo', 'again'])
    await understood('imports', verb, id, ...(verb === 'again' || verb === 'approve' ? ['--no-wait'] : []));
  assert.match((await understood('imports', 'file', id)).out, /^Id,First,Last,Phone/);
  await done('contacts', 'list', 'bay');
  await done('contacts', 'list', 'bay', '--crm-id', '1', '--phone', '212-555-0143', '--limit', '1');
  await understood('contacts', 'set', 'bay', '1', 'city=Boston');
});

test('every command of destinations and transfers is understood', async () => {
  const password = await file('password', 'a password\n');
  const server = ['--host', '127.0.0.1', '--port', '1', '--path', '/in', '--username', 'u'];
  const create = ['destination', 'create', 'bay', ...server, '--dataset'];
  const all = ['--password-file', password, '--frequency', 'weekly:mon', '--at', '03:30', '--since', '2026-01-31'];
  const { id } = await done(...create, 'connections', ...all, '--no-check-fingerprint', '--name', 'Ours');
  await done(...create, 'contacts', '--generate-key', '--frequency', 'hourly');
  await done('destination', 'list', 'bay');
  assert.equal((await done('destination', 'list', 'bay', '--limit', '1')).length, 1);
  await done('destination', 'show', 'bay', id);
  await done('destination', 'update', 'bay', id, '--since', 'none', '--at', '04:00', '--check-fingerprint');
  await done('destination', 'update', 'bay', id, '--file-option', 'delimiter=tab', 'manifest=true', 'columns=null');
  await understood('destination', 'probe', 'bay', id);
  await understood('destination', 'probe', 'bay', id, '--enable');
  const fingerprint = `SHA256:${'A'.repeat(43)}`;
  await understood('destination', 'confirm-host-key', 'bay', id, fingerprint);
  await understood('destination', 'confirm-host-key', 'bay', id, '--public-key', join(folder, 'key.pub'));
  await understood('destination', 'forget-host-key', 'bay', id, fingerprint);
  await understood('destination', 'regenerate-key', 'bay', id, '--type', 'ssh-ed25519', '--at-once');
  await understood('destination', 'enable', 'bay', id);
  await understood('destination', 'disable', 'bay', id);
  // Sending again needs a delivered transfer: test/walks/transfer-commands.test.ts has one.
  await understood('transfer', 'run', 'bay', id, '--no-wait');
  await done('transfer', 'list', 'bay');
  await done('transfer', 'list', 'bay', '--dataset', 'connections', '--status', 'queued', '--limit', '1');
  await done('transfer', 'preview', 'bay', '--dataset', 'connections');
  assert.match((await understood('transfer', 'download', 'bay', '--dataset', 'connections')).out, /^externalId\t/);
  await understood('transfer', 'download', 'bay', '--dataset', 'connections', '--mark');
  await done('destination', 'delete', 'bay', id);
});

test('a record of connections may have members that are not known: the rest of it is taken, and the load says so', async () => {
  const known = { externalId: 'a-1', connectedAt: '2026-03-01', email: 'ann@example.edu' };
  const record = { ...known, campaign: 'Fall', nested: { score: 7 } };
  const first = await done('connections', 'load', 'bay', await file('one.ndjson', `${JSON.stringify(record)}\n`));
  assert.deepEqual([first.created, first.rejected], [1, 0]);
  const csv = 'connectionId,connectedAt,email,campaign\na-2,2026-03-02,bo@example.edu,Fall\n';
  const second = await done('connections', 'load', 'bay', await file('two.csv', csv));
  assert.deepEqual([second.created, second.rejected], [1, 0]);
  const codes = [first, second].map((load) => load.problems.map((problem: { code: string }) => problem.code));
  assert.deepEqual(codes, [['unknown-column', 'unknown-column'], ['unknown-column']]);
  await done('connections', 'list', 'bay', '--external-id', 'a-1', '--limit', '5');
});
