// What an idle SFTP session costs: the growth of the server process's resident memory per session that is logged in and waits.
// Invariant: as many sessions came and went before, so that what is kept once for all is not counted.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { startProgram } from './bench-program.ts';
import { type BenchServer, makeRosterFeed, sessionLogin, startBenchServer } from './bench-server.ts';
import type { IdleResult, IdleTask } from './idle-program.ts';
import { compared, type Measurement } from './measurement.ts';

const limitKibibytes = 60;
const program = new URL('./idle-program.ts', import.meta.url);

export type IdleOptions = { sessions?: number; quietSeconds?: number };

/** KiB per session. */
export async function measureIdleSessions(options: IdleOptions = {}): Promise<Measurement> {
  const { sessions = 1000, quietSeconds = 10 } = options;
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startBenchServer(join(folder, 'data'));
  stack.defer(async () => void (await server.process.stop()));
  const login = sessionLogin(server, await makeRosterFeed(server.client, 'bench'));
  const hold = () => startProgram<IdleTask, IdleResult>(program, { ...login, sessions });
  const quiet = () => pause(quietSeconds * 1000);

  const passing = hold();
  await passing.ready;
  passing.finish();
  await passing.result;
  await quiet();
  const before = await residentKibibytes(server);
  const staying = hold();
  await staying.ready;
  await quiet();
  const after = await residentKibibytes(server);
  staying.finish();
  await staying.result;
  return compared({
    ...{ name: 'sftp-idle', ours: (after - before) / sessions, peer: limitKibibytes, peerName: 'limit', unit: 'KiB' },
    facts: { sessions },
  });
}

async function residentKibibytes({ process }: BenchServer): Promise<number> {
  const status = await readFile(`/proc/${process.ready.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN);
}
