// Kills at seeded moments of upload, settle and import: of the server, and of single processes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onlyOnLinux } from '../kit/sftp-processes.ts';
import { runCrashRounds } from './harness.ts';

test('after thirty SIGKILLs every acknowledged file is imported exactly once, every other at most once and whole', async (t) => {
  const report = await runCrashRounds(20_261_121, 30, (line) => t.diagnostic(line));
  assert.deepEqual(report.violations, []);
  assert.equal(report.rounds, 30);
  assert.ok(report.acknowledged > 0, 'no upload was ever acknowledged: the harness tests nothing');
  for (const phase of ['upload', 'settle', 'import'] as const)
    assert.ok(report.killedDuring[phase] > 0, `no kill came during ${phase}`);
});

test('the same with two SFTP processes, of which every other kill takes one', { skip: onlyOnLinux }, async (t) => {
  const report = await runCrashRounds(20_261_201, 12, (line) => t.diagnostic(line), 2);
  assert.deepEqual(report.violations, []);
  assert.ok(report.acknowledged > 0, 'no upload was ever acknowledged: the harness tests nothing');
});
