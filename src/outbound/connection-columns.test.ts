// Labels and keys as senders write them, and the columns that they mean.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionColumns } from '../domain/dataset.ts';
import { columnFinder, columnOf, headerColumns, otherId } from './connection-columns.ts';

const nameOf = (label: string) => connectionColumns[columnOf(label)];

test('case, spaces, underscores and hyphens do not matter', () => {
  for (const label of ['externalId', 'EXTERNALID', 'External Id', ' external_id ', 'external-id', '"externalId"'])
    assert.equal(nameOf(label), 'externalId');
  assert.equal(nameOf('Race Ethnicity'), 'raceEthnicity');
  assert.equal(nameOf('GPA'), 'gpa');
  assert.equal(columnOf('Connection ID'), otherId);
  for (const label of ['', 'id', 'external', 'phone2', 'toString', '__proto__']) assert.equal(columnOf(label), -1);
});

test('every column is found by its name, also when the finder has forgotten it', () => {
  const find = columnFinder();
  for (let n = 0; n < 2_000; n++) assert.equal(find(`other ${n}`), -1);
  assert.deepEqual(connectionColumns.map(find), [...connectionColumns.keys()]);
});

test('connectionId stands for externalId only where that is missing', () => {
  const id = connectionColumns.indexOf('externalId');
  const alone = headerColumns(['Connection ID', 'phone']);
  assert.deepEqual([alone.indexes[id], alone.unknown, alone.repeated], [0, [], []]);
  const both = headerColumns(['connectionId', 'phone', 'external id']);
  assert.deepEqual([both.indexes[id], both.unknown, both.repeated], [2, ['connectionId'], []]);
});

test('a column that stands twice is told, and blank labels are nobody', () => {
  const { unknown, repeated } = headerColumns(['externalId', 'Phone', '', ' ', 'phone', 'PHONE', 'Note']);
  assert.deepEqual([unknown, repeated], [['Note'], ['phone']]);
});
