// What an idle SFTP session costs: the growth of the server process's resident memory per session that is logged in and waits.
// Invariant: some sessions came and went before, so that what is kept once for all is not counted, and few, so that what they leave
// has no room for the others; garbage is collected before memory is looked at.

import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { startProgram } from './bench-program.ts';
import { type BenchServer, makeRosterFeed, sessionLogin, startBenchServer } from './bench-server.ts';
import type { IdleResult, IdleTask } from './idle-program.ts';
import { compared, type Measurement } from './measurement.ts';
import { openServerHeap, type ServerHeap, withInspector } from './server-heap.ts';

const limitKibibytes = 60;
const program = new URL('./idle-program.ts', import.meta.url);

export type IdleOptions = { sessions?: number; quietSeconds?: number };

/** KiB per session. */
export async function measureIdleSessions(options: IdleOptions = {}): Promise<Measurement> {
  const { sessions = 1000, quietSeconds = 5 } = options;
  const folder = await temporaryFolder('causeway-bench-');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const errors = join(folder, 'errors');
  const errorFile = stack.use(await open(errors, 'w'));
  const server = await startBenchServer(join(folder, 'data'), null, { settings: withInspector, errors: errorFile.fd });
  stack.defer(async () => void (await server.process.stop()));
  const heap = stack.use(await openServerHeap(errors));
  const login = sessionLogin(server, await makeRosterFeed(server.client, 'bench'));
  const atRest = async () => {
    await pause(quietSeconds * 1000);
    return residentKibibytes(server, heap);
  };
  const held = async (sessions: number) => {
    const { ready, finish, result } = startProgram<IdleTask, IdleResult>(program, { ...login, sessions });
    await ready;
    const resident = await atRest();
    finish();
    await result;
    return resident;
  };

  await held(Math.ceil(sessions / 20));
  const before = await atRest();
  const growth = (await held(sessions)) - before;
  return compared({
    ...{ name: 'sftp-idle', ours: growth / sessions, peer: limitKibibytes, peerName: 'limit', unit: 'KiB' },
    facts: { sessions },
  });
}

async function residentKibibytes({ process }: BenchServer, heap: ServerHeap): Promise<number> {
  await heap.collect();
  const status = await readFile(`/proc/${process.ready.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN);
}
