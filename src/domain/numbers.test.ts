// Numbers from text: canonical, exact, and refused where the comma could mean two things.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inRange, isScientific, parseNumber } from './numbers.ts';

const cases: [text: string, country: string, expected: string | null][] = [
  ['3.50', 'US', '3.5'],
  ['007', 'US', '7'],
  ['-0', 'US', '0'],
  ['+5', 'US', '5'],
  ['.5', 'US', '0.5'],
  ['5.', 'US', '5'],
  ['0', 'DE', '0'],
  ['1,234.5', 'US', '1234.5'],
  ['1,234', 'US', '1234'],
  ['1,234,567', 'US', '1234567'],
  ['1,23', 'US', null],
  ['3,5', 'US', null],
  ['12,34.5', 'US', null],
  ['1.234,5', 'US', null],
  ['1.234,5', 'DE', '1234.5'],
  ['1,234.5', 'DE', '1234.5'],
  ['3,5', 'DE', '3.5'],
  ['3.5', 'DE', '3.5'],
  ['1.234', 'DE', null],
  ['1,234', 'DE', null],
  ['0,125', 'DE', '0.125'],
  ['1234,567', 'DE', '1234.567'],
  ['1.234.567', 'DE', '1234567'],
  ['1 234,5', 'FR', '1234.5'],
  ['1\u00a0234,5', 'FR', '1234.5'],
  ['1\u202f234\u202f567', 'FR', '1234567'],
  ["1'234.5", 'CH', '1234.5'],
  ['1 23', 'FR', null],
  ['\u22125', 'US', '-5'],
  ['１２', 'US', '12'],
  ['12345678901234567890.12345678901234567891', 'US', '12345678901234567890.12345678901234567891'],
  ['--5', 'US', null],
  ['1.2.3', 'US', null],
  ['1e3', 'US', null],
  ['$5', 'US', null],
  ['5%', 'US', null],
  ['.', 'US', null],
  ['-', 'US', null],
  [',', 'DE', null],
  ['9'.repeat(100), 'US', null],
];

for (const [text, country, expected] of cases)
  test(`“${text.slice(0, 30)}” in ${country} is ${expected ?? 'refused'}`, () =>
    assert.equal(parseNumber(text, country), expected));

test('a canonical number is read as itself in every country, unless its point is ambiguous there', () => {
  const number = fc
    .tuple(fc.integer(), fc.nat(9999))
    .map(([whole, rest]) => (rest % 10 === 0 ? `${whole}` : `${whole}.${rest}`));
  fc.assert(
    fc.property(number, fc.constantFrom('US', 'DE', 'XX'), (text, country) => {
      const read = parseNumber(text, country);
      if (/^-?[1-9]\d{0,2}\.\d{3}$/.test(text) && country !== 'US') assert.equal(read, null);
      else assert.equal(read, text.startsWith('-0') && !text.includes('.') ? '0' : text);
    }),
    { numRuns: 5000 },
  );
});

test('what is read is canonical: reading it again changes nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-+]?[0-9., ]{1,12}$/), fc.constantFrom('US', 'DE'), (text, country) => {
      const number = parseNumber(text.trim(), country);
      if (number !== null) assert.equal(parseNumber(number, 'US'), number);
    }),
    { numRuns: 5000 },
  );
});

test('scientific notation is seen for what it is', () => {
  const seen = ['6.02E+23', '1e5', '1,2E+10', '12E4', 'E5', '6.02'].map(isScientific);
  assert.deepEqual(seen, [true, true, true, false, false, false]);
});

test('bounds are inclusive, and a whole number has no decimals', () => {
  const year = { min: 1900, max: 2100, whole: true };
  assert.deepEqual(
    ['1900', '2100', '1899', '2101', '2000.5'].map((n) => inRange(n, year)),
    [true, true, false, false, false],
  );
});

test('plain digits with at most one point lose nothing but needless zeros', () => {
  const digits = fc.stringMatching(/^[0-9]{0,18}(?:\.[0-9]{0,18})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      const [whole = '', fraction = ''] = text.split('.');
      const rest = [...fraction].findLast((digit) => digit !== '0') === undefined ? '' : fraction.replace(/0*$/, '');
      const expected = `${BigInt(whole || '0')}${rest === '' ? '' : `.${rest}`}`;
      assert.equal(parseNumber(text, 'US'), /\d/.test(text) ? expected : null, text);
    }),
    { numRuns: 10_000 },
  );
});

test('bounds are compared as the doubles that the digits mean', () => {
  const canonical = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{0,15}[1-9])?$/);
  fc.assert(
    fc.property(canonical, (text) => {
      const number = Number(text);
      assert.ok(inRange(text, { min: number, max: number, whole: false }), text);
    }),
    { numRuns: 20_000 },
  );
});
