// Helpers for tests that start and kill the embedded database: folders, a program to kill, what is left of processes.
// Invariant: `cleanUp` after each test ends every process and removes every folder that a helper has made, also after a failure.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Database, openDatabase } from '../../src/db/connection.ts';
import { dataFiles } from '../../src/db/embedded/data-files.ts';
import { preparedDataFolder, scratchFolder } from './database-server.ts';

/** For `skip`: false on Linux. */
export const notLinux = process.platform === 'linux' ? false : 'needs /proc';

const program = join(import.meta.dirname, 'ledger-program.ts');
const folders: string[] = [];
const cleanups: (() => unknown)[] = [];

/** Runs before what was given earlier. */
export function whenDone(cleanup: () => unknown): void {
  cleanups.unshift(cleanup);
}

/** For `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A data folder with a finished database. */
export async function dataFolder(): Promise<string> {
  const folder = await preparedDataFolder();
  folders.push(folder);
  return folder;
}

/** A folder that does not hold anything yet. */
export function emptyFolder(below = scratchFolder()): string {
  const folder = mkdtempSync(join(below, 'causeway-first-'));
  folders.push(folder);
  return folder;
}

export async function openEmbedded(dir: string): Promise<Database> {
  const db = await openDatabase({ kind: 'embedded', dir });
  whenDone(() => db.close());
  return db;
}

/** The living processes whose working directory is the database of this folder. */
export function postgresOf(folder: string): number[] {
  const { cluster } = dataFiles(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === cluster;
      } catch {
        return false;
      }
    });
}

/** The number that PostgreSQL has noted for itself. */
export function postmaster(folder: string): number {
  return Number.parseInt(readFileSync(join(dataFiles(folder).cluster, 'postmaster.pid'), 'utf8'), 10);
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition()); ) {
    assert.ok(Date.now() < deadline, 'the condition did not come true within twenty seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Ledger {
  child: ChildProcess;
  /** The numbers whose commit was confirmed; grows. */
  acknowledged: number[];
  closed: Promise<unknown>;
}

/** Starts the ledger program; resolves when it has the database open. */
export async function startLedger(folder: string, mode: 'commit' | 'exit' = 'commit'): Promise<Ledger> {
  const child = spawn(process.execPath, [program, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  whenDone(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const acknowledged: number[] = [];
  lines.on('line', (line) => {
    if (line !== 'ready') acknowledged.push(Number(line));
  });
  await once(lines, 'line', { signal: AbortSignal.timeout(20_000) });
  return { child, acknowledged, closed: once(child, 'close') };
}

export async function kill(ledger: Ledger): Promise<void> {
  ledger.child.kill('SIGKILL');
  await ledger.closed;
}
