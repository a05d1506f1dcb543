// Labels: what counts as the same writing, how a difference is said, which other label is nearest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeDifference, editDistance, joinWords, nearestTo, normaliseLabel, showLabel } from './labels.ts';

const same: [a: string, b: string][] = [
  ['Cell Phone', 'cell_phone '],
  ['Cell Phone', '"CELL-PHONE"'],
  ['First Name', '\ufeffFirst Name'],
  ['First Name', 'First\u00a0Name'],
  ['First Name', 'First\u200bName'],
  ['First Name', 'First\r\nName'],
  ['First Name', 'Ｆｉｒｓｔ　Ｎａｍｅ'],
  ['Phone', 'Рhоnе'],
  ['Email', 'Εmail'],
  ['E-mail', 'E\u2011mail'],
  ['Student’s ID', "Student's ID"],
];
for (const [a, b] of same)
  test(`“${a}” and ${JSON.stringify(b)} differ in writing only`, () =>
    assert.equal(normaliseLabel(a), normaliseLabel(b)));

const different: [a: string, b: string][] = [
  ['Phone', 'Phone 2'],
  ['Phone', 'iPhone'],
  ['Phone', 'Phone #'],
  ['Email', 'E.mail'],
  ['Name', 'Namé'],
  ['Telefon', 'Телефон'],
];
for (const [a, b] of different)
  test(`“${a}” and “${b}” are two labels`, () => assert.notEqual(normaliseLabel(a), normaliseLabel(b)));

test('normalising is done after one time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(normaliseLabel(normaliseLabel(text)), normaliseLabel(text));
    }),
    { numRuns: 2000 },
  );
});

const differences: [a: string, b: string, words: string][] = [
  ['cell phone ', 'cell phone', 'a space'],
  ['cell_phone ', 'cell phone', 'a space and an underscore'],
  ['CELL-PHONE', 'Cell Phone', 'a space, a hyphen and capitals'],
  ['\ufeffID', 'ID', 'a byte order mark'],
  ['I\u200bD', 'ID', 'an invisible character'],
  ['First\u00a0Name', 'First Name', 'a space and an unusual space'],
  ['"ID"', 'ID', 'a quotation mark'],
  ['phone', 'Phone', 'capitals'],
  ['Рhone', 'Phone', 'characters that look alike'],
  ['Phone', 'Phone', ''],
];
for (const [a, b, words] of differences)
  test(`${JSON.stringify(a)} and “${b}” differ by: ${words}`, () => assert.equal(describeDifference(a, b), words));

test('a label is shown on one line, without invisible characters, and not endless', () => {
  assert.equal(showLabel('First\r\n\u200bName'), 'First Name');
  assert.equal(showLabel('x'.repeat(200)).length, 80);
});

test('edits are counted, with neighbours that changed places as one', () => {
  const pairs: [string, string][] = [
    ['phone', 'phone'],
    ['phone', 'phne'],
    ['phone', 'phoen'],
    ['phone', 'mobile'],
    ['', 'abc'],
  ];
  assert.deepEqual(
    pairs.map(([a, b]) => editDistance(a, b, 3)),
    [0, 1, 1, 4, 3],
  );
});

test('the distance is the same from both sides, and zero only for equal texts', () => {
  const word = fc.stringMatching(/^[abc]{0,8}$/);
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b, 20), editDistance(b, a, 20));
      assert.equal(editDistance(a, b, 20) === 0, a === b);
    }),
    { numRuns: 2000 },
  );
});

test('the nearest labels come best first, and strangers not at all', () => {
  assert.deepEqual(nearestTo('Phone', ['Email', 'Mobile Phone', 'Phones', 'City'], 3), ['Phones', 'Mobile Phone']);
  assert.deepEqual(nearestTo('Phone', [], 3), []);
  assert.deepEqual(nearestTo('', ['Phone'], 3), []);
});

test('words are joined as people do', () => {
  assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(joinWords), ['', 'a', 'a and b', 'a, b and c']);
});
