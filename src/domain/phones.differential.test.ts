// Our phones against libphonenumber-js/max called directly: the same number or the same no, whatever text and country.
// PHONE_TEXTS sets how many random texts (20,000) and PHONE_SEED their seed (1); PHONE_STRIDE which area codes and
// exchanges are tried: every n-th (1,009), 1 for each of the 800,000.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { isNanpNumber } from './nanp-plans.ts';
import { type PhoneParser, phoneParser } from './phones.ts';
import { randomNumbers, randomPhoneText } from './phones-for-test.ts';

const texts = Number(process.env.PHONE_TEXTS ?? 20_000);
const seed = Number(process.env.PHONE_SEED ?? 1);
const stride = Number(process.env.PHONE_STRIDE ?? 1009);

/** Its patterns for phone contexts remember where they stopped in the last text; one that they do not fit makes them forget. */
function byLibrary(text: string, country: string): string | null {
  parsePhoneNumberFromString('0;phone-context=!');
  const number = isSupportedCountry(country)
    ? parsePhoneNumberFromString(text, country)
    : parsePhoneNumberFromString(text);
  return number?.isValid() ? number.number : null;
}

const parsers = new Map<string, PhoneParser>();
function ours(text: string, country: string): string | null {
  const parse = parsers.get(country) ?? phoneParser(country);
  parsers.set(country, parse);
  return parse(text);
}

function compare(text: string, country: string): void {
  const expected = byLibrary(text, country);
  const found = ours(text, country);
  if (found !== expected) assert.equal(found, expected, `${JSON.stringify(text)} in ${country}`);
}

const nanp = getCountries().filter((country) => getCountryCallingCode(country) === '1');
/** Every way in which a default country can matter: North American ones, others, none. */
const countries = [...nanp, 'GB', 'DE', 'MX', 'FR', 'IT', 'BR', 'AR', 'IN', 'RU', 'KZ', 'SH', '', 'XX', 'us'];

test('every area code and exchange, with every digit at every place behind it, in usual writings', () => {
  const random = randomNumbers(seed);
  const writings = ['##########', '(###) ###-####', '+1##########', '1-###-###-####', '###.###.####'];
  let turn = 0;
  for (let prefix = 200_000 + (seed % stride); prefix < 1_000_000; prefix += stride)
    for (let place = 0; place < 4; place++)
      for (let digit = 0; digit <= 9; digit++) {
        const line = [...String(Math.floor(random() * 10_000)).padStart(4, '0')];
        line[place] = String(digit);
        const national = `${prefix}${line.join('')}`;
        let next = 0;
        const writing = writings[turn % writings.length] ?? '';
        const text = writing.replaceAll('#', () => national[next++] ?? '');
        compare(text, nanp[turn++ % nanp.length] ?? 'US');
      }
});

test('seven digits decide, and all ten are looked at when they are new', () => {
  const random = randomNumbers(seed + 1);
  for (let i = 0; i < texts; i++) {
    const seven = String(2_000_000 + Math.floor(random() * 8_000_000));
    const line = () => String(Math.floor(random() * 1000)).padStart(3, '0');
    const [a, b] = [`${seven}${line()}`, `${seven}${line()}`];
    assert.equal(isNanpNumber(a), isNanpNumber(b), `${a} ${b}`);
    assert.equal(isNanpNumber(a), byLibrary(`+1${a}`, 'US') !== null, a);
  }
});

test('random texts: usual and odd separators, extensions, letters, other scripts, invisible signs, other countries', () => {
  const random = randomNumbers(seed + 2);
  let phones = 0;
  for (let i = 0; i < texts; i++) {
    const text = randomPhoneText(random);
    const country = random() < 0.5 ? 'US' : (countries[Math.floor(random() * countries.length)] ?? '');
    compare(text, country);
    if (ours(text, country) !== null) phones++;
  }
  assert.ok(phones > texts / 8, `only ${phones} of ${texts} are phones: the comparison says little`);
});

test('numbers too short for North America, written in digits alone', () => {
  const random = randomNumbers(seed + 3);
  for (let i = 0; i < texts; i++) {
    const digits = Array.from({ length: Math.floor(random() * 13) }, () => Math.floor(random() * 10)).join('');
    compare(`${random() < 0.3 ? '011' : random() < 0.3 ? '0' : ''}${digits}`, nanp[i % nanp.length] ?? 'US');
  }
});

test('a number with a phone context has the same answer each time, whatever came before it', () => {
  const contexts = (
    '+1|+44|+|+-|+.1(2)-|+1 2|+١||a|example.com|x1-2.com|1-2.x|1--2.x.|1-.x|-1.x|.x|x..|x.1|1.1|x_y|x-1|x-|Ünicode|' +
    '+1;ext=5|x;phone-context=+1|+12125550143;tel:'
  ).split('|');
  const numbers = (
    '212-555-0143|tel:2125550143|Tel. 2125550143|2125550143;ext=7|20 7183 8750|tel:+12125550143|2125550143;isub=12||tel:|' +
    'tel:x2125550143|2125550143 x|2071838750#|5550143|(212) 555 0143 |0'
  ).split('|');
  for (const context of contexts)
    for (const number of numbers)
      for (const country of ['US', 'GB', 'AS', 'XX'])
        for (let time = 0; time < 3; time++) compare(`${number};phone-context=${context}`, country);
});

test('no text costs more than a moment, whatever it holds', () => {
  const long = '1'.repeat(2_000_000);
  for (const context of [
    `${'11.'.repeat(70)}!`,
    `+${'1'.repeat(200)}!`,
    `${'1-'.repeat(100)}!`,
    `${'a'.repeat(200)}!`,
    `${long}!`,
    `+${long}!`,
  ])
    for (const country of ['US', 'GB']) assert.equal(ours(`2125550143;phone-context=${context}`, country), null);
  for (const text of [long, `+1${long}`, `tel:${long}`, `2125550143 x${long}`]) assert.equal(ours(text, 'GB'), null);
});

test('any string of any signs', () => {
  const any = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
  fc.assert(fc.property(any, fc.constantFrom(...countries), compare), { numRuns: Math.ceil(texts / 10), seed });
});

test('what the fast path takes for granted stands in the metadata: 011 dials abroad, numbers have ten digits, or seven', () => {
  for (const country of nanp) {
    const plan: readonly unknown[] = metadata.countries[country] ?? [];
    const [, abroad, , lengths] = plan;
    assert.equal(abroad, '011', country);
    assert.ok(
      (lengths as number[]).every((length) => length === 10 || length === 7),
      country,
    );
  }
  assert.ok(nanp.length > 20);
});
