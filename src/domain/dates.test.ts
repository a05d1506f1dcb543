// Days from text: what is understood, what is refused because it could be another day.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DateOrder, dateFormat, dateOrderOf, parseDate } from './dates.ts';

const cases: [text: string, order: DateOrder, expected: string | null][] = [
  ['2005-03-31', 'mdy', '2005-03-31'],
  ['2005-3-1', 'mdy', '2005-03-01'],
  ['2005/03/31', 'dmy', '2005-03-31'],
  ['20050331', 'mdy', '2005-03-31'],
  ['3/31/2005', 'mdy', '2005-03-31'],
  ['31/3/2005', 'mdy', null],
  ['31/3/2005', 'dmy', '2005-03-31'],
  ['3/31/2005', 'dmy', null],
  ['31.03.2005', 'dmy', '2005-03-31'],
  ['03-31-2005', 'mdy', '2005-03-31'],
  ['3/31-2005', 'mdy', null],
  ['31-MAR-2005', 'mdy', '2005-03-31'],
  ['31MAR2005:00:00:00', 'mdy', '2005-03-31'],
  ['Mar 31, 2005', 'dmy', '2005-03-31'],
  ['September 1 2005', 'mdy', '2005-09-01'],
  ['1st Sept. 2005', 'mdy', '2005-09-01'],
  ['31-Foo-2005', 'mdy', null],
  ['2005-03-31T00:00:00Z', 'mdy', '2005-03-31'],
  ['2005-03-31 00:00:00.000', 'mdy', '2005-03-31'],
  ['2005-03-31T00:00:00-05:00', 'mdy', '2005-03-31'],
  ['3/31/2005 12:00:00 AM', 'mdy', '2005-03-31'],
  ['3/31/2005 0:00', 'mdy', '2005-03-31'],
  ['2005-03-31T05:00:00Z', 'mdy', null],
  ['3/31/05', 'mdy', null],
  ['38442', 'mdy', null],
  ['0205-03-31', 'mdy', null],
  ['2005-02-29', 'mdy', null],
  ['2004-02-29', 'mdy', '2004-02-29'],
  ['1900-02-29', 'mdy', null],
  ['2000-02-29', 'mdy', '2000-02-29'],
  ['2005-13-01', 'mdy', null],
  ['2005-00-10', 'mdy', null],
  ['2005-04-31', 'mdy', null],
  ['03012005', 'mdy', null],
  ['unknown', 'mdy', null],
  ['', 'mdy', null],
  ['9'.repeat(100_000), 'mdy', null],
];

for (const [text, order, expected] of cases)
  test(`“${text.slice(0, 40)}” read as ${order} is ${expected ?? 'refused'}`, () =>
    assert.equal(parseDate(text, order), expected));

const formats: [pattern: string, text: string, expected: string | null][] = [
  ['DD.MM.YYYY', '31.03.2005', '2005-03-31'],
  ['DD.MM.YYYY', '31.3.2005', null],
  ['D/M/YY', '1/3/05', '2005-03-01'],
  ['D/M/YY', '1/3/30', '1930-03-01'],
  ['DD-MMM-YY', '31-MAR-29', '2029-03-31'],
  ['MM/DD/YYYY', '2005-03-31', null],
  ['YYYYMMDD', '20050331', '2005-03-31'],
  ['MM/DD/YYYY', '03/31/2005 00:00', '2005-03-31'],
];

for (const [pattern, text, expected] of formats)
  test(`with the format ${pattern}, “${text}” is ${expected ?? 'refused'}`, () => {
    const format = dateFormat(pattern);
    assert.ok(format);
    assert.equal(parseDate(text, 'mdy', format), expected);
  });

for (const pattern of ['', 'YYYY', 'DD.MM', 'DD.MM.YYYY YYYY', 'DDD.MM.YYYY', 'hh:mm', 'YYYY-MM-DDT'])
  test(`“${pattern}” is no date format`, () => assert.equal(dateFormat(pattern), null));

test('the United States write the month first, all others the day', () => {
  assert.deepEqual(['US', 'GB', 'CA', 'DE'].map(dateOrderOf), ['mdy', 'dmy', 'dmy', 'dmy']);
});

test('every day comes back from each of its writings', () => {
  const day = fc.record({
    y: fc.integer({ min: 1800, max: 2199 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: 28 }),
  });
  const two = (n: number) => String(n).padStart(2, '0');
  const names = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
  fc.assert(
    fc.property(day, ({ y, m, d }) => {
      const iso = `${y}-${two(m)}-${two(d)}`;
      assert.equal(parseDate(iso, 'mdy'), iso);
      assert.equal(parseDate(`${m}/${d}/${y}`, 'mdy'), iso);
      assert.equal(parseDate(`${d}.${m}.${y}`, 'dmy'), iso);
      assert.equal(parseDate(`${y}${two(m)}${two(d)}`, 'mdy'), iso);
      assert.equal(parseDate(`${two(d)}-${names[m - 1]}-${y}`, 'dmy'), iso);
    }),
    { numRuns: 2000 },
  );
});

test('any text gives an ISO day or nothing', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9/.: TZ-]{0,24}$/));
  fc.assert(
    fc.property(text, fc.constantFrom<DateOrder>('mdy', 'dmy'), (t, order) => {
      const day = parseDate(t, order);
      assert.ok(day === null || (/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))));
    }),
    { numRuns: 5000 },
  );
});
