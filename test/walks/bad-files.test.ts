// The smallest file for each issue code, through the real application: what exactly is reported, and what becomes of the rows.
// Invariant: every case names all issues that its file produces, not just the one it is about.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { IssueView } from '../../src/api/imports.ts';
import { importOf, makeFeed, startTestApp, type TestApp } from '../kit/app.ts';

const head = 'CRM ID,First Name,Last Name,Phone';
const good = '1,Ada,Byron,212-555-0143';
const next = '2,Max,Born,212-555-0144';
const extra = { Email: 'email', Born: 'dateOfBirth', GPA: 'gpa' };
const custom = [
  { name: 'club', type: 'single-select', options: ['Chess', 'Rowing'] },
  { name: 'page', type: 'url' },
  { name: 'vip', type: 'boolean' },
];

/** `rows`: created, skipped. `issues`: [row, code, effect], in the order of the report. */
type Case = {
  what: string;
  file: string | Buffer;
  name?: string;
  mapping?: Record<string, string>;
  status: string;
  reason?: string;
  rows: [created: number, skipped: number];
  issues: [row: number | null, code: string, effect: string][];
};

const lines = (...text: string[]) => `${text.join('\r\n')}\r\n`;
const skipped = 'row-skipped';
const noSuchId = '01a20000-0000-7000-8000-000000000000';

const cases: Case[] = [
  { what: 'a plain file', file: lines(head, good), status: 'succeeded', rows: [1, 0], issues: [] },
  {
    what: 'a workbook by its name',
    name: 'roster.xlsx',
    file: lines(head, good),
    status: 'ignored',
    reason: 'unsupported-file-type',
    rows: [0, 0],
    issues: [[null, 'unsupported-file-type', 'file-rejected']],
  },
  {
    what: 'a workbook by its content',
    file: Buffer.from('PK\u0003\u0004rest', 'latin1'),
    status: 'ignored',
    reason: 'unsupported-file-type',
    rows: [0, 0],
    issues: [[null, 'unsupported-file-type', 'file-rejected']],
  },
  {
    what: 'no bytes at all',
    file: '',
    status: 'failed',
    reason: 'empty-file',
    rows: [0, 0],
    issues: [[null, 'empty-file', 'file-rejected']],
  },
  {
    what: 'a header and nothing else',
    file: lines(head),
    status: 'failed',
    reason: 'no-data-rows',
    rows: [0, 0],
    issues: [[null, 'no-data-rows', 'file-rejected']],
  },
  {
    what: 'a required column that is missing',
    file: lines('CRM ID,First Name,Last Name,Fax', good),
    status: 'failed',
    reason: 'missing-mapped-column',
    rows: [0, 0],
    issues: [
      [1, 'missing-mapped-column', 'file-rejected'],
      [1, 'unmapped-column', 'notice'],
    ],
  },
  {
    what: 'a column that nobody mapped',
    file: lines(`${head},Hobby`, `${good},Chess`),
    status: 'succeeded',
    rows: [1, 0],
    issues: [[1, 'unmapped-column', 'notice']],
  },
  {
    what: 'a mapped label twice',
    file: lines(`${head},Phone`, `${good},212-555-0145`),
    status: 'failed',
    reason: 'duplicate-label',
    rows: [0, 0],
    issues: [[1, 'duplicate-label', 'file-rejected']],
  },
  {
    what: 'a column without a label',
    file: lines(`${head},`, `${good},stray`),
    status: 'succeeded',
    rows: [1, 0],
    issues: [[1, 'blank-label', 'notice']],
  },
  {
    what: 'a label that differs by case and an underscore',
    file: lines('crm_id,First Name,Last Name,Phone', good),
    status: 'succeeded',
    rows: [1, 0],
    issues: [[1, 'label-normalised', 'notice']],
  },
  {
    what: 'a title above the header',
    file: lines('Fall roster', head, good),
    status: 'succeeded',
    rows: [1, 0],
    issues: [[1, 'preamble-skipped', 'notice']],
  },
  {
    what: 'semicolons instead of commas',
    file: lines(head, good).replaceAll(',', ';'),
    status: 'succeeded',
    rows: [1, 0],
    issues: [[null, 'delimiter-not-comma', 'notice']],
  },
  {
    what: 'a blank row between the rows',
    file: lines(head, good, '', next),
    status: 'succeeded',
    rows: [2, 0],
    issues: [[3, 'blank-row', 'notice']],
  },
  {
    what: 'a row that is too long',
    file: lines(head, `${good},more`, next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'column-count-mismatch', skipped]],
  },
  {
    what: 'text behind a closing quote',
    file: lines(head, '1,"Ada"x,Byron,212-555-0143', next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'malformed-quoting', skipped]],
  },
  {
    what: 'a cell of two megabytes',
    file: lines(head, `1,${'A'.repeat(2_000_000)},Byron,212-555-0143`, next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'row-too-large', skipped]],
  },
  {
    what: 'a Causeway ID that is nobody’s',
    file: lines(`${head},Causeway ID`, `${good},${noSuchId}`),
    mapping: { 'Causeway ID': 'causewayId' },
    status: 'succeeded',
    rows: [0, 1],
    issues: [[2, 'unknown-contact-id', skipped]],
  },
  {
    what: 'a required value that is blank',
    file: lines(head, '1,Ada,,212-555-0143', next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'blank-required-data-in-record', skipped]],
  },
  {
    what: 'a CRM ID twice',
    file: lines(head, good, '1,Max,Born,212-555-0144'),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[3, 'duplicate-unique-id-crmId', skipped]],
  },
  {
    what: 'a phone twice',
    file: lines(head, good, '2,Max,Born,(212) 555-0143'),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[3, 'duplicate-contact', skipped]],
  },
  {
    what: 'a phone without an area code',
    file: lines(head, '1,Ada,Byron,555-0143', next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'invalid-phone', skipped]],
  },
  {
    what: 'bad optional cells',
    file: lines(`${head},Email,Born,GPA`, `${good},ada(at)x.edu,31/12/2007,high`),
    mapping: extra,
    status: 'succeeded',
    rows: [1, 0],
    issues: [
      [2, 'invalid-email', 'cell-dropped'],
      [2, 'invalid-date', 'cell-dropped'],
      [2, 'invalid-number', 'cell-dropped'],
    ],
  },
  {
    what: 'bad cells of custom fields',
    file: lines(`${head},Club,Page,VIP`, `${good},Golf,not a page,maybe`),
    mapping: { Club: 'custom.club', Page: 'custom.page', VIP: 'custom.vip' },
    status: 'succeeded',
    rows: [1, 0],
    issues: [
      [2, 'unknown-option', 'cell-dropped'],
      [2, 'invalid-url', 'cell-dropped'],
      [2, 'invalid-boolean', 'cell-dropped'],
    ],
  },
  {
    what: 'a CRM ID that a spreadsheet damaged',
    file: lines(head, '6.02E+23,Ada,Byron,212-555-0143', next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'spreadsheet-damaged-value', skipped]],
  },
  {
    what: 'a first name of ten thousand letters',
    file: lines(head, `1,${'A'.repeat(10_000)},Byron,212-555-0143`, next),
    status: 'succeeded',
    rows: [1, 1],
    issues: [[2, 'value-too-long', skipped]],
  },
  {
    what: 'a NUL byte in a required name',
    file: lines(head, '1,A\u0000da,Byron,212-555-0143'),
    status: 'succeeded',
    rows: [0, 1],
    issues: [
      [2, 'bad-encoding', skipped],
      [2, 'bad-encoding', 'notice'],
    ],
  },
];

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

const flat = (issues: IssueView[]) =>
  issues.map((issue) => JSON.stringify([issue.row, issue.code, issue.effect])).toSorted();

for (const [number, one] of cases.entries())
  test(`${one.what}: ${one.status}, ${one.issues.map(([, code]) => code).join(', ') || 'no issue'}`, async () => {
    const slug = `case-${number}`;
    const { feed } = await makeFeed(app, slug);
    for (const field of custom) await app.client.send('POST', `/institutions/${slug}/fields`, field);
    if (one.mapping)
      await app.client.send('PATCH', `/institutions/${slug}/feeds/${feed.id}/mapping`, { set: one.mapping });
    const name = one.name ?? 'roster.csv';
    const path = join(app.folder, name);
    await writeFile(path, one.file);
    await app.client.upload(`/institutions/${slug}/imports`, path, { fileName: name });
    const view = await importOf(app, slug, name);
    assert.deepEqual([view.status, view.reason], [one.status, one.reason ?? null], view.message);
    assert.deepEqual([view.counts.created, view.counts.skipped], one.rows);
    const issues = await app.client.list<IssueView>(`/imports/${view.id}/issues`);
    assert.deepEqual(flat(issues), one.issues.map((issue) => JSON.stringify(issue)).toSorted());
    for (const issue of issues) assert.ok(issue.message.length > 10 && issue.remedy.length > 5, issue.code);
  });

test('a file with a hundred thousand columns has a visible, coded outcome', async () => {
  await makeFeed(app, 'wide');
  const path = join(app.folder, 'wide.csv');
  await writeFile(path, lines(`${head}${',x'.repeat(100_000)}`, `${good}${',y'.repeat(100_000)}`));
  await app.client.upload('/institutions/wide/imports', path, { fileName: 'wide.csv' });
  const view = await importOf(app, 'wide', 'wide.csv');
  assert.ok(['failed', 'succeeded'].includes(view.status));
  assert.ok('row-too-large' in view.issues, JSON.stringify(view.issues));
});

test('the same bytes again are imported, and the report says so', async () => {
  await makeFeed(app, 'same');
  const path = join(app.folder, 'same.csv');
  await writeFile(path, lines(head, good));
  for (const outcome of [
    { created: 1, unchanged: 0, issues: {} },
    { created: 0, unchanged: 1, issues: { 'same-content-as-last-file': 1 } },
  ]) {
    const queued = await app.client.upload<{ id: string }>('/institutions/same/imports', path, {
      fileName: 'same.csv',
    });
    const view = await importOf(app, 'same', 'same.csv');
    assert.equal(view.id, queued.id);
    assert.deepEqual([view.counts.created, view.counts.unchanged, view.issues], Object.values(outcome));
  }
});
