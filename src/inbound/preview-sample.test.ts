// What a sample looks like under a mapping.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preview } from '../api/feeds.ts';
import { standardFields } from '../domain/fields.ts';
import { newColumn } from '../domain/mapping.ts';
import { type PreviewOptions, previewSample, sampleBytes } from './preview-sample.ts';

const options: PreviewOptions = {
  fileName: 'a.csv',
  fields: standardFields,
  country: 'US',
  strict: false,
  mapping: null,
};
const header = 'Student ID,First Name,Last Name,cell_phone ,Email\r\n';
const show = (text: string | Uint8Array, more: Partial<PreviewOptions> = {}) =>
  previewSample(Buffer.from(text), { ...options, ...more });

test('a sample gives dialect, rows, suggestions and how each column fits, in the shape of the API', async () => {
  const result = await show(`${header}1,Ann,Lee,2125550143,ann@x.edu\r\n2,Bob,Day,555,\r\n`);
  assert.deepEqual(preview.parse(result), result);
  assert.deepEqual(result.rows, [
    { row: 2, cells: ['1', 'Ann', 'Lee', '2125550143', 'ann@x.edu'] },
    { row: 3, cells: ['2', 'Bob', 'Day', '555', ''] },
  ]);
  const phone = result.columns.find((column) => column.field === 'phone');
  assert.deepEqual(phone, {
    field: 'phone',
    labels: ['cell_phone '],
    found: 'exact',
    nearest: [],
    filled: 2,
    good: 1,
    samples: ['2125550143', '555'],
    examples: [{ row: 3, code: 'invalid-phone', value: '555' }],
  });
  const email = result.columns.find((column) => column.field === 'email');
  assert.deepEqual([email?.filled, email?.good], [1, 1]);
  assert.deepEqual(
    result.issues.map((issue) => [issue.code, issue.row]),
    [['invalid-phone', 3]],
  );
});

test('a given mapping is judged: exact, near and missing labels', async () => {
  const columns = [newColumn('crmId', ['Student ID']), newColumn('phone', ['Cell Phone']), newColumn('city', ['Town'])];
  const result = await show(`${header}1,Ann,Lee,2125550143,\r\n`, { mapping: { columns } });
  assert.deepEqual(
    result.columns.map(({ field, found }) => [field, found]),
    [
      ['crmId', 'exact'],
      ['phone', 'near'],
      ['city', 'missing'],
    ],
  );
  assert.ok(result.suggestions.some((suggestion) => suggestion.field === 'firstName'));
});

test('only ten rows are shown, and all are counted', async () => {
  const rows = Array.from({ length: 25 }, (_, i) => `${i},A,L,2125550143,`).join('\r\n');
  const result = await show(`${header}${rows}`);
  assert.deepEqual([result.rows.length, result.rowsRead], [10, 25]);
});

test('a row that the sample cuts is not shown, counted or complained about', async () => {
  const line = `1,"${'Ann '.repeat(20)}",Lee,2125550143,\r\n`;
  const rows = Math.ceil(sampleBytes / line.length);
  const result = await show(header + line.repeat(rows + 5));
  assert.equal(result.rowsRead, Math.floor((sampleBytes - header.length) / line.length));
  assert.deepEqual([...new Set(result.issues.map((issue) => issue.code))], ['duplicate-unique-id-crmId']);
});

test('a sample that ends within a value of many lines leaves that row out', async () => {
  const line = '1,Ann,Lee,2125550143,\r\n';
  const start = header + line;
  const open = `2,"${'word\r\n'.repeat(sampleBytes / 6)}`;
  const result = await show(start + open);
  assert.equal(result.rowsRead, 1);
  assert.deepEqual(result.issues, []);
});

test('a sample in UTF-16 is cut between rows too', async () => {
  const text = `\ufeff${header}${'1,Zoë,Lee,2125550143,\r\n'.repeat(40_000)}`;
  const result = await show(Buffer.from(text, 'utf16le'));
  assert.deepEqual([result.dialect.encoding, result.rows[0]?.cells[1]], ['utf-16le', 'Zoë']);
  assert.ok(!result.issues.some((issue) => issue.code === 'bad-encoding' || issue.code === 'column-count-mismatch'));
});

test('what is no CSV is told, with nothing else', async () => {
  const result = await show('PK\x03\x04rest', { fileName: 'a.xlsx' });
  assert.deepEqual(
    [result.labels, result.issues.map((issue) => issue.message)],
    [[], ['The file is an Excel workbook, not CSV.']],
  );
});

test('an empty sample is told', async () => {
  assert.deepEqual(
    (await show('')).issues.map((issue) => issue.code),
    ['empty-file'],
  );
});

test('a sample without a header says so and shows its rows', async () => {
  const result = await show('1,Ann,Lee,212-555-0143\n2,Bob,Day,917-555-0100\n');
  assert.deepEqual([result.issues[0]?.code, result.columns, result.rows.length], ['no-header-row', [], 1]);
});
