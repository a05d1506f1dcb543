// The embedded PostgreSQL of a test process, started on a copy of a prepared data folder (no initdb, no migration).
// Invariant: the prepared folder is never started on: only whole copies of it are used.
import { createHash, randomUUID } from 'node:crypto';
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/db/connection.ts';
import { packagedBinaries } from '../../src/db/embedded/binaries.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import type { TestServer } from './database.ts';

/** Changes when the way in which the prepared folder is made does. */
const RECIPE = 1;
const PREFIX = `causeway-test-${process.getuid?.() ?? 0}`;
const HOUR = 3_600_000;
/** Process ids say something only inside their namespace, and memory may be shared with others. */
const NAMESPACE = existsSync('/proc/self/ns/pid') ? readlinkSync('/proc/self/ns/pid').replace(/\D/g, '') : '0';
const RUN = `${PREFIX}-run-${NAMESPACE}-${process.pid}`;
/** Small, because several test processes may run side by side. */
const SETTINGS = { shared_buffers: '32MB', max_wal_size: '256MB', min_wal_size: '32MB' };

/** Starts the server for this process; it stops by itself when the process has nothing left to do. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await preparedDataFolder();
  const server = await startEmbedded(folder, { settings: SETTINGS });
  server.letProcessEnd(true);
  process.once('beforeExit', async () => {
    await server.stop('immediate');
    rmSync(folder, { recursive: true, force: true });
  });
  const { user, password } = server.application;
  return {
    admin: server.superuser,
    template: String(server.application.database),
    application: { user: String(user), password: String(password) },
    dropDatabases: false,
  };
}

/**
 * A data folder of one's own with an initialised, migrated, stopped embedded database, in some 100 ms: for tests that
 * start Causeway itself on it. Whoever asks for it removes it; what is forgotten is removed by a later test process.
 */
export async function preparedDataFolder(): Promise<string> {
  removeLeftovers();
  const template = await preparedTemplate();
  const folder = join(scratchFolder(), `${RUN}-${randomUUID().slice(0, 8)}`);
  mkdirSync(folder, { mode: 0o711 });
  cpSync(template, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return folder;
}

/** A name that changes with the migrations; also that of the template database on an outside server. */
export function templateName(): string {
  const hash = createHash('sha256').update(String(RECIPE));
  for (const { checksum } of readMigrations(join(import.meta.dirname, '../../src/db/migrations')))
    hash.update(checksum);
  return `causeway_template_${hash.digest('hex').slice(0, 12)}`;
}

async function preparedTemplate(): Promise<string> {
  const ready = join(scratchFolder(), `${PREFIX}-${packagedBinaries().version}-${templateName()}`);
  if (existsSync(ready)) return ready;
  const making = join(scratchFolder(), `${RUN}-making-${randomUUID().slice(0, 8)}`);
  const db = await openDatabase({ kind: 'embedded', dir: making });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
  try {
    renameSync(making, ready);
  } catch (error) {
    // Another process was faster.
    rmSync(making, { recursive: true });
    if (!existsSync(ready)) throw error;
  }
  return ready;
}

/** Removes the folders of processes that have ended; what cannot be told, and templates of other migrations, after hours. */
function removeLeftovers(): void {
  for (const name of readdirSync(scratchFolder()).filter((entry) => entry.startsWith(`${PREFIX}-`))) {
    const path = join(scratchFolder(), name);
    const owner = new RegExp(`^${PREFIX}-run-${NAMESPACE}-(\\d+)-`).exec(name)?.[1];
    const isOver = owner === undefined ? isOld(path) && !name.endsWith(templateName()) : !isAlive(Number(owner));
    if (isOver) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Memory, where there is enough of it: making the 400 files of a database took 200 ms on the disk of a virtual machine
 * and 10 ms in /dev/shm. The settings stay those of the product.
 */
export function scratchFolder(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 2 ** 31 ? memory : tmpdir();
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > 4 * HOUR;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
