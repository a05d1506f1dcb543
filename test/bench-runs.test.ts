// Every benchmark at a tiny size: that it runs, compares what it says it compares, and has its row in the table.
// Invariant: nothing here asserts on time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureArrivals } from '../bench/arrivals.ts';
import { measureImport } from '../bench/import.ts';
import { judged, markdown, tableRows } from '../bench/judge.ts';
import { measureLatency } from '../bench/latency.ts';
import type { Measurement } from '../bench/measurement.ts';
import { measureMemory } from '../bench/memory.ts';
import { measureRead } from '../bench/read.ts';
import { benchmarks } from '../bench/rows.ts';
import { measureCrowd } from '../bench/sftp-crowd.ts';
import { measureIdleSessions } from '../bench/sftp-idle.ts';
import { measureTransfer } from '../bench/transfer.ts';
import { measureUpload } from '../bench/upload.ts';
import { hasPeer } from '../scripts/debian-peers.ts';

const rows = 2_000;
const rounds = 1;
const needsSsh = hasPeer('OpenSSH server') && hasPeer('OpenSSH client') ? false : 'OpenSSH is missing';
const needsPsql = needsSsh || (hasPeer('PostgreSQL 15') ? false : 'psql (Debian: postgresql) is missing');

/** The results have rows of the benchmark in the table, and figures that are figures. */
function assertResults(name: string, results: readonly Measurement[]): void {
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  assert.ok(benchmark, `${name} stands in the table`);
  assert.deepEqual(
    results.map((result) => result.name),
    Object.keys(benchmark.rows),
  );
  for (const result of results) {
    const { cpu = { ours: 0, peer: 0 }, facts = {} } = result;
    const figures = [result.ours, result.peer, result.ratio, cpu.ours, cpu.peer, ...Object.values(facts)];
    assert.deepEqual(
      figures.filter((figure) => !Number.isFinite(figure)),
      [],
      JSON.stringify(result),
    );
    assert.equal(result.ratio, result.ours / result.peer);
  }
  for (const cells of tableRows(judged(results, benchmark.rows))) assert.ok(cells.every((cell) => cell.length > 0));
}

describe('benchmarks', { concurrency: 2 }, () => {
  test('reading counts the same characters as DuckDB', async () => {
    assertResults('read', await measureRead({ rows, rounds }));
  });

  test('imports come to what their files say, and COPY writes the rows that the first accepted', async () => {
    const results = await measureImport({ rows, rounds });
    assertResults('import', results);
    const counts = results.map(({ facts = {} }) => [facts.created, facts.updated]);
    assert.deepEqual(counts[1], [0, 1]);
    assert.deepEqual([counts[0]?.[1], counts[2]?.[0]], [0, 0]);
  });

  test('memory of the server over two imports', async () => {
    assertResults('memory', await measureMemory({ rows }));
  });

  test('pages and API are asked while an import runs', async () => {
    assertResults('latency', await measureLatency({ rows, quietSeconds: 0.5 }));
  });

  test('arrivals are acknowledged, and every one has its report', async () => {
    assertResults('arrivals', await measureArrivals({ institutions: 2, arrivals: 8, seconds: 0.4, rowsPerFile: 20 }));
  });

  test('an upload beside sshd', { skip: needsSsh }, async () => {
    const name = 'sftp-upload-aes128-gcm';
    assertResults(name, await measureUpload({ name, size: 2 ** 20, rounds, cipher: 'aes128-gcm@openssh.com' }));
  });

  test('a crowd of clients beside sshd', { skip: needsSsh }, async () => {
    assertResults('sftp-crowd', [await measureCrowd({ clients: 5, size: 100_000, rounds })]);
  });

  test('idle sessions', async () => {
    assertResults('sftp-idle', [await measureIdleSessions({ sessions: 5, quietSeconds: 0.1 })]);
  });

  test('a delivery beside psql and sftp', { skip: needsPsql }, async () => {
    assertResults('transfer', await measureTransfer({ rows, rounds }));
  });
});

test('a limit is kept up to the ratio that it names, and a figure that is no number breaks it', () => {
  const row = { work: 'work', limit: 1.3, bound: 'bound' };
  const result = (ratio: number) => ({ name: 'n', ours: ratio, peer: 1, peerName: 'p', unit: 's', ratio }) as const;
  const results = judged([result(1.3), result(1.31), result(Number.NaN)], { n: row });
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, false, false],
  );
  assert.throws(() => judged([result(1)], {}), /stands in no row/);
  assert.match(
    markdown({ machine: 'm', date: '2026-01-02', load: ['0.1'] }, results),
    /^## 2026-01-02, m, .*\n\n\|.*\n\|---.*\n\| n \| work \| ≤ 1.3 × \| 1.30 s \| p 1.00 s \| 1.30 \| – \| bound \|\n/,
  );
});
