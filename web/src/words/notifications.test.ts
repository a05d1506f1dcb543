import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesIn, deliveryState, happeningWords, mailState } from './notifications.ts';

test('addresses are read as people type them', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['a@x.example', ['a@x.example']],
    [' a@x.example,\n b@x.example;c@x.example \n', ['a@x.example', 'b@x.example', 'c@x.example']],
  ];
  for (const [text, wanted] of cases) assert.deepEqual(addressesIn(text), wanted);
});

test('what became of a mail or a delivery is told in words', () => {
  assert.equal(mailState({ status: 'queued', attempts: 0 }).word, 'Waiting');
  assert.equal(mailState({ status: 'queued', attempts: 2 }).word, 'Will be tried again');
  assert.equal(mailState({ status: 'kept', attempts: 0 }).word, 'Kept here');
  assert.equal(deliveryState({ status: 'failed', attempts: 13 }).word, 'Not delivered');
  assert.equal(happeningWords('digest.weekly'), 'Weekly digest');
  assert.equal(happeningWords('something.new'), 'something.new');
});
