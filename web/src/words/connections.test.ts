// What the pages say of a load.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadAdvice, loadSentence, loadState, majorLines, problemWords } from './connections.ts';

const load = (created: number, updated: number, unchanged: number, rejected: number, notices = 0) => ({
  created,
  updated,
  unchanged,
  rejected,
  notices,
});

test('the counts are one sentence', () => {
  assert.equal(loadSentence(load(27, 0, 0, 3)), '30 rows: 27 connections created and 3 rejected.');
  assert.equal(loadSentence(load(1, 2, 1_200, 0)), '1,203 rows: 1 connection created, 2 updated and 1,200 unchanged.');
  assert.equal(loadSentence(load(0, 0, 0, 0)), 'There was no row of data in it, so nothing changed.');
});

test('the state says whether somebody has to look', () => {
  assert.deepEqual(
    [load(1, 0, 0, 0), load(1, 0, 0, 0, 1), load(1, 0, 0, 1), load(0, 0, 0, 2), load(0, 0, 0, 0)].map(
      (one) => `${loadState(one).tone}: ${loadState(one).words}`,
    ),
    [
      'good: Loaded',
      'attention: Loaded with notices',
      'attention: Loaded in part',
      'bad: Nothing loaded',
      'attention: No rows in it',
    ],
  );
  assert.equal(loadAdvice(load(1, 0, 0, 0)), null);
  assert.match(loadAdvice(load(0, 0, 0, 1)) ?? '', /load it again/);
});

test('a problem in a table is told without its row', () => {
  assert.equal(problemWords({ message: 'Row 16: “gpa” is not a number.' }), '“gpa” is not a number.');
  assert.equal(problemWords({ message: 'Line 3: it has more than 3 majors.' }), 'It has more than 3 majors.');
});

test('majors are one a line', () => {
  assert.deepEqual(majorLines(' Biology \r\n\n Computer Science\n'), ['Biology', 'Computer Science']);
});
