// The smallest file for every code that can occur while a file is read and validated, and no other code in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFields, type CustomField } from '../domain/fields.ts';
import type { Issue } from '../domain/issue.ts';
import { type MappedColumn, newColumn } from '../domain/mapping.ts';
import { presets } from '../domain/presets.ts';
import { type CheckOptions, type CheckSummary, checkFile } from './check-file.ts';

const custom: CustomField[] = [
  { name: 'n', type: 'number', options: [] },
  { name: 'u', type: 'url', options: [] },
  { name: 's', type: 'single-select', options: ['S', 'M'] },
];
const fields = allFields(custom);
const required = [
  newColumn('crmId', ['id']),
  newColumn('firstName', ['f']),
  newColumn('lastName', ['l']),
  newColumn('phone', ['p']),
];

async function check(
  content: string | Uint8Array,
  options: Partial<CheckOptions> = {},
): Promise<CheckSummary & { issues: Issue[] }> {
  const issues: Issue[] = [];
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const summary = await checkFile(
    (async function* () {
      yield bytes;
    })(),
    {
      fileName: 'a.csv',
      fields,
      mapping: { kind: 'given', mapping: { columns: required } },
      country: 'US',
      ...options,
    },
    (issue) => {
      issues.push(issue);
      return undefined;
    },
  );
  return { ...summary, issues };
}

const given = (...more: MappedColumn[]): Partial<CheckOptions> => ({
  mapping: { kind: 'given', mapping: { columns: [...required, ...more] } },
});
const row = '1,A,L,2125550143';
const ok = `id,f,l,p\n${row}\n`;

/** Code, file, then effect, row, label and value of the only issue (`-` for none), rows, accepted rows, options. */
type Case = [
  code: string,
  content: string | Uint8Array,
  issue: string,
  rows: number,
  accepted: number,
  options?: Partial<CheckOptions>,
];
const big = 'x'.repeat(1024 * 1024 + 1);
const mixed = Buffer.from(`${ok}2,José,Mü,9175550100\n3,B?,N,6465550123\n`).map((byte) =>
  byte === 0x3f ? 0xe9 : byte,
);
const id = '019aa000-0000-7000-8000-00000000000a';
const withId = given(newColumn('causewayId', ['o']));
const withEmail = given(newColumn('email', ['e']));
const zip = Buffer.from('PK\x03\x04rest');
const cases: Case[] = [
  ['unsupported-file-type', zip, 'file-rejected - - -', 0, 0, { fileName: 'a.xlsx' }],
  ['unsupported-file-type', '%PDF-1.7', 'file-rejected - - -', 0, 0],
  ['unsupported-file-type', ok, 'notice - - -', 1, 1, { fileName: 'a.txt' }],
  ['empty-file', '', 'file-rejected - - -', 0, 0],
  ['empty-file', '\r\n ,\r\n', 'file-rejected - - -', 0, 0],
  ['no-data-rows', 'id,f,l,p\n', 'file-rejected - - -', 0, 0],
  ['no-header-row', '1,Ann,Lee,2125550143\n2,Bob,Day,9175550100\n', 'file-rejected 1 - -', 1, 0],
  ['missing-mapped-column', 'id,f,l\n1,A,L\n', 'file-rejected 1 p -', 1, 0],
  ['missing-mapped-column', ok, 'notice 1 e -', 1, 1, withEmail],
  ['unmapped-column', `id,f,l,p,x\n${row},\n`, 'notice 1 x -', 1, 1],
  ['duplicate-label', 'id,f,l,p,p\n1,A,L,2125550143,\n', 'file-rejected 1 p -', 1, 0],
  ['label-normalised', `ID,f,l,p\n${row}\n`, 'notice 1 ID -', 1, 1],
  ['unknown-field', ok, 'notice 1 g -', 1, 1, given(newColumn('custom.gone', ['g']))],
  ['blank-label', `id,f,l,p,\n${row},x\n`, 'notice 1 - -', 1, 1],
  ['preamble-skipped', `Report\n${ok}`, 'notice 1 - -', 1, 1],
  ['delimiter-not-comma', ok.replaceAll(',', ';'), 'notice - - -', 1, 1],
  ['bad-encoding', mixed, 'notice 4 - -', 3, 3],
  ['blank-row', `id,f,l,p\n\n${row}\n`, 'notice 2 - -', 1, 1],
  ['column-count-mismatch', `id,f,l,p\n${row},x\n`, 'row-skipped 2 - -', 1, 0],
  ['column-count-mismatch', `id,f,l,p\n${row},\n`, 'notice 2 - -', 1, 1],
  ['column-count-mismatch', `id,f,l,p,e\n${row}\n`, 'notice 2 - -', 1, 1, withEmail],
  ['malformed-quoting', 'id,f,l,p\n1,"A"B,L,2125550143\n', 'row-skipped 2 f -', 1, 0],
  ['row-too-large', `id,f,l,p\n1,${big},L,2125550143\n`, 'row-skipped 2 - -', 1, 0],
  ['blank-required-data-in-record', 'id,f,l,p\n1,,L,2125550143\n', 'row-skipped 2 f ', 1, 0],
  ['duplicate-unique-id-crmId', `${ok}1,B,M,9175550100\n`, 'row-skipped 3 id 1', 2, 1],
  ['duplicate-contact', `${ok}2,B,M,(212) 555-0143\n`, 'row-skipped 3 p (212) 555-0143', 2, 1],
  [
    'duplicate-unique-id-causewayId',
    `id,f,l,p,o\n${row},${id}\n2,B,M,9175550100,${id}\n`,
    `row-skipped 3 o ${id}`,
    2,
    1,
    withId,
  ],
  ['unknown-contact-id', `id,f,l,p,o\n${row},x\n`, 'row-skipped 2 o x', 1, 0, withId],
  ['invalid-phone', 'id,f,l,p\n1,A,L,555\n', 'row-skipped 2 p 555', 1, 0],
  ['spreadsheet-damaged-value', 'id,f,l,p\n6.02E+23,A,L,2125550143\n', 'row-skipped 2 id 6.02E+23', 1, 0],
  optional('invalid-email', 'email', 'x'),
  optional('invalid-date', 'dateOfBirth', 'x'),
  optional('invalid-number', 'gpa', 'x'),
  optional('invalid-number', 'custom.n', '1,23'),
  optional('invalid-boolean', 'textOptOut', 'x'),
  optional('invalid-url', 'custom.u', 'x'),
  optional('unknown-option', 'custom.s', 'x'),
  optional('value-too-long', 'postalCode', 'x'.repeat(21)),
  optional('spreadsheet-damaged-value', 'city', '#REF!'),
];

/** A bad cell of an optional column. */
function optional(code: string, field: string, value: string): Case {
  return [code, `id,f,l,p,o\n${row},"${value}"\n`, `cell-dropped 2 o ${value}`, 1, 1, given(newColumn(field, ['o']))];
}

for (const [code, content, issue, rows, accepted, options] of cases)
  test(`${code} (${issue}) is the only issue of ${JSON.stringify(String(content).slice(0, 60))}`, async () => {
    const found = await check(content, options);
    const told = found.issues.map((one) =>
      [one.code, one.effect, one.row ?? '-', one.label ?? '-', one.value ?? '-'].join(' '),
    );
    assert.deepEqual(told, [`${code} ${issue}`]);
    assert.deepEqual(found.counts, { rows, accepted, skipped: rows - accepted });
    assert.equal(found.rejected, issue.startsWith('file-rejected'));
    assert.deepEqual(found.issueCounts, { [code]: 1 });
  });

test('a good file has no issue', async () => {
  const found = await check(ok);
  assert.deepEqual(found.issues, []);
  assert.deepEqual(found.mapping, { id: 'crmId', f: 'firstName', l: 'lastName', p: 'phone' });
  assert.deepEqual(found.dialect, { encoding: 'utf-8', delimiter: ',', quote: null, lineEnd: 'lf', headerRow: 1 });
});

const codes = async (content: string, options?: Partial<CheckOptions>) =>
  (await check(content, options)).issues.map((issue) => `${issue.code} ${issue.effect}`);

test('an open quote skips its row and would hold the file', async () => {
  assert.deepEqual(await codes(`${ok}2,B,M,"9175550100\n3,C,N,6465550123\n`), [
    'malformed-quoting row-skipped',
    'incomplete-upload file-held',
  ]);
});

test('a last row that breaks off would hold the file', async () => {
  const content = `id,f,l,p,o\n${row},\n2,B,M,9175550100,\n3,C,N,6465550123`;
  const options = given(newColumn('city', ['o']));
  assert.deepEqual(await codes(content, options), ['column-count-mismatch notice', 'incomplete-upload file-held']);
});

test('broken quotes in a column that is not mapped do not skip the row', async () => {
  assert.deepEqual(await codes('id,f,l,p,x\n1,A,L,2125550143,"a"b\n'), [
    'unmapped-column notice',
    'malformed-quoting notice',
  ]);
});

test('spaces behind a closing quote are repaired and told', async () => {
  const { issues, counts } = await check('id,f,l,p\n"1" ,"A","L"\t,2125550143\n1,B,M,9175550100\n');
  assert.deepEqual(
    issues.map((issue) => `${issue.code} ${issue.effect} ${issue.value}`),
    ['malformed-quoting notice null', 'duplicate-unique-id-crmId row-skipped 1'],
  );
  assert.equal(counts.accepted, 1);
});

test('a header of too many columns rejects the file', async () => {
  const labels = Array.from({ length: 10_001 }, (_, i) => `c${i}`).join(',');
  const { issues, rejected } = await check(`id,f,l,p,${labels}\n`);
  assert.ok(rejected);
  assert.ok(issues.some((issue) => issue.code === 'row-too-large' && issue.scope === 'header'));
});

test('a NUL in a cell is told for the file and for the cell, which is dropped', async () => {
  const options = given(newColumn('city', ['c']));
  assert.deepEqual(await codes(`id,f,l,p,c\n${row},a\0b\n`, options), [
    'bad-encoding cell-dropped',
    'bad-encoding notice',
  ]);
});

test('the first row with a CRM ID has it, also when that row is skipped', async () => {
  const content = 'id,f,l,p\n1,,L,2125550143\n1,A,L,2125550143\n';
  assert.deepEqual(await codes(content), [
    'blank-required-data-in-record row-skipped',
    'duplicate-unique-id-crmId row-skipped',
  ]);
});

test('a skipped row does not take a phone away from a later one', async () => {
  const { counts, issues } = await check('id,f,l,p\n1,,L,2125550143\n2,A,L,2125550143\n');
  assert.deepEqual([counts.accepted, issues.length], [1, 1]);
});

test('without a mapping the best suggestion is used, and a required field without a column rejects the file', async () => {
  const suggested = { mapping: { kind: 'suggested' as const } };
  const found = await check('Student ID,First Name,Last Name,Cell Phone\n1,A,L,2125550143\n', suggested);
  assert.deepEqual(Object.values(found.mapping), ['crmId', 'firstName', 'lastName', 'phone']);
  assert.deepEqual([found.counts.accepted, found.issues.length], [1, 0]);
  assert.deepEqual(await codes('Student ID,First Name,Last Name\n1,A,L\n', suggested), [
    'missing-mapped-column file-rejected',
  ]);
});

test('a preset maps what the file has: Banner’s phone comes in two columns', async () => {
  const preset = presets.find(({ name }) => name === 'banner');
  assert.ok(preset);
  const header =
    'SPRIDEN_ID,SPRIDEN_FIRST_NAME,SPRIDEN_LAST_NAME,SPRTELE_PHONE_AREA,SPRTELE_PHONE_NUMBER,SPBPERS_BIRTH_DATE';
  const found = await check(`${header}\n001,A,L,212,5550143,31-MAR-2005\n`, { mapping: { kind: 'preset', preset } });
  assert.deepEqual([found.counts.accepted, found.issues], [1, []]);
});

test('an error file that comes back corrected is read without a word about its own columns', async () => {
  const content = `id,f,l,p,causeway_row,causeway_codes,causeway_reasons\n${row},2,invalid-phone,"Row 2: not a phone"\n`;
  assert.deepEqual(await codes(content), []);
});

test('labels are given as read, without wholly blank columns', async () => {
  const { labels } = await check(`\ufeff,id , f,,l,p\n,1,A,,L,2125550143\n`);
  assert.deepEqual(labels, ['id ', ' f', 'l', 'p']);
});

test('any bytes end in a summary whose rows are accepted or skipped', async () => {
  const piece = fc.constantFrom(
    'id,f,l,p',
    '\n',
    '\r\n',
    ',',
    '"',
    ';',
    '\t',
    '1',
    'A',
    '2125550143',
    '#REF!',
    '\0',
    '\ufeff',
    ' ',
  );
  const content = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  );
  const mapping = fc.constantFrom<CheckOptions['mapping']>(
    { kind: 'suggested' },
    { kind: 'given', mapping: { columns: required } },
  );
  await fc.assert(
    fc.asyncProperty(content, mapping, async (bytes, source) => {
      const { counts, issues, rejected } = await check(bytes, { mapping: source });
      assert.equal(counts.rows, counts.accepted + counts.skipped);
      assert.equal(
        rejected,
        issues.some((issue) => issue.effect === 'file-rejected'),
      );
      assert.ok(rejected || counts.skipped <= issues.filter((issue) => issue.effect === 'row-skipped').length);
    }),
    { numRuns: 1500 },
  );
});
