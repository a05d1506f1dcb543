// States of transfers in words, and when failed ones are tried again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DestinationId } from './ids.ts';
import { retryTime, type TransferFacts, temporaryNameOf, transferState } from './transfer.ts';

const now = new Date('2026-05-05T06:00:30Z');
const at = (text: string) => new Date(text);
const usual: TransferFacts = { status: 'failed', trigger: 'scheduled', inDoubt: false, retryAt: null, nextRunAt: null };

const states: [Partial<TransferFacts>, string][] = [
  [{ status: 'queued' }, 'Waiting'],
  [{ status: 'running' }, 'Sending'],
  [{ status: 'succeeded', nextRunAt: at('2026-05-06T06:00Z') }, 'Delivered'],
  [{ status: 'empty' }, 'Nothing to send'],
  [{}, 'Failed'],
  [{ retryAt: at('2026-05-05T06:05Z'), nextRunAt: at('2026-05-06T06:00Z') }, 'Failed, will retry at 02:05'],
  [{ nextRunAt: at('2026-05-06T06:00Z') }, 'Failed, will retry at 02:00 on Wed 6 May'],
  [{ inDoubt: true }, 'In doubt: sent again first next time'],
  [{ inDoubt: true, retryAt: at('2026-05-05T06:05Z') }, 'In doubt: will be sent again first at 02:05'],
  [{ trigger: 'resend', nextRunAt: at('2026-05-06T06:00Z') }, 'Failed'],
  [{ trigger: 'resend', inDoubt: true }, 'In doubt'],
];
for (const [facts, state] of states)
  test(`${JSON.stringify(facts)} reads “${state}”`, () =>
    assert.equal(transferState({ ...usual, ...facts }, 'America/New_York', now), state));

test('a slot has five attempts with growing pauses, and none of them reaches the next slot', () => {
  const failed = at('2026-05-05T06:00Z');
  const tomorrow = at('2026-05-06T06:00Z');
  const minutes = [1, 2, 3, 4, 5].map((attempt) => {
    const again = retryTime(attempt, failed, tomorrow);
    return again && (again.getTime() - failed.getTime()) / 60_000;
  });
  assert.deepEqual(minutes, [5, 15, 45, 135, null]);
  assert.equal(retryTime(1, failed, at('2026-05-05T06:05Z')), null);
  assert.deepEqual(retryTime(1, failed, at('2026-05-05T06:06Z')), at('2026-05-05T06:05Z'));
});

test('destinations that were made in the same minute upload under different names', () => {
  const one = '01a200dd-23b5-788f-b294-c1ac847ecef6' as DestinationId;
  const other = '01a200dd-23b9-7a11-9d02-77aa01cc42b0' as DestinationId;
  assert.equal(temporaryNameOf(one), '.causeway-c1ac847ecef6.part');
  assert.notEqual(temporaryNameOf(one), temporaryNameOf(other));
});
