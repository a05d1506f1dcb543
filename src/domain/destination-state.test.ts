// The state of a destination in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DestinationFacts, destinationState } from './destination-state.ts';
import type { Failure } from './failures.ts';

const now = new Date('2026-01-05T07:00:00Z');
const fine: DestinationFacts = {
  status: 'on',
  deleted: false,
  hostKeyState: 'verified',
  hostKeys: 1,
  hasSecret: true,
  mismatchSince: null,
  nextRunAt: new Date('2026-01-06T07:00:00Z'),
  oldKeyServesUntil: null,
  lastFailure: null,
};
const failure = (mayPass: boolean): Failure => ({
  code: 'transfer-failed',
  headline: 'Headline.',
  detail: 'Detail.',
  nextStep: 'Next step.',
  facts: {},
  mayPass,
});

const table: [what: string, facts: Partial<DestinationFacts>, state: string, message: RegExp][] = [
  ['on', {}, 'On', /^The next transfer is at .*Tue 6 Jan/],
  ['off', { status: 'off', nextRunAt: null }, 'Off', /tested and switched off/],
  ['deleted', { status: 'off', deleted: true, hasSecret: false }, 'Off', /is deleted/],
  ['draft', { status: 'draft' }, 'Needs you', /has not been tested since its last change/],
  ['draft after a failed test', { status: 'draft', lastFailure: failure(true) }, 'Needs you', /^Detail\. Next step\.$/],
  ['without a secret', { status: 'draft', hasSecret: false }, 'Needs you', /password has to be given again/],
  ['never tested', { status: 'draft', hostKeyState: 'unverified', hostKeys: 0 }, 'Needs you', /not been tested yet/],
  ['a fingerprint waits', { status: 'draft', hostKeyState: 'unverified' }, 'Needs you', /compare it and confirm it/],
  ['another fingerprint', { hostKeyState: 'mismatch' }, 'Needs you', /new fingerprint/],
  ['another one, unchecked', { hostKeyState: 'off', mismatchSince: now }, 'On', /still sent/],
  ['a failure that may pass', { lastFailure: failure(true) }, 'On', /^Detail\. This may pass/],
  ['a failure that does not', { lastFailure: failure(false) }, 'Needs you', /^Detail\. Next step\.$/],
  ['off after a failure', { status: 'off', lastFailure: failure(false) }, 'Off', /switched off/],
  [
    'a new key waits',
    { oldKeyServesUntil: new Date('2026-01-19T07:00:00Z') },
    'On',
    /before .*Mon 19 Jan.*, when the old one ends/,
  ],
];

for (const [what, facts, state, message] of table)
  test(`${what}: ${state}`, () => {
    const seen = destinationState({ ...fine, ...facts }, 'America/New_York', now);
    assert.equal(seen.state, state);
    assert.match(seen.message, message);
  });
