import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preview } from '@api/feeds.ts';
import {
  assignLabel,
  type DraftRow,
  fieldOfLabel,
  mapLabel,
  mappingOf,
  missingInFile,
  missingRequired,
  newColumn,
  openSuggestions,
  removeRow,
  sameMapping,
  startDraft,
  unusedLabels,
} from './mapping.ts';

const flat = (rows: DraftRow[]) => rows.map(({ column }) => [column.field, ...column.labels]);

/** A file with a near miss for the phone and a column that nobody mapped. */
const preview: Preview = {
  dialect: { encoding: 'utf-8', delimiter: ',', quote: null, lineEnd: 'lf', headerRow: 1 },
  labels: ['ID', 'First', 'cell_phone ', 'Notes', ''],
  rows: [],
  rowsRead: 0,
  suggestions: [
    { field: 'crmId', label: 'ID', reason: '' },
    { field: 'firstName', label: 'First', reason: '' },
    { field: 'phone', label: 'cell_phone ', reason: '' },
  ],
  columns: [
    {
      field: 'crmId',
      labels: ['Student'],
      found: 'missing',
      nearest: [],
      filled: 0,
      good: 0,
      samples: [],
      examples: [],
    },
    {
      field: 'phone',
      labels: ['Cell Phone'],
      found: 'near',
      nearest: ['cell_phone '],
      filled: 0,
      good: 0,
      samples: [],
      examples: [],
    },
  ],
  issues: [],
};
const saved = startDraft([newColumn('phone', ['Cell Phone']), newColumn('crmId', ['Student'])]);

test('the four required fields always stand first, mapped or not', () => {
  const rows = startDraft([newColumn('gpa', ['GPA']), newColumn('phone', ['Cell'])]);
  assert.deepEqual(flat(rows), [['crmId'], ['firstName'], ['lastName'], ['phone', 'Cell'], ['gpa', 'GPA']]);
  assert.deepEqual(missingRequired(rows), ['crmId', 'firstName', 'lastName']);
});

test('rows without a field or a label are not saved', () => {
  const rows = [...startDraft([]), { key: 'new', column: newColumn('', ['X']) }];
  assert.deepEqual(
    mappingOf(mapLabel(rows, 'email', 'Mail')).columns.map((column) => column.field),
    ['email'],
  );
});

test('removing a required row clears it, and takes any other away', () => {
  const rows = startDraft([newColumn('phone', ['Cell']), newColumn('gpa', ['GPA'])]);
  assert.deepEqual(flat(removeRow(removeRow(rows, 'phone'), 'gpa')), [
    ['crmId'],
    ['firstName'],
    ['lastName'],
    ['phone'],
  ]);
});

test('the order of columns is no change, a policy is', () => {
  const one = mappingOf([...saved]);
  assert.ok(sameMapping(one, { columns: one.columns.toReversed() }));
  assert.ok(!sameMapping(one, { columns: one.columns.map((column) => ({ ...column, trim: false })) }));
});

test('suggestions are for fields that the file does not fill yet', () => {
  assert.deepEqual(
    openSuggestions(saved, preview).map((one) => one.field),
    ['crmId', 'firstName'],
  );
});

test('labels that are used, nearly used or blank are not offered as unused', () => {
  assert.deepEqual(unusedLabels(saved, preview), ['ID', 'First', 'Notes']);
});

test('a label of the file can be given a field, another one, and none', () => {
  assert.equal(fieldOfLabel(saved, preview, 'cell_phone '), 'phone');
  const toEmail = assignLabel(saved, preview, 'cell_phone ', 'email');
  assert.deepEqual(flat(toEmail), [
    ['crmId', 'Student'],
    ['firstName'],
    ['lastName'],
    ['phone'],
    ['email', 'cell_phone '],
  ]);
  assert.deepEqual(flat(assignLabel(toEmail, preview, 'cell_phone ', '')), flat(toEmail).slice(0, 4));
});

test('a file that lacks the column of a required field cannot be imported yet', () => {
  assert.deepEqual(missingInFile(saved, preview), ['crmId', 'firstName', 'lastName']);
});
