// Starts a Causeway server as a process of its own and tells when it can be used.
// Invariant: whoever starts it can end it, by SIGTERM to this very process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withAllocator } from './allocator.js';

export type Ready = { http: string; sftp: { host: string; port: number }; pid: number };

export type ServerProcess = { ready: Ready; process: ChildProcess; stop(): Promise<number | null> };

/**
 * Starts `causeway serve` with the given settings on top of the present ones; throws when it ends before it is ready. `errors`: the
 * open file that gets its log instead of our standard error. `signal` kills it while it starts.
 */
export async function startServer(
  settings: Record<string, string>,
  output: 'inherit' | 'ignore',
  { errors = 2, signal }: { errors?: number; signal?: AbortSignal | undefined } = {},
): Promise<ServerProcess> {
  const readyFile = join(settings.CAUSEWAY_DATA ?? '.', 'ready.json');
  await rm(readyFile, { force: true });
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [main, 'serve', '--ready-file', readyFile], {
    env: withAllocator({ ...process.env, ...settings }),
    stdio: ['ignore', output === 'inherit' ? 2 : 'ignore', errors],
  });
  // Whoever ends before it could call `stop` must not leave the server behind.
  const killAtExit = () => child.kill('SIGTERM');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  };
  for (;;) {
    if (signal?.aborted) child.kill('SIGKILL');
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended with ${child.exitCode ?? child.signalCode} before it was ready.`);
    const text = await readFile(readyFile, 'utf8').catch(() => '');
    if (text !== '') return { ready: JSON.parse(text) as Ready, process: child, stop };
    await pause(20);
  }
}
