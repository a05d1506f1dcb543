// Deals with what an earlier run left behind after kill -9: a PostgreSQL that lives on, or its postmaster.pid.
// Invariant: postmaster.pid is removed only when no process works in the database folder any more; two writers would destroy it.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DatabaseLog } from '../connection.ts';
import { DatabaseStartError } from '../database-error.ts';
import type { DataFiles } from './data-files.ts';

/** Milliseconds for the fast shutdown (it writes a checkpoint), and then for the immediate one. */
const PATIENCE = { fast: 30_000, immediate: 15_000 };

/**
 * After this no PostgreSQL works in the cluster, and nothing hinders a new one with its socket in `socketFolder`.
 * Call with the data folder locked.
 */
export async function clearOrphan(files: DataFiles, socketFolder: string, log: DatabaseLog | undefined): Promise<void> {
  const pidFile = join(files.cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const postmaster = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if ((await processesIn(files.cluster, postmaster)).length > 0) {
    log?.warn({ pid: postmaster }, 'a PostgreSQL of an earlier run is still there and is being stopped');
    await stopAll(files.cluster, postmaster);
  }
  rmSync(pidFile, { force: true });
  // The socket has a lock file of its own, with the same number in it.
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(join(socketFolder, name), { force: true });
}

async function stopAll(cluster: string, postmaster: number): Promise<void> {
  const isGone = async () => (await processesIn(cluster, postmaster)).length === 0;
  for (const [signal, patience] of [
    ['SIGINT', PATIENCE.fast],
    ['SIGQUIT', PATIENCE.immediate],
  ] as const) {
    const there = await processesIn(cluster, postmaster);
    // Without their postmaster the others end by themselves; SIGQUIT hurries them.
    for (const pid of there.includes(postmaster) ? [postmaster] : there) signalTo(pid, signal);
    if (await waitUntil(isGone, patience)) return;
  }
  const left = (await processesIn(cluster, postmaster)).join(', ');
  throw new DatabaseStartError(
    `A PostgreSQL of an earlier run (process ${left}) still uses ${cluster} and does not stop. End it, then start Causeway again.`,
  );
}

/**
 * The living processes (zombies are none) that work in the cluster: PostgreSQL and all of its children have it as their
 * working directory. Where there is no /proc, only the postmaster is looked at, by its command line.
 */
async function processesIn(cluster: string, postmaster: number): Promise<number[]> {
  const folder = realpathSync(cluster);
  if (!existsSync('/proc/self/stat')) return (await isPostgresByPs(postmaster, cluster)) ? [postmaster] : [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => workingFolder(pid) === folder);
}

/** Undefined for a zombie (it has none), a process that has ended, and one that we may not look at (which then is not ours). */
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

async function isPostgresByPs(pid: number, cluster: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,command=', '-p', String(pid)]);
    return !stdout.trimStart().startsWith('Z') && stdout.includes('postgres') && stdout.includes(cluster);
  } catch {
    return false;
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function waitUntil(condition: () => Promise<boolean>, patience: number): Promise<boolean> {
  for (const deadline = performance.now() + patience; performance.now() < deadline; ) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
