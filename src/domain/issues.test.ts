// The dictionary: complete, in plain words, and silent about everybody but the row's own cell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueEffects, issueScopes } from './issue.ts';
import { describedIssue, issueDictionary, issueEntry, issueMessage, newIssue } from './issues.ts';

/** Product section 3, and what stands beside it there. Names are never changed. */
const promised =
  'blank-required-data-in-record contact-out-of-sync duplicate-contact duplicate-unique-id-crmId unsupported-file-type file-not-in-root feed-disabled empty-file no-data-rows missing-mapped-column unmapped-column duplicate-label blank-label label-normalised preamble-skipped delimiter-not-comma bad-encoding incomplete-upload same-content-as-last-file column-count-mismatch malformed-quoting blank-row unknown-contact-id row-too-large invalid-phone invalid-email invalid-date invalid-number invalid-boolean invalid-url unknown-option value-too-long spreadsheet-damaged-value'.split(
    ' ',
  );

test('every promised code is in the dictionary', () => {
  const codes = issueDictionary.map((entry) => entry.code);
  assert.deepEqual(
    promised.filter((code) => !codes.includes(code)),
    [],
  );
  assert.equal(new Set(codes).size, codes.length);
});

for (const entry of issueDictionary)
  test(`${entry.code} has whole sentences in plain words`, () => {
    assert.ok(issueScopes.includes(entry.scope) && issueEffects.includes(entry.effect));
    assert.match(entry.code, /^[a-zA-Z]+(-[a-zA-Z]+)+$/);
    for (const text of [entry.explanation, entry.remedy]) assert.match(text, /^[A-Z].*[.]$/s, text);
    assert.match(entry.title, /^[A-Z].*[^.]$/, entry.title);
    const all = [entry.title, entry.explanation, entry.remedy].join(' ');
    assert.doesNotMatch(all, /\b(error code|parse|null|undefined|invalid|illegal|regex|tenant|exception|failed to)\b/i);
    for (const effect of issueEffects) {
      const issue = newIssue(entry.code, { effect, row: 12, line: 14, label: 'Phone', value: 'x' });
      const message = issueMessage(issue);
      assert.match(message, /[.]$/, message);
      assert.doesNotMatch(message, /undefined|null|NaN|\[object/, message);
      assert.doesNotMatch(issueMessage({ ...issue, row: null, label: null, value: null }), /undefined|null|NaN/);
    }
  });

test('an issue without given facts has the dictionary’s scope and effect', () => {
  assert.deepEqual(newIssue('blank-row'), {
    code: 'blank-row',
    scope: 'row',
    effect: 'notice',
    row: null,
    line: null,
    label: null,
    value: null,
    facts: {},
  });
});

test('what an issue keeps of a file can be stored: short, without NUL and half characters', () => {
  const { value } = newIssue('invalid-phone', { value: `a\0b${'x'.repeat(496)}😀tail` });
  assert.equal(value, `a\ufffdb${'x'.repeat(496)}\ufffd…`);
});

test('an unknown code has words that say so', () => {
  assert.equal(issueEntry('of-the-future').code, 'of-the-future');
  assert.match(issueMessage(newIssue('of-the-future')), /of-the-future/);
});

const sentences: [issue: Parameters<typeof newIssue>, expected: RegExp][] = [
  [
    ['missing-mapped-column', { label: 'Phone', facts: { title: 'Phone', nearest: ['Mobile'] } }],
    /no column “Phone” .*Nearest: “Mobile”. No row was imported/,
  ],
  [['missing-mapped-column', { facts: { title: 'Phone', unmapped: true } }], /No column is mapped to Phone/],
  [
    [
      'missing-mapped-column',
      { label: 'Phone', facts: { title: 'Phone', nearest: ['phone', 'PHONE'], ambiguous: true } },
    ],
    /“phone” and “PHONE” could be meant/,
  ],
  [
    ['label-normalised', { label: 'cell_phone', facts: { mapped: 'Cell Phone', difference: 'an underscore' } }],
    /“cell_phone” was taken as the mapped label “Cell Phone”. The difference: an underscore/,
  ],
  [['incomplete-upload', { facts: { kind: 'dropped' } }], /^(?!.*connection).*$/],
  [['unsupported-file-type', { facts: { kind: 'xlsx' } }], /^The file is an Excel workbook, not CSV.$/],
  [
    ['duplicate-contact', { row: 7, value: '212', facts: { otherContact: 'abc' } }],
    /^Row 7: .* belongs to the contact with the Causeway ID abc; the row was skipped.$/,
  ],
  [
    ['invalid-phone', { row: 7, label: 'Phone', value: '555-0143', effect: 'row-skipped' }],
    /^Row 7: “555-0143” in “Phone” has no area code; the row was skipped.$/,
  ],
  [['invalid-date', { row: 7, label: 'DOB', value: '38442' }], /day number of a spreadsheet.*the cell was left out/],
  [['invalid-date', { row: 7, label: 'DOB', value: '3/1/05' }], /a year of two digits/],
  [
    ['preamble-skipped', { row: 1, facts: { count: 23, wide: 0 } }],
    /^23 rows above the header were left out, from row 1 on\.$/,
  ],
  [['preamble-skipped', { row: 2, facts: { count: 1, wide: 0 } }], /^Row 2, above the header, was left out\.$/],
  [
    ['bad-encoding', { row: 1, facts: { kind: 'undefined', count: 1, encoding: 'windows-1252' } }],
    /^1 place holds bytes that mean nothing in windows-1252\.$/,
  ],
  [
    ['bad-encoding', { row: 1, facts: { kind: 'replaced', count: 1, encoding: 'utf-8' } }],
    /^1 place .* and shows the sign/,
  ],
  [
    ['blank-row', { facts: { count: 7, firstRows: [1, 2, 3, 4, 5, 6, 7] } }],
    /^7 blank rows were left out \(rows 1, 2, 3, 4, 5 and 2 more\).$/,
  ],
];
for (const [given, expected] of sentences)
  test(`${given[0]} says ${expected.source.slice(0, 60)}`, () =>
    assert.match(issueMessage(newIssue(...given)), expected));

test('the contract’s form of an issue has exactly its members', () => {
  const keys = Object.keys(describedIssue(newIssue('invalid-email', { row: 3, value: 'x' })));
  assert.deepEqual(keys, ['code', 'scope', 'effect', 'row', 'label', 'value', 'message']);
});
