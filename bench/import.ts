// How long an import takes, from its turn in the queue to its final state: first, again, and with 5 % of the rows changed.
// Invariant: all on one database with fsync on; the first stands against a bare COPY of the rows that it accepted into the same
// table with the same indexes, the others against DuckDB's scan of the file that they import, measured in the same round.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import type { ImportCounts } from '../src/domain/import.ts';
import { timed } from './cpu-time.ts';
import { openDuckDb } from './duckdb-scan.ts';
import { writeRoster } from './generate-roster.ts';
import { copyAccepted, type ImportBench, openImportBench, saveAccepted } from './import-bench.ts';
import { bestOf, compared, type Measurement, type Timing } from './measurement.ts';

export type ImportOptions = { rows: number; rounds: number };

type Rounds = { ours: Timing[]; peer: Timing[]; counts: ImportCounts | null };

/** The best of the rounds on each side. Every round begins with an empty database; one first import before them warms up. */
export async function measureImport({ rows, rounds }: ImportOptions): Promise<Measurement[]> {
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const duckDb = stack.use(await openDuckDb());
  const [first, again, changed] = ['first', 'again', 'changed'].map((name) => join(folder, `${name}.csv`)) as Files;
  await writeRoster(first, { rows });
  await writeRoster(again, { rows, changedRow: Math.floor(rows / 2) });
  await writeRoster(changed, { rows, changed: 0.05 });

  const bench = await openImportBench(folder, stack);
  const accepted = join(folder, 'accepted.copy');
  await importTimed(bench, first);
  const acceptedRows = await saveAccepted(bench, accepted);

  const results: Record<'first' | 'again' | 'changed', Rounds> = { first: none(), again: none(), changed: none() };
  for (let round = 0; round < rounds; round += 1) {
    await bench.reset();
    results.first.peer.push(await copyAccepted(bench, accepted, acceptedRows));
    await bench.reset();
    await importRound(bench, results.first, first, ({ created, skipped }) => created + skipped === rows);
    await importRound(bench, results.again, again, ({ updated, created }) => updated === 1 && created === 0);
    results.again.peer.push(await duckDb.scan(again, rows));
    await importRound(bench, results.changed, changed, ({ updated, created }) => updated > 1 && created === 0);
    results.changed.peer.push(await duckDb.scan(changed, rows));
  }
  return [
    measurement('import-first', results.first, 'COPY, same indexes'),
    measurement('import-again', results.again, 'DuckDB’s scan'),
    measurement('import-5-percent-changed', results.changed, 'DuckDB’s scan'),
  ];
}

type Files = [string, string, string];

function none(): Rounds {
  return { ours: [], peer: [], counts: null };
}

function measurement(name: string, { ours, peer, counts }: Rounds, peerName: string): Measurement {
  return compared({ name, ...bestOf(ours, peer), peerName, unit: 's', facts: { ...counts } });
}

async function importRound(
  bench: ImportBench,
  rounds: Rounds,
  file: string,
  isRight: (counts: ImportCounts) => boolean,
): Promise<void> {
  const { timing, counts } = await importTimed(bench, file);
  if (!isRight(counts)) throw new Error(`the import of ${file} came to ${JSON.stringify(counts)}`);
  rounds.ours.push(timing);
  rounds.counts = counts;
}

async function importTimed(bench: ImportBench, file: string): Promise<{ timing: Timing; counts: ImportCounts }> {
  const importId = await bench.queue(file);
  await bench.checkpoint();
  const timing = await timed(() => bench.work(importId), bench.databasePids());
  return { timing, counts: await bench.countsOf(importId) };
}
