// Phones, and that the fast path never differs from libphonenumber-js with full metadata.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseByLibrary } from './phone-library.ts';
import { parsePhone, showPhone } from './phones.ts';

const cases: [text: string, country: string, expected: string | null][] = [
  ['212-555-0143', 'US', '+12125550143'],
  ['(212) 555 0143', 'US', '+12125550143'],
  ['1.212.555.0143', 'US', '+12125550143'],
  ['+1 (212) 555-0143 x12', 'US', '+12125550143'],
  ['tel:+12125550143', 'US', '+12125550143'],
  ['２１２５５５０１４３', 'US', '+12125550143'],
  ['+12125550143', 'GB', '+12125550143'],
  ['2125550143', 'GB', null],
  ['+44 20 7183 8750', 'US', '+442071838750'],
  ['07911 123456', 'GB', '+447911123456'],
  ['+15551234567', 'US', null],
  ['555-0143', 'US', null],
  ['Decline to state', 'US', null],
  ['6.02E+23', 'US', null],
  ['212-555-0143 / 917-555-0100', 'US', null],
  ['', 'US', null],
  ['2125550143', 'XX', null],
];

for (const [text, country, expected] of cases)
  test(`“${text}” in ${country} is ${expected ?? 'no phone'}`, () => assert.equal(parsePhone(text, country), expected));

test('the fast path says what the library says for anything written with digits and phone signs', () => {
  const country = fc.constantFrom('US', 'CA', 'GB', 'JM', 'PR', 'MX', 'XX');
  const text = fc.stringMatching(/^[+ ]?[0-9 ().-]{0,20}$/);
  const check = (t: string, c: string) => assert.equal(parsePhone(t, c), parseByLibrary(t, c), `${t} in ${c}`);
  fc.assert(fc.property(text, country, check), { numRuns: 20_000 });
});

test('the fast path says what the library says for every shape of a North American number', () => {
  const digit = fc.integer({ min: 0, max: 9 }).map(String);
  const number = fc.array(digit, { minLength: 10, maxLength: 10 });
  const shape = fc.constantFrom(
    '##########',
    '###-###-####',
    '(###) ###-####',
    '###.###.####',
    ' ### ### ####',
    '(###)###-####',
  );
  const prefix = fc.constantFrom('', '1', '+1', '1-', '+1 ', '+1.', '2', '+', '+2', '01', '11');
  const country = fc.constantFrom('US', 'CA', 'DO', 'DE');
  const check = (digits: string[], form: string, before: string, c: string) => {
    let next = 0;
    const text = before + form.replace(/#/g, () => digits[next++] ?? '');
    assert.equal(parsePhone(text, c), parseByLibrary(text, c), `${text} in ${c}`);
  };
  fc.assert(fc.property(number, shape, prefix, country, check), { numRuns: 20_000 });
});

test('six digits do not decide: where the seventh matters, it is heard', () => {
  for (const six of ['246521', '246522', '876606'])
    for (let seventh = 0; seventh <= 9; seventh++) {
      const text = `${six}${seventh}123`;
      assert.equal(parsePhone(text, 'US'), parseByLibrary(text, 'US'), text);
    }
});

test('seven digits decide: the last three never change whether a number is valid', () => {
  const prefix = fc.integer({ min: 2_000_000, max: 9_999_999 });
  const line = fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, '0'));
  const check = (seven: number, a: string, b: string) =>
    assert.equal(parseByLibrary(`+1${seven}${a}`, 'US') === null, parseByLibrary(`+1${seven}${b}`, 'US') === null);
  fc.assert(fc.property(prefix, line, line, check), { numRuns: 10_000 });
});

test('a phone is shown nationally within its calling code and with the country code elsewhere', () => {
  assert.equal(showPhone('+12125550143', 'US'), '(212) 555-0143');
  assert.equal(showPhone('+14165550143', 'US'), '(416) 555-0143');
  assert.equal(showPhone('+12125550143', 'GB'), '+1 212 555 0143');
  assert.equal(showPhone('nonsense', 'US'), 'nonsense');
});
