// File options: a change on top of what is there, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from './dataset.ts';
import { checkedFileOptions, type FileOptions, usualFileOptions } from './file-options.ts';

const context = { institution: 'westfield', dataset: 'contacts' as const, customFields: [{ name: 'Vegan' }] };

test('members that are not given stay; the base is not changed', () => {
  const base: FileOptions = { ...usualFileOptions, delimiter: 'tab', done: true };
  const options = checkedFileOptions(base, { lineEnd: 'lf', done: undefined, columns: null }, context);
  assert.deepEqual(options, { ...base, lineEnd: 'lf' });
  assert.equal(base.lineEnd, 'crlf');
});

const one = (field: string, header = field) => ({ field, header });

test('columns may be any of the dataset in any order, custom ones and the same one twice', () => {
  const columns = [one('custom.Vegan', 'Diet'), one('crmId'), one('crmId', 'Again')];
  assert.deepEqual(checkedFileOptions(usualFileOptions, { columns }, context).columns, columns);
});

const refused: [what: string, change: Partial<FileOptions>, code: string, words: RegExp][] = [
  ['an empty list', { columns: [] }, 'no-columns', /empty/],
  ['an unknown field', { columns: [one('firstname2')] }, 'unknown-column', /Did you mean firstName\?/],
  [
    'a field of the other dataset',
    { columns: [one('externalId')] },
    'unknown-column',
    /Contacts have no field externalId/,
  ],
  ['a custom field that is not there', { columns: [one('custom.Vegann')] }, 'unknown-column', /custom\.Vegan\?/],
  ['the same header twice', { columns: [one('crmId', 'Id'), one('email', 'Id')] }, 'duplicate-column-header', /“Id”/],
  ['a blank header', { columns: [one('crmId', '  ')] }, 'bad-column-header', /blank/],
  ['a header of two lines', { columns: [one('crmId', 'CRM\nID')] }, 'bad-column-header', /line break/],
  ['a bad template', { nameTemplate: 'a/b.csv' }, 'bad-file-name', /slash/],
];
for (const [what, change, code, words] of refused)
  test(`${what} is refused`, () => {
    assert.throws(
      () => checkedFileOptions(usualFileOptions, change, context),
      (error: { code?: string; title?: string; detail?: string }) =>
        error.code === code && words.test(`${error.title} ${error.detail}`),
    );
  });

test('contacts have the standard fields and the institution’s own, connections those of ruling 34', () => {
  assert.deepEqual(columnsOf('contacts', [{ name: 'Vegan' }]).slice(-2), ['enrollmentId', 'custom.Vegan']);
  assert.equal(
    columnsOf('connections', [{ name: 'Vegan' }]).join(' '),
    'externalId connectedAt studentId firstName lastName gender raceEthnicity dateOfBirth graduationYear gpa school email phone street city state postalCode country majors',
  );
});
