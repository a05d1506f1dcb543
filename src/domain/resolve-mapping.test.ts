// From labels to columns: exact, near, missing, ambiguous, twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFields } from './fields.ts';
import { type MappedColumn, newColumn } from './mapping.ts';
import { resolveMapping } from './resolve-mapping.ts';

const fields = allFields([{ name: 'size', type: 'text', options: [] }]);
const base = [newColumn('crmId', ['ID']), newColumn('firstName', ['First']), newColumn('lastName', ['Last'])];
const mapping = (...more: MappedColumn[]) => ({ columns: [...base, ...more] });
const phone = newColumn('phone', ['Phone']);
const email = newColumn('email', ['Email']);
const people = ['ID', 'First', 'Last'];

/** `code effect label` of each issue, and the columns as `field=indexes`. */
function outcome(columns: { columns: MappedColumn[] }, labels: string[], strict = false) {
  const { issues, columns: found, rejected } = resolveMapping(columns, labels, fields, { strict, headerRow: 1 });
  return {
    issues: issues.map((issue) => [issue.code, issue.effect, issue.label].join(' ')),
    columns: found.map(({ field, indexes }) => `${field.name}=${indexes.join('+')}`).slice(3),
    rejected,
  };
}

type Case = {
  title: string;
  more?: MappedColumn[];
  labels: string[];
  strict?: boolean;
  columns?: string[];
  issues?: string[];
};
const cases: Case[] = [
  { title: 'exact labels give their columns and no issue', labels: [...people, 'Phone'], columns: ['phone=3'] },
  { title: 'the order of the columns does not matter', labels: ['Phone', ...people], columns: ['phone=0'] },
  {
    title: 'a near miss is used and told',
    labels: [...people, 'PHONE '],
    columns: ['phone=3'],
    issues: ['label-normalised notice PHONE '],
  },
  {
    title: 'a strict feed takes no near miss',
    labels: [...people, 'phone'],
    strict: true,
    issues: ['missing-mapped-column file-rejected Phone', 'unmapped-column notice phone'],
  },
  {
    title: 'an exact label goes before near misses of it, which are told as not mapped',
    labels: [...people, 'phone', 'Phone', 'PHONE'],
    columns: ['phone=4'],
    issues: ['unmapped-column notice phone', 'unmapped-column notice PHONE'],
  },
  {
    title: 'of two near misses none is guessed',
    labels: [...people, 'phone', 'PHONE'],
    issues: [
      'missing-mapped-column file-rejected Phone',
      'unmapped-column notice phone',
      'unmapped-column notice PHONE',
    ],
  },
  {
    title: 'a near miss that two mapped labels claim is given to neither',
    more: [phone, newColumn('email', ['E-mail']), newColumn('custom.size', ['Email'])],
    labels: [...people, 'Phone', 'EMAIL'],
    columns: ['phone=3'],
    issues: [
      'missing-mapped-column notice E-mail',
      'missing-mapped-column notice Email',
      'unmapped-column notice EMAIL',
    ],
  },
  {
    title: 'a column that one mapped label names exactly is no near miss of another',
    more: [phone, email, newColumn('custom.size', ['E-mail'])],
    labels: [...people, 'Phone', 'Email'],
    columns: ['phone=3', 'email=4'],
    issues: ['missing-mapped-column notice E-mail'],
  },
  {
    title: 'a mapped label that stands twice rejects the file, also when it is optional',
    more: [phone, email],
    labels: [...people, 'Phone', 'Email', 'Email '],
    columns: ['phone=3'],
    issues: ['duplicate-label file-rejected Email'],
  },
  {
    title: 'a near miss that stands twice rejects the file',
    labels: [...people, 'phone', 'phone'],
    issues: ['duplicate-label file-rejected phone'],
  },
  {
    title: 'a label that is not mapped and stands twice is a notice',
    labels: [...people, 'Phone', 'Note', 'Note'],
    columns: ['phone=3'],
    issues: ['duplicate-label notice Note', 'unmapped-column notice Note'],
  },
  {
    title: 'an optional column that is missing is a notice and is not used',
    more: [phone, email],
    labels: [...people, 'Phone'],
    columns: ['phone=3'],
    issues: ['missing-mapped-column notice Email'],
  },
  {
    title: 'a required column that is missing rejects the file',
    labels: people,
    issues: ['missing-mapped-column file-rejected Phone'],
  },
  {
    title: 'columns of our own error file and blank labels are passed over without a word',
    labels: [...people, 'Phone', 'causeway_row', 'causeway_codes', 'Causeway_Reasons ', '', '  '],
    columns: ['phone=3'],
  },
  {
    title: 'a join needs all of its parts',
    more: [newColumn('phone', ['Area', 'Number'])],
    labels: [...people, 'Number'],
    issues: ['missing-mapped-column file-rejected Area'],
  },
  {
    title: 'a join with all of its parts keeps their order',
    more: [newColumn('phone', ['Area', 'Number'])],
    labels: ['Number', ...people, 'Area'],
    columns: ['phone=4+0'],
  },
  {
    title: 'for the first that is not blank one of several is enough',
    more: [{ ...newColumn('phone', ['Mobile', 'Home']), combine: 'first' }],
    labels: [...people, 'Home'],
    columns: ['phone=3'],
    issues: ['missing-mapped-column notice Mobile'],
  },
  {
    title: 'a mapping without a phone rejects the file',
    more: [],
    labels: [...people, 'Phone'],
    issues: ['missing-mapped-column file-rejected ', 'unmapped-column notice Phone'],
  },
  {
    title: 'a field that the institution does not have is a notice',
    more: [phone, newColumn('custom.gone', ['Size'])],
    labels: [...people, 'Phone', 'Size'],
    columns: ['phone=3'],
    issues: ['unknown-field notice Size', 'unmapped-column notice Size'],
  },
];

for (const { title, more = [phone], labels, strict, columns = [], issues = [] } of cases)
  test(title, () => {
    const rejected = issues.some((issue) => issue.includes('file-rejected'));
    const found = outcome(mapping(...more), labels, strict);
    assert.deepEqual({ ...found, issues: found.issues.toSorted() }, { issues: issues.toSorted(), columns, rejected });
  });

test('a column that is missing comes with the nearest labels of the file', () => {
  const { issues, matches } = resolveMapping(mapping(phone), [...people, 'Mobile Phone', 'City'], fields, {
    strict: false,
  });
  assert.deepEqual(issues[0]?.facts.nearest, ['Mobile Phone']);
  assert.deepEqual(matches.at(-1), { field: 'phone', labels: ['Phone'], found: 'missing', nearest: ['Mobile Phone'] });
});

test('ten thousand long labels and five hundred missing ones are resolved without hanging', () => {
  const labels = Array.from({ length: 10_000 }, (_, i) => `${i} ${'label '.repeat(20)}`);
  const columns = Array.from({ length: 500 }, (_, i) => newColumn('email', [`missing ${i}`]));
  assert.equal(resolveMapping({ columns }, labels, fields, { strict: false }).rejected, true);
});

test('the search for near labels is bounded: beyond it a label is missing and nothing is named', () => {
  const labels = Array.from({ length: 9000 }, (_, i) => `Telefone ${i}`);
  const many = Array.from({ length: 200 }, (_, i) => `Telephone ${i}`);
  const { matches } = resolveMapping({ columns: many.map((label) => newColumn('phone', [label])) }, labels, fields, {
    strict: false,
  });
  assert.equal(matches[0]?.nearest.length, 3);
  assert.deepEqual(new Set(matches.slice(2).map((match) => match.nearest.length)), new Set([0]));
});
