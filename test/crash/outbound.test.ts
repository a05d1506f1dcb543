// A small sample of kills in the middle of transfers, and of every other fault; many more by npm run test:crash.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { type Fault, outboundFaults, sumOf } from './faults.ts';
import { type OutboundReport, runOutboundRounds } from './outbound-harness.ts';

const skip = sshdMissing();

const run = (seed: number, rounds: number, of: readonly Fault[], say: (line: string) => void) =>
  runOutboundRounds({ seed, rounds, faults: of, say, log: join(tmpdir(), `causeway-crash-test-${seed}.log`) });

function assertSound({ violations, rounds, faults }: OutboundReport, wanted: number): void {
  assert.deepEqual(violations, []);
  assert.equal(rounds, wanted);
  const committed = Object.values(faults).reduce((sum, phases) => sum + (phases.committed ?? 0), 0);
  assert.ok(sumOf(faults) > committed, 'no fault came in the middle: the harness tests nothing');
}

test('transfers that are killed and started again leave the files of an undisturbed run, and the watermark right', {
  skip,
}, async (t) => {
  const report = await run(20_261_122, 6, ['server killed', 'server stopped'], (line) => t.diagnostic(line));
  assertSound(report, 6);
});

test('so it is when PostgreSQL, its sessions or the remote server die, the disk is full for a while, or the line is cut', {
  skip,
}, async (t) => {
  const others = outboundFaults.filter((fault) => fault !== 'server killed');
  const report = await run(20_261_124, 4, others, (line) => t.diagnostic(line));
  for (const [fault, why] of Object.entries(report.leftOut)) t.diagnostic(`left out: ${fault}, because ${why}`);
  assertSound(report, 4);
});
