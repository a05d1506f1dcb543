// Names in the outbox.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outboxName } from './receipt.ts';

test('receipts are named after their file and import, and a long name is cut to what a file name may have', () => {
  const id = '01a20036-6d1b-7ec6-a1e7-b4042f71362a';
  assert.equal(outboxName('a.csv', id, 'receipt.json'), `a.csv.${id}.receipt.json`);
  const long = outboxName(`${'é'.repeat(125)}.csv`, id, 'errors.csv');
  assert.ok(Buffer.byteLength(long) <= 255 && Buffer.byteLength(long) > 252);
  assert.match(long, new RegExp(`^é+\\.${id}\\.errors\\.csv$`));
});
