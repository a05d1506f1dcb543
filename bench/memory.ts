// The highest resident memory of the server process over an import, and over one of ten times the rows.
// Invariant: each on a fresh installation and process of its own; the file comes in by the API, as from a program outside.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { importEnd, makeRosterFeed, peakMemory, startBenchServer, uploadRoster } from './bench-server.ts';
import { writeRoster } from './generate-roster.ts';
import { compared, type Measurement } from './measurement.ts';

/** What product and limit of the row mean: MB of 2^20 bytes for all of Node, whatever the file. */
const limitMegabytes = 400;

/** `rows`: of the larger import; the smaller one has a tenth of them. */
export async function measureMemory({ rows }: { rows: number }): Promise<Measurement[]> {
  const small = await peakOfImport(Math.round(rows / 10));
  const large = await peakOfImport(rows);
  return [
    compared({
      ...{ name: 'memory', ours: Math.max(small, large), peer: limitMegabytes, peerName: 'limit', unit: 'MB' },
      facts: { rows },
    }),
    compared({ name: 'memory-growth', ours: large, peer: small, peerName: 'a tenth of the rows', unit: 'MB' }),
  ];
}

async function peakOfImport(rows: number): Promise<number> {
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'roster.csv');
  await writeRoster(file, { rows });
  const server = await startBenchServer(join(folder, 'data'));
  stack.defer(async () => void (await server.process.stop()));
  await makeRosterFeed(server.client, 'bench');
  const { id } = await uploadRoster(server.client, 'bench', file);
  const { counts } = await importEnd(server.client, id);
  if (counts.rows !== rows) throw new Error(`the import had ${counts.rows} rows instead of ${rows}`);
  return await peakMemory(server);
}
