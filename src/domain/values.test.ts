// Each type of field: texts and the canonical text or the code that they give.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { customField, type FieldType, standardFields } from './fields.ts';
import { valueParser } from './values.ts';

const options = ['New York', 'Boston', 'On-line'];

function parse(name: FieldType | string, text: string, country = 'US'): string {
  const standard = standardFields.find((field) => field.name === name);
  const field = standard ?? customField({ name: 'x', type: name as FieldType, options });
  const value = valueParser(field, { country })(text);
  return typeof value === 'string' ? value : `!${value.code}`;
}

const cases: [field: string, text: string, expected: string][] = [
  ['crmId', '00123', '00123'],
  ['crmId', '6.02E+23', '!spreadsheet-damaged-value'],
  ['crmId', '1,5E+10', '!spreadsheet-damaged-value'],
  ['crmId', '6E10', '6E10'],
  ['crmId', 'x'.repeat(256), '!value-too-long'],
  ['crmId', 'a\0b', '!bad-encoding'],
  ['causewayId', '019AA000-0000-7000-8000-00000000000A', '019aa000-0000-7000-8000-00000000000a'],
  ['causewayId', '12', '!unknown-contact-id'],
  ['firstName', '#N/A', '!spreadsheet-damaged-value'],
  ['firstName', '#REF!', '!spreadsheet-damaged-value'],
  ['firstName', '#######', '!spreadsheet-damaged-value'],
  ['firstName', '#1', '#1'],
  ['firstName', 'x'.repeat(201), '!value-too-long'],
  ['majors', 'Biology; Music ;Biology;', 'Biology;Music'],
  ['majors', 'Biology', 'Biology'],
  ['graduationYear', '2027', '2027'],
  ['graduationYear', '2027.0', '2027'],
  ['graduationYear', '27', '!invalid-number'],
  ['graduationYear', '2027.5', '!invalid-number'],
  ['graduationYear', 'Spring 2027', '!invalid-number'],
  ['gpa', '3.66667', '3.66667'],
  ['gpa', '101', '!invalid-number'],
  ['gpa', '-1', '!invalid-number'],
  ['number', '1.2E+10', '!spreadsheet-damaged-value'],
  ['dateOfBirth', '3/31/2005', '2005-03-31'],
  ['dateOfBirth', 'soon', '!invalid-date'],
  ['phone', '(212) 555-0143', '+12125550143'],
  ['phone', '555', '!invalid-phone'],
  ['phone', '2.12556E+09', '!spreadsheet-damaged-value'],
  ...['y', 'YES', 'True', '1'].map((text): [string, string, string] => ['textOptOut', text, 'true']),
  ...['n', 'No', 'FALSE', '0'].map((text): [string, string, string] => ['textOptOut', text, 'false']),
  ['boolean', 'maybe', '!invalid-boolean'],
  ['boolean', 'x', '!invalid-boolean'],
  ['email', 'Ann.Lee+x@Example.EDU', 'Ann.Lee+x@example.edu'],
  ['email', "o'neil@x.co", "o'neil@x.co"],
  ['email', 'jörg@exämple.de', 'jörg@exämple.de'],
  ...[
    'ann',
    'ann@',
    '@x.edu',
    'ann@x',
    'a b@x.edu',
    'a@b@x.edu',
    'ann@x..edu',
    '.ann@x.edu',
    'ann@-x.edu',
    'Ann <ann@x.edu>',
    'a@x.edu;b@x.edu',
    `${'a'.repeat(65)}@x.edu`,
    `a@${'x'.repeat(260)}.edu`,
  ].map((text): [string, string, string] => ['email', text, '!invalid-email']),
  ['url', 'https://x.edu/a?b=1', 'https://x.edu/a?b=1'],
  ...['www.x.edu', 'ftp://x.edu', 'https://', 'http://a b', 'javascript:alert(1)'].map(
    (text): [string, string, string] => ['url', text, '!invalid-url'],
  ),
  ['single-select', 'new york', 'New York'],
  ['single-select', 'Paris', '!unknown-option'],
  ['multi-select', 'boston; ON-LINE;Boston', 'Boston;On-line'],
  ['multi-select', 'Boston;Paris', '!unknown-option'],
  ['multi-select', ';', '!unknown-option'],
];

for (const [field, text, expected] of cases)
  test(`${field}: “${text.slice(0, 40).replace('\0', '␀')}” gives ${expected}`, () =>
    assert.equal(parse(field, text), expected));

test('an unknown option names the nearest one', () => {
  const value = valueParser(customField({ name: 'x', type: 'single-select', options }), { country: 'US' })('Bostn');
  assert.ok(typeof value === 'object');
  assert.deepEqual(value.facts.nearest, ['Boston']);
});

test('the search for the nearest option is bounded in a column: beyond it a text is unknown and nothing is named', () => {
  const options = Array.from({ length: 1000 }, (_, i) => `Option ${i}`);
  const parse = valueParser(customField({ name: 'x', type: 'single-select', options }), { country: 'US' });
  const named = Array.from({ length: 300 }, (_, i) => parse(`Optoin ${i}`)).map(
    (value) => typeof value !== 'string' && (value.facts.nearest as string[]).length > 0,
  );
  assert.ok(named[0]);
  assert.ok(!named.at(-1));
  assert.deepEqual(parse('Optoin 0'), parse('Optoin 0'));
});

test('a canonical value of any type is read as itself', () => {
  const names = standardFields.map((field) => field.name);
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('y', '3/31/2005', '(212) 555-0143', '1,234.5', 'A@B.edu', 'a;b;a'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...names), text, (name, given) => {
      const trimmed = given.trim();
      if (trimmed === '') return;
      const value = parse(name, trimmed);
      if (!value.startsWith('!')) assert.equal(parse(name, value), value);
    }),
    { numRuns: 5000 },
  );
});

test('numbers, dates, yes and no, phones and e-mail addresses come out without a sign that COPY would have to escape', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('1', '2125550143', '.', '/', '@', 'a', 'x.edu', '\\', '\t', '\n', '\0', ' '), {
      maxLength: 8,
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('number', 'date', 'boolean', 'phone', 'email'), text, (type, given) => {
      const trimmed = (typeof given === 'string' ? given : given.join('')).trim();
      if (trimmed !== '') assert.doesNotMatch(parse(type, trimmed), /[\\\t\n\r\0]/);
    }),
    { numRuns: 10_000 },
  );
});

test('a hostile text costs no time: parsing stays linear', () => {
  const long = 'a'.repeat(1_000_000);
  for (const field of standardFields) assert.ok(parse(field.name, `${long}@${long}`).startsWith('!'));
});
