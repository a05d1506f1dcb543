// Every coded reason of the session log has words, and the words say what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSession, sessionReasons } from './session-reasons.ts';

const facts = { username: 'north', address: '203.0.113.9', client: 'SSH-2.0-OpenSSH_9.2', filesReceived: 0 };

test('every reason has whole sentences of its own', () => {
  const said = [
    ...sessionReasons.refused.map((reason) => describeSession({ ...facts, outcome: 'refused', reason })),
    ...sessionReasons.dropped.map((reason) => describeSession({ ...facts, outcome: 'dropped', reason })),
  ];
  assert.deepEqual(
    said.filter((words) => !/^[A-Z].+\.$/.test(words) || words.includes('undefined')),
    [],
  );
  assert.deepEqual(
    said.filter((words) => /no reason was recorded/.test(words)),
    [],
  );
});

test('an address that is not on the list is named', () => {
  assert.match(
    describeSession({ ...facts, outcome: 'refused', reason: 'address-not-allowed' }),
    /203\.0\.113\.9 is not on the feed's list/,
  );
});

test('a reason from a newer version is shown as its code', () => {
  assert.match(describeSession({ ...facts, outcome: 'refused', reason: 'of-tomorrow' }), /of-tomorrow/);
  assert.match(describeSession({ ...facts, outcome: 'dropped', reason: null }), /no reason/);
});

test('a clean session says how many files it sent', () => {
  const say = (filesReceived: number) => describeSession({ ...facts, outcome: 'closed', reason: null, filesReceived });
  assert.deepEqual(
    [say(0), say(1), say(2)],
    ['Logged in and left without sending a file.', 'Logged in and sent 1 file.', 'Logged in and sent 2 files.'],
  );
});
