// How long the sign-in page and an API call take while a large import runs in the same server process.
// Invariant: asked by another process at a steady rate until the import has ended; a request that fails is an error here.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { startProgram } from './bench-program.ts';
import { type BenchServer, importEnd, makeRosterFeed, startBenchServer, uploadRoster } from './bench-server.ts';
import { writeRoster } from './generate-roster.ts';
import type { LatencyResult, LatencyTask } from './latency-program.ts';
import { compared, type Measurement, percentile } from './measurement.ts';

/** Milliseconds for 99 of 100 requests. */
const limitMilliseconds = 100;
const requestsPerSecond = 40;

/** `quietSeconds`: how long the server is asked before the import. */
export async function measureLatency({
  rows,
  quietSeconds,
}: {
  rows: number;
  quietSeconds: number;
}): Promise<Measurement[]> {
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'roster.csv');
  await writeRoster(file, { rows });
  const server = await startBenchServer(join(folder, 'data'));
  stack.defer(async () => void (await server.process.stop()));
  await makeRosterFeed(server.client, 'bench');
  // Also brings the server to its usual speed.
  const quiet = await ask(server, () => pause(quietSeconds * 1000));
  const { id } = await uploadRoster(server.client, 'bench', file);
  const busy = await ask(server, () => importEnd(server.client, id));
  return ['page', 'api'].map((name) => result(name, busy[name] ?? [], quiet[name] ?? []));
}

/** Times by target for as long as the work takes. */
async function ask({ process, token }: BenchServer, work: () => Promise<unknown>): Promise<LatencyResult['times']> {
  const targets = [
    { name: 'page', url: `${process.ready.http}/sign-in`, headers: { accept: 'text/html' } },
    {
      name: 'api',
      url: `${process.ready.http}/api/v1/institutions/bench/imports`,
      headers: { authorization: `Bearer ${token}` },
    },
  ];
  const program = startProgram<LatencyTask, LatencyResult>(new URL('./latency-program.ts', import.meta.url), {
    targets,
    rate: requestsPerSecond,
  });
  await program.ready;
  await work().finally(() => program.finish());
  const { times, failed } = await program.result;
  if (failed > 0) throw new Error(`${failed} requests were not answered with 200`);
  return times;
}

function result(target: string, busy: readonly number[], quiet: readonly number[]): Measurement {
  const facts = {
    p50: percentile(busy, 0.5),
    max: Math.max(...busy),
    requests: busy.length,
    quietP99: percentile(quiet, 0.99),
  };
  const ours = percentile(busy, 0.99);
  return compared({ name: `latency-${target}`, ours, peer: limitMilliseconds, peerName: 'limit', unit: 'ms', facts });
}
