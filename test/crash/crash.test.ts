// Thirty kills of the server at seeded moments of upload, settle and import, and a sample of every other fault.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { onlyOnLinux } from '../kit/sftp-processes.ts';
import { type Fault, inboundFaults } from './faults.ts';
import { faultsOf, type InboundReport, runInboundRounds } from './inbound-harness.ts';

const run = (seed: number, rounds: number, of: readonly Fault[], say: (line: string) => void, processes = 1) =>
  runInboundRounds({
    seed,
    rounds,
    faults: of,
    say,
    processes,
    log: join(tmpdir(), `causeway-crash-test-${seed}.log`),
  });

function assertSound(report: InboundReport, rounds: number): void {
  assert.deepEqual(report.violations, []);
  assert.equal(report.rounds, rounds);
  assert.ok(report.acknowledged > 0, 'no upload was ever acknowledged: the harness tests nothing');
  assert.ok(report.imports >= report.acknowledged);
}

test('after thirty SIGKILLs every acknowledged file is imported exactly once, every other at most once and whole', async (t) => {
  const report = await run(20_261_121, 30, ['server killed'], (line) => t.diagnostic(line));
  assertSound(report, 30);
  const during = report.faults['server killed'] ?? {};
  for (const phase of ['upload', 'settle', 'import'] as const)
    assert.ok((during[phase] ?? 0) > 0, `no kill came during ${phase}`);
});

test('so it is when PostgreSQL, its sessions or a worker die, the disk is full for a while, or the line is cut', async (t) => {
  const others = inboundFaults.filter((fault) => fault !== 'server killed');
  const report = await run(20_261_123, 20, others, (line) => t.diagnostic(line));
  for (const [fault, why] of Object.entries(report.leftOut)) t.diagnostic(`left out: ${fault}, because ${why}`);
  assertSound(report, 20);
  for (const fault of ['postgres killed', 'backend killed', 'session ended', 'line cut'] as const)
    assert.ok(faultsOf(report, fault) > 0, `${fault} never came`);
});

test('with two SFTP processes, of which most rounds kill one, nothing is lost or done twice', {
  skip: onlyOnLinux,
}, async (t) => {
  const faults = ['sftp process killed', 'server killed', 'line cut'] as const;
  const report = await run(20_261_201, 12, faults, (line) => t.diagnostic(line), 2);
  assertSound(report, 12);
  assert.ok(faultsOf(report, 'sftp process killed') > 0, 'no SFTP process was ever killed');
});
