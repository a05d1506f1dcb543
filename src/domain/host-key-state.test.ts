// The states of a server's key: every combination of what they are made of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostKeyState, hostKeyState } from './host-key-state.ts';

const since = new Date('2026-01-05T07:00:00Z');
const table: [checkFingerprint: boolean, confirmed: number, mismatchSince: Date | null, state: HostKeyState][] = [
  [true, 0, null, 'unverified'],
  [true, 0, since, 'unverified'],
  [true, 1, null, 'verified'],
  [true, 2, null, 'verified'],
  [true, 1, since, 'mismatch'],
  [true, 2, since, 'mismatch'],
  [false, 0, null, 'off'],
  [false, 0, since, 'off'],
  [false, 1, null, 'off'],
  [false, 1, since, 'off'],
];

for (const [checkFingerprint, confirmed, mismatchSince, state] of table)
  test(`checking ${checkFingerprint ? 'on' : 'off'}, ${confirmed} confirmed, ${mismatchSince ? 'another key shown' : 'nothing else shown'}: ${state}`, () => {
    assert.equal(hostKeyState({ checkFingerprint, confirmed, mismatchSince }), state);
  });
