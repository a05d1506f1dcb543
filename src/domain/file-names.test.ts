// File names: what a template gives, what is refused and with which words, and numbers for names that are taken.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './errors.ts';
import { checkNameTemplate, fileNameFrom, freeName, type NameFacts, numberedName, sameNameNote } from './file-names.ts';

const facts: NameFacts = {
  institution: 'westfield',
  dataset: 'connections',
  cutAt: new Date('2026-11-01T05:30:07Z'),
  timeZone: 'America/New_York',
  number: 12,
  rows: 345,
  window: { from: 7, to: 9 },
};

const names: [template: string, name: string, encrypted?: boolean][] = [
  ['{institution}-{dataset}-{date}-{number}.csv', 'westfield-connections-2026-11-01-12.csv'],
  ['{time}.csv', '013007.csv'],
  ['{rows} rows {window}.txt', '345 rows 7-9.txt'],
  ['Étudiants {date} {date}.csv', 'Étudiants 2026-11-01 2026-11-01.csv'],
  ['plain', 'plain'],
  ['a.csv', 'a.csv.pgp', true],
  ['a.csv.gpg', 'a.csv.gpg', true],
  ['a.PGP', 'a.PGP', true],
];
for (const [template, name, encrypted = false] of names)
  test(`${template} gives ${name}`, () => {
    checkNameTemplate(template, facts);
    assert.equal(fileNameFrom(template, facts, encrypted), name);
  });

test('date and time are those of the institution’s zone, also in the hour that comes twice', () => {
  const at = (iso: string, timeZone: string) =>
    fileNameFrom('{date} {time}', { ...facts, cutAt: new Date(iso), timeZone }, false);
  assert.equal(at('2026-11-01T06:30:00Z', 'America/New_York'), '2026-11-01 013000');
  assert.equal(at('2026-03-08T07:00:00Z', 'America/New_York'), '2026-03-08 030000');
  assert.equal(at('2026-12-31T23:59:59.999Z', 'Pacific/Kiritimati'), '2027-01-01 135959');
});

const refused: [template: string, code: string, words: RegExp][] = [
  ['{dat}.csv', 'unknown-name-token', /Did you mean \{date\}\?/],
  ['{Number}.csv', 'unknown-name-token', /\{number\}/],
  ['{}.csv', 'unknown-name-token', /Use one of \{institution\}/],
  ['{xyzzy}.csv', 'unknown-name-token', /Use one of/],
  ['{date.csv', 'bad-file-name', /brace/],
  ['date}.csv', 'bad-file-name', /brace/],
  ['{{date}}.csv', 'bad-file-name', /brace/],
  ['folder/{date}.csv', 'bad-file-name', /slash/],
  ['..\\{date}.csv', 'bad-file-name', /slash/],
  ['a\nb.csv', 'bad-file-name', /invisible/],
  ['a\u0000.csv', 'bad-file-name', /invisible/],
  ['a\u202egnp.csv', 'bad-file-name', /invisible/],
  ['a\ud800.csv', 'bad-file-name', /invisible/],
  ['', 'bad-file-name', /empty/],
  [' a.csv', 'bad-file-name', /space/],
  ['a.csv ', 'bad-file-name', /space/],
  ['.hidden.csv', 'bad-file-name', /dot/],
  ['..', 'bad-file-name', /dot/],
  ['a.csv.part', 'bad-file-name', /unfinished/],
  ['a.TMP', 'bad-file-name', /unfinished/],
  ['a.filepart', 'bad-file-name', /unfinished/],
  ['a.csv~', 'bad-file-name', /unfinished/],
  [`${'é'.repeat(101)}.csv`, 'bad-file-name', /longer/],
  [`{dataset}${'a'.repeat(190)}`, 'bad-file-name', /longer/],
];
for (const [template, code, words] of refused)
  test(`${JSON.stringify(template)} is refused: ${words.source}`, () => {
    assert.throws(
      () => checkNameTemplate(template, facts),
      (error) =>
        error instanceof AppError &&
        error.code === code &&
        words.test(`${error.title} ${error.detail}`) &&
        error.fields[0]?.name === 'file.nameTemplate',
    );
  });

test('a number goes before the ending, and an ending of encryption stays last', () => {
  assert.deepEqual(
    ['a.csv', 'a.b.csv', 'a.csv.pgp', 'a', 'a.', '2026.05', 'x.pgp'].map((name) => numberedName(name, 2)),
    ['a-2.csv', 'a.b-2.csv', 'a-2.csv.pgp', 'a-2', 'a.-2', '2026-2.05', 'x-2.pgp'],
  );
});

test('of names that are taken the lowest free number is used', () => {
  const taken = new Set(['a.csv', 'a-2.csv', 'a-4.csv']);
  assert.equal(
    freeName('b.csv', (name) => taken.has(name)),
    'b.csv',
  );
  assert.equal(
    freeName('a.csv', (name) => taken.has(name)),
    'a-3.csv',
  );
});

test('a template that can give the same name again is told, with what happens then', () => {
  const note = (nameTemplate: string, sameName: 'number' | 'replace') => sameNameNote({ nameTemplate, sameName });
  assert.equal(note('{dataset}-{number}.csv', 'number'), null);
  assert.equal(note('{date}-{time}.csv', 'replace'), null);
  assert.equal(note('{window}.csv', 'replace'), null);
  assert.match(note('students.csv', 'number') ?? '', /^All files get the same name: from the second on a number/);
  assert.match(note('students.csv', 'replace') ?? '', /^All files get the same name, and each replaces the one before/);
  assert.match(note('{date}.csv', 'number') ?? '', /^Two files of the same day/);
});
