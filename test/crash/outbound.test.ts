// A small sample of kills in the middle of transfers; many more by npm run test:crash -- --direction outbound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { runOutboundCrashRounds } from './outbound-harness.ts';

test('transfers that are killed and started again leave the files of an undisturbed run, and the watermark right', {
  skip: sshdMissing(),
}, async (t) => {
  const report = await runOutboundCrashRounds(20_261_122, 6, (line) => t.diagnostic(line));
  assert.deepEqual(report.violations, []);
  assert.equal(report.rounds, 6);
  const { committed, ...inTheMiddle } = report.killedDuring;
  const count = Object.values(inTheMiddle).reduce((sum, one) => sum + one, 0);
  assert.ok(count > 0, `no kill came in the middle, ${committed} after the end: the harness tests nothing`);
});
