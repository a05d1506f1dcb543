import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowFor } from './receive-windows.ts';

test('the window is as wide as the line is long, between 2 and 16 MiB', () => {
  const mebibytes = [0, 1, 12.5, 25, 50, 100, 5_000].map((roundTrip) => windowFor(roundTrip) / 1024 ** 2);
  assert.deepEqual(mebibytes, [2, 2, 2, 4, 8, 16, 16]);
});
