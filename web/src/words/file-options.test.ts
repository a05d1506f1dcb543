import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionColumns as delivered } from '../../../src/domain/dataset.ts';
import { fileNameFrom, nameTokens as known, sameNameNote } from '../../../src/domain/file-names.ts';
import { usualFileOptions } from '../../../src/domain/file-options.ts';
import {
  canRepeat,
  columnDraft,
  columnsOf,
  columnsProblem,
  connectionColumns,
  extrasWords,
  formatWords,
  moveColumn,
  nameExample,
  nameTokens,
} from './file-options.ts';

const zone = 'America/New_York';
const now = Date.parse('2026-11-21T07:03:05Z');

test('the example of a file name is the name that a transfer at that moment gives', () => {
  const window = { from: 0, to: 12 };
  const facts = { institution: 'lakeside', dataset: 'connections' as const, cutAt: new Date(now), timeZone: zone };
  const templates = [
    usualFileOptions.nameTemplate,
    '{date}{time}.csv',
    '{rows}_{window}.csv.gpg',
    'plain.csv',
    '{what}.csv',
  ];
  for (const template of templates)
    for (const encrypted of [false, true])
      assert.equal(
        nameExample(template, { institution: 'lakeside', dataset: 'connections', zone, now, encrypted }),
        fileNameFrom(template, { ...facts, number: 1, rows: 250, window }, encrypted),
      );
});

test('the form offers the parts of a name and the columns that there are', () => {
  assert.deepEqual(
    nameTokens.map(({ token }) => token),
    known.map((token) => `{${token}}`),
  );
  assert.deepEqual(connectionColumns, delivered);
});

test('a template that can give the same name twice is told so, as the API tells it', () => {
  for (const nameTemplate of ['a.csv', '{date}.csv', '{time}.csv', '{date}-{time}.csv', '{number}.csv', '{window}.csv'])
    assert.equal(canRepeat(nameTemplate), sameNameNote({ nameTemplate, sameName: 'number' }) !== null, nameTemplate);
});

test('columns come out of the form as they went in', () => {
  const fields = ['a', 'b', 'c'];
  assert.equal(columnsOf(columnDraft(null, fields), fields), null);
  const some = [
    { field: 'c', header: 'Third' },
    { field: 'a', header: 'a' },
  ];
  assert.deepEqual(columnsOf(columnDraft(some, fields), fields), some);
  assert.deepEqual(
    columnDraft(some, fields).map(({ field, sent }) => [field, sent]),
    [
      ['c', true],
      ['a', true],
      ['b', false],
    ],
  );
  const swapped = moveColumn(columnDraft(null, fields), 1, -1);
  assert.deepEqual(
    columnsOf(swapped, fields)?.map((column) => column.field),
    ['b', 'a', 'c'],
  );
  assert.deepEqual(
    moveColumn(columnDraft(null, fields), 0, -1).map((column) => column.field),
    fields,
  );
});

test('columns that cannot be sent are explained', () => {
  const draft = columnDraft(null, ['a', 'b']);
  assert.equal(columnsProblem(draft), null);
  assert.match(columnsProblem(draft.map((column) => ({ ...column, sent: false }))) ?? '', /at least one/);
  assert.match(columnsProblem(draft.map((column) => ({ ...column, header: ' ' }))) ?? '', /a name in the file/);
  assert.match(columnsProblem(draft.map((column) => ({ ...column, header: 'Same' }))) ?? '', /“Same”/);
});

test('the format is told in one line', () => {
  assert.equal(
    formatWords(usualFileOptions),
    'UTF-8 · separated by comma · quotes only where needed · Windows (CRLF) line ends · with a header',
  );
  assert.deepEqual(extrasWords(usualFileOptions), []);
  assert.equal(extrasWords({ ...usualFileOptions, manifest: true, done: true, readBack: true, pgpKey: 'x' }).length, 4);
});
