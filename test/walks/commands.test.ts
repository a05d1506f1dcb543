// The commands of the contract as a program outside would use them: arguments in, one JSON document and an exit code out.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../kit/app.ts';

let app: TestApp;
type Json = Record<string, unknown>;
type Ended = { code: number | null; out: string; json: Json & { error?: Json } };

before(async () => {
  app = await startTestApp();
});
after(() => app.close());

/** Runs `causeway` with these words as a process of its own. */
async function causeway(...words: string[]): Promise<Ended> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const env = { ...process.env, CAUSEWAY_URL: app.http, CAUSEWAY_TOKEN: app.token };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  let json: Json = {};
  try {
    json = JSON.parse(out) as Json;
  } catch {
    // Not every command prints JSON.
  }
  return { code, out, json };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(app.folder, name);
  await writeFile(path, text);
  return path;
}

test('from a new institution to contacts, by commands alone', async () => {
  const wanted = ['--name', 'Bay', '--slug', 'bay', '--time-zone', 'Europe/Berlin', '--country', 'US', '--json'];
  const made = await causeway('institution', 'create', ...wanted);
  assert.deepEqual([made.code, made.json.slug], [0, 'bay']);

  const hidden = await causeway('feed', 'show', 'bay', '--json');
  assert.deepEqual([hidden.json.enabled, 'password' in hidden.json, hidden.json.mapping], [false, false, {}]);
  const shown = await causeway('feed', 'show', 'bay', '--reveal', '--json');
  assert.match(String(shown.json.password), /^[A-Za-z0-9_-]{20,}$/);
  const renewed = await causeway('feed', 'renew', 'bay', '--json');
  assert.equal(renewed.json.username, shown.json.username);
  const shownAgain = await causeway('feed', 'show', 'bay', '--reveal', '--json');
  assert.notEqual(shownAgain.json.password, shown.json.password);

  const tooEarly = await causeway('feed', 'enable', 'bay', '--json');
  assert.equal(tooEarly.code, 1);
  assert.match(String(tooEarly.json.error?.title), /map/i);

  const field = await causeway('field', 'create', 'bay', '--name', 'club', '--type', 'text', '--json');
  assert.deepEqual([field.code, field.json.name], [0, 'custom.club']);
  const labels = ['CRM ID=crmId', 'First=firstName', 'Last=lastName', 'A=B=phone', 'Club=custom.club'];
  const mapped = await causeway('feed', 'map', 'bay', ...labels, '--json');
  assert.deepEqual(mapped.json.mapping, {
    'CRM ID': 'crmId',
    First: 'firstName',
    Last: 'lastName',
    'A=B': 'phone',
    Club: 'custom.club',
  });
  assert.equal((await causeway('feed', 'enable', 'bay', '--json')).json.enabled, true);

  const path = await file(
    'roster.csv',
    'CRM ID,First,Last,A=B,Club\r\n007,Ada,Byron,212-555-0143,Chess\r\n008,Max,Born,nope,\r\n',
  );
  const rehearsed = await causeway('imports', 'upload', 'bay', path, '--dry-run', '--json');
  assert.deepEqual([rehearsed.code, rehearsed.json.status, rehearsed.json.dryRun], [0, 'succeeded', true]);
  assert.deepEqual(JSON.parse((await causeway('contacts', 'list', 'bay', '--json')).out), []);

  const done = await causeway('imports', 'upload', 'bay', path, '--json');
  assert.deepEqual(
    [done.code, done.json.status, done.json.source, done.json.fileName],
    [0, 'succeeded', 'api', 'roster.csv'],
  );
  assert.deepEqual(done.json.counts, { rows: 2, created: 1, updated: 0, unchanged: 0, skipped: 1 });
  assert.equal(done.json.hold, null);
  const id = String(done.json.id);
  assert.equal((await causeway('imports', 'show', id, '--json')).json.id, id);
  const waited = await causeway('imports', 'wait', 'bay', '--file', 'roster.csv', '--json');
  assert.deepEqual([waited.code, waited.json.id], [0, id]);
  const list = JSON.parse((await causeway('imports', 'list', 'bay', '--source', 'api', '--json')).out) as Json[];
  assert.deepEqual(
    list.map((one) => one.dryRun),
    [false, true],
  );
  const issues = JSON.parse((await causeway('imports', 'issues', id, '--json')).out) as Json[];
  assert.ok(issues.some((one) => one.code === 'invalid-phone' && one.row === 3 && one.effect === 'row-skipped'));
  assert.match(
    (await causeway('imports', 'errors', id)).out,
    /^CRM ID,First,Last,A=B,Club,causeway_row,causeway_codes,causeway_reasons\r\n008,Max,Born,nope,,3,invalid-phone,/,
  );
  assert.equal((await causeway('imports', 'file', id)).out.split('\r\n').length, 4);
});

test('a phone set by hand is not brought back by a file, and setting the old one by hand ends that', async () => {
  const contact = async () =>
    (JSON.parse((await causeway('contacts', 'list', 'bay', '--crm-id', '007', '--json')).out) as Json[])[0];
  const set = await causeway('contacts', 'set', 'bay', '007', 'phone=(646) 555-0199', '--json');
  assert.deepEqual([set.code, set.json.phone, set.json.previousPhone], [0, '+16465550199', '+12125550143']);
  const path = await file('again.csv', 'CRM ID,First,Last,A=B\r\n007,Augusta,Byron,212-555-0143\r\n');
  const done = await causeway('imports', 'upload', 'bay', path, '--json');
  assert.deepEqual(done.json.counts, { rows: 1, created: 0, updated: 1, unchanged: 0, skipped: 0 });
  assert.equal((done.json.issues as Json)['contact-out-of-sync'], 1);
  assert.deepEqual([(await contact())?.firstName, (await contact())?.phone], ['Augusta', '+16465550199']);
  const back = await causeway('contacts', 'set', 'bay', '007', 'phone=212-555-0143', '--json');
  assert.deepEqual([back.json.phone, back.json.previousPhone], ['+12125550143', null]);
});

const exits: [what: string, words: string[], code: number, problem: string][] = [
  ['a command that does not exist', ['imports', 'eat', '--json'], 2, 'wrong-use'],
  ['a file that does not exist', ['imports', 'upload', 'bay', 'nowhere.csv', '--json'], 2, 'wrong-use'],
  ['an institution that does not exist', ['feed', 'show', 'nobody', '--json'], 1, 'no-such-institution'],
  [
    'a wait that ends without the file',
    ['imports', 'wait', 'bay', '--file', 'x.csv', '--timeout', '0.1', '--json'],
    1,
    'timed-out',
  ],
  ['a time-out that is no number', ['imports', 'wait', 'bay', '--timeout', 'soon', '--json'], 2, 'wrong-use'],
  ['a limit that is no number', ['imports', 'list', 'bay', '--limit', 'few', '--json'], 2, 'wrong-use'],
  ['a backup, which is not built yet', ['backup', 'x', '--json'], 1, 'not-available'],
  [
    'a run of a destination that does not exist',
    ['transfer', 'run', 'bay', '019a0000-0000-7000-8000-000000000000', '--json'],
    1,
    'no-such-destination',
  ],
  ['an unknown preset', ['check', 'x.csv', '--preset', 'nothing', '--json'], 2, ''],
];
for (const [what, words, code, problem] of exits)
  test(`${what} ends with ${code} and says so as JSON`, async () => {
    const ended = await causeway(...words);
    assert.equal(ended.code, code, ended.out);
    if (problem !== '') assert.equal(ended.json.error?.code, problem);
    else assert.ok(ended.json.error);
  });

test('approving what is not held is a conflict, and undo is not available yet', async () => {
  const [newest] = JSON.parse((await causeway('imports', 'list', 'bay', '--limit', '1', '--json')).out) as Json[];
  const ended = await causeway('imports', 'approve', String(newest?.id), '--json');
  assert.deepEqual([ended.code, ended.json.error?.status], [1, 409]);
  const undone = await causeway('imports', 'undo', String(newest?.id), '--json');
  assert.deepEqual([undone.code, undone.json.error?.code], [1, 'not-available']);
});

test('check reads a file without a server', async () => {
  const path = await file('plain.csv', '\uFEFFCRM ID;First Name;Last Name;Phone\n1;Ada;Byron;212-555-0143\n');
  const table = join(app.folder, 'table.csv');
  const ended = await causeway('check', path, '--rows', table, '--json');
  assert.equal(ended.code, 0, ended.out);
  assert.deepEqual(ended.json.dialect, {
    encoding: 'utf-8-bom',
    delimiter: ';',
    quote: null,
    lineEnd: 'lf',
    headerRow: 1,
  });
  assert.deepEqual(ended.json.counts, { rows: 1, accepted: 1, skipped: 0 });
  assert.deepEqual(ended.json.mapping, {
    'CRM ID': 'crmId',
    'First Name': 'firstName',
    'Last Name': 'lastName',
    Phone: 'phone',
  });
  assert.deepEqual(
    (ended.json.issues as Json[]).map((issue) => issue.code),
    ['delimiter-not-comma'],
  );
});
