// The report of an import through the API: words, counts, issues, files, changes, contacts. The import itself is real.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeToken } from '../../test/kit/accounts.ts';
import { type Answer, type CallOptions, type Json, openTestHttp, type TestHttp } from '../../test/kit/http.ts';
import { drain, type ImportKit, openImportKit } from '../../test/kit/imports.ts';
import { contact, contactChange } from '../api/contacts.ts';
import { importView, issueGroup, issueView } from '../api/imports.ts';

let kit: ImportKit & AsyncDisposable;
let t: TestHttp;
let admin: string;
let viewer: string;
let first: Json;

const file = [
  'CRM,First,Last,Phone,Email,GPA',
  '001,Ann,Archer,212-555-0143,ann@example.edu,3.5',
  '002,Bob,Baker,not a phone,bob@example.edu,3.1',
  '003,Cyd,Cooper,212-555-0145,=cmd|x,3.2',
  '004,,Doe,212-555-0146,dee@example.edu,abc',
  '',
].join('\n');

before(async () => {
  kit = await openImportKit();
  t = await openTestHttp({}, {}, kit.deps);
  admin = await makeToken(kit.deps, 'admin', 'westfield');
  viewer = await makeToken(kit.deps, 'viewer', 'westfield');
  first = await imported('roster.csv', file);
});
after(() => t.close());

const call = (method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
  t.call(method, path, { token: admin, ...options });

/** Uploads a file, works it off, and gives the import as the API shows it. */
async function imported(name: string, bytes: string, query = ''): Promise<Json> {
  const upload = await call('POST', `/institutions/westfield/imports?fileName=${name}${query}`, { bytes });
  assert.equal(upload.status, 202, upload.text);
  await drain(kit);
  return (await call('GET', `/imports/${upload.body.id}`)).body;
}

test('an import shows its state in words, its counts, its issues by code, and what may be done with it', async () => {
  assert.deepEqual(importView.parse(first), first);
  assert.deepEqual(
    [first.status, first.state, first.source, first.hasErrorFile],
    ['succeeded', 'Imported with issues', 'api', true],
  );
  assert.deepEqual(first.counts, { rows: 4, created: 2, updated: 0, unchanged: 0, skipped: 2 });
  assert.deepEqual(
    [first.issues['invalid-phone'], first.issues['invalid-email'], first.issues['blank-required-data-in-record']],
    [1, 1, 1],
  );
  assert.equal(first.mapping.CRM, 'crmId');
  assert.deepEqual(first.actions, ['again']);
  assert.deepEqual((await call('GET', `/imports/${first.id}`, { token: viewer })).body.actions, []);
});

test('a file that was rejected says why in its own message', async () => {
  const rejected = await imported('other.csv', 'A,B\n1,2\n');
  assert.deepEqual([rejected.status, rejected.state], ['failed', 'Failed']);
  assert.match(rejected.message, /other\.csv/);
  const listed = await call('GET', '/institutions/westfield/imports?file=other.csv');
  assert.equal(listed.body.items[0].message, rejected.message);
});

test('issues come in the order of the file, page by page, and can be narrowed down', async () => {
  const all = (await call('GET', `/imports/${first.id}/issues?limit=1000`)).body.items;
  assert.deepEqual(
    all.map((one: unknown) => issueView.parse(one)),
    all,
  );
  const paged: Json[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Answer = await call('GET', `/imports/${first.id}/issues?limit=1${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.body.items);
    cursor = page.body.next;
  }
  assert.deepEqual(paged, all);
  const narrowed = await call('GET', `/imports/${first.id}/issues?code=invalid-email`);
  assert.deepEqual(
    narrowed.body.items.map((one: Json) => [one.row, one.label, one.value, one.effect]),
    [[4, 'Email', '=cmd|x', 'cell-dropped']],
  );
});

test('issues by kind have their words, their number and examples', async () => {
  const { body } = await call('GET', `/imports/${first.id}/issue-groups`);
  assert.deepEqual(
    body.items.map((one: unknown) => issueGroup.parse(one)),
    body.items,
  );
  const counts = Object.fromEntries(body.items.map((one: Json) => [one.code, one.count]));
  assert.deepEqual(counts, first.issues);
  assert.equal(body.next, null);
});

test('the list of all issues as CSV computes nothing in a spreadsheet', async () => {
  const answer = await call('GET', `/imports/${first.id}/issues.csv`);
  assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  assert.match(
    String(answer.headers['content-disposition']),
    /^attachment; filename="roster\.csv\.[0-9a-f-]+\.issues\.csv"/,
  );
  assert.ok(answer.text.startsWith('\ufeffrow,line,scope,'));
  assert.ok(answer.text.includes("'=cmd|x"));
  const issues = Object.values(first.issues as Record<string, number>).reduce((sum, count) => sum + count, 0);
  assert.equal(answer.text.trimEnd().split('\r\n').length, issues + 1);
});

test('the error file, the original and the receipt can be downloaded', async () => {
  const errors = await call('GET', `/imports/${first.id}/errors.csv`);
  assert.match(errors.text, /causeway_row,causeway_codes,causeway_reasons/);
  assert.ok(errors.text.includes('not a phone'));
  assert.equal((await call('GET', `/imports/${first.id}/file`)).text, file);
  const receipt = await call('GET', `/imports/${first.id}/receipt`);
  assert.deepEqual(receipt.body.counts, first.counts, receipt.text);
});

test('changes tell what was created and what was changed, field by field', async () => {
  const second = await imported('next.csv', file.replace('Archer', 'Arrow'));
  const updated = await call('GET', `/imports/${second.id}/changes?outcome=updated`);
  assert.deepEqual(
    updated.body.items.map((one: Json) => [one.row, one.outcome, one.crmId, one.changes]),
    [[2, 'updated', '001', [{ field: 'lastName', old: 'Archer', new: 'Arrow' }]]],
  );
  const created = await call('GET', `/imports/${first.id}/changes?limit=1`);
  assert.equal(created.body.items[0].outcome, 'created');
  const rest = await call('GET', `/imports/${first.id}/changes?limit=1&cursor=${created.body.next}`);
  assert.deepEqual([rest.body.items.length, rest.body.next], [1, null]);
});

test('the history is newest first and can be filtered', async () => {
  const list = async (query: string) =>
    (await call('GET', `/institutions/westfield/imports?${query}`)).body.items.map((one: Json) => one.fileName);
  assert.equal((await list('')).at(-1), 'roster.csv');
  assert.deepEqual(await list('file=roster.csv'), ['roster.csv']);
  assert.deepEqual(await list('source=sftp'), []);
  assert.deepEqual(new Set(await list('status=failed')), new Set(['other.csv']));
  assert.deepEqual(await list(`feed=${kit.deps.newId()}`), []);
  assert.deepEqual(await list('from=2100-01-01T00:00:00Z'), []);
});

test('contacts are found by CRM ID as text, by a phone in any writing, and by parts of a name', async () => {
  const find = async (query: string) => {
    const { body } = await call('GET', `/institutions/westfield/contacts?${query}`);
    for (const one of body.items) assert.deepEqual(contact.parse(one), one);
    return body.items.map((one: Json) => one.crmId);
  };
  assert.deepEqual(await find('crmId=001'), ['001']);
  assert.deepEqual(await find('crmId=1'), []);
  assert.deepEqual(await find(`phone=${encodeURIComponent('(212) 555-0143')}`), ['001']);
  assert.deepEqual(await find('phone=nonsense'), []);
  assert.deepEqual(await find('search=coop'), ['003']);
  const shown = await call('GET', '/institutions/westfield/contacts/003');
  assert.deepEqual([shown.body.phone, shown.body.phoneNational], ['+12125550145', '(212) 555-0145']);
});

test('a change by hand is in the history of the contact, above the import that made it', async () => {
  const set = await call('PATCH', '/institutions/westfield/contacts/003', { json: { values: { city: 'Lakeside' } } });
  assert.equal(set.body.city, 'Lakeside');
  const { body } = await call('GET', '/institutions/westfield/contacts/003/changes');
  assert.deepEqual(
    body.items.map((one: unknown) => contactChange.parse(one)),
    body.items,
  );
  assert.deepEqual(body.items[0].changes, [{ field: 'city', old: null, new: 'Lakeside' }]);
  assert.deepEqual([body.items[0].actor, body.items.at(-1).fileName], ['admin token', 'roster.csv']);
});

test('an import can be made again as a rehearsal, which changes nothing', async () => {
  const again = await call('POST', `/imports/${first.id}/again`, { json: { dryRun: true } });
  assert.deepEqual([again.status, again.body.againOf, again.body.dryRun], [202, first.id, true]);
  await drain(kit);
  const done = (await call('GET', `/imports/${again.body.id}`)).body;
  assert.equal(done.status, 'succeeded');
  assert.equal((await call('GET', '/institutions/westfield/contacts/001')).body.lastName, 'Arrow');
});

test('the overview counts contacts, and says what came last and how many failed since', async () => {
  const { body } = await call('GET', '/overview', { token: viewer });
  const [line] = body.items;
  assert.deepEqual([line.contacts, line.held, line.feed.enabled, line.lastImport.fileName], [2, 0, true, 'next.csv']);
  await imported('bad.csv', 'A,B\n1,2\n');
  assert.equal((await call('GET', '/overview')).body.items[0].failedSinceLastSuccess, 1);
});
