// The files of the embedded database in the data folder: where they are, who owns them, the passwords, the first initdb.
// Invariant: `postgres/cluster` appears by a rename of a finished one; the passwords are on disk before it.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DatabaseStartError } from '../database-error.ts';
import type { Launcher } from './launcher.ts';

export interface DataFiles {
  /** The data folder of Causeway. */
  folder: string;
  /** `postgres/` in it: belongs to whoever PostgreSQL runs as, mode 0700. */
  base: string;
  /** PostgreSQL's own data directory. */
  cluster: string;
  /** The passwords of the two roles: belongs to us, mode 0600. */
  passwords: string;
}

export interface Passwords {
  superuser: string;
  application: string;
}

export function dataFiles(folder: string): DataFiles {
  const base = join(folder, 'postgres');
  return { folder, base, cluster: join(base, 'cluster'), passwords: join(folder, 'postgres-passwords.json') };
}

/** Makes the data folder when it is not there; throws `DatabaseStartError`. Under root others may pass through it (not list it), to `postgres/` inside. */
export function makeDataFolder(folder: string): void {
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseStartError(
      `The data folder ${folder} cannot be used: ${reason}. Make it writable for the user that runs Causeway, or name another folder with CAUSEWAY_DATA.`,
    );
  }
  if (made !== undefined) chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Makes `postgres/`, and hands it and all in it to the user that PostgreSQL runs as, when it belongs to another one. */
export function handOver(files: DataFiles, owner: Launcher['owner']): void {
  mkdirSync(files.base, { recursive: true, mode: 0o700 });
  const isTheirs = (path: string) => (statSync(path, { throwIfNoEntry: false })?.uid ?? owner?.uid) === owner?.uid;
  if (owner === undefined || [files.cluster, files.base].every(isTheirs)) return;
  for (const entry of readdirSync(files.base, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
  // Last, so that an interrupted run is done again.
  chownSync(files.base, owner.uid, owner.gid);
}

/** Makes the database files when there are none (`fresh`); gives the passwords. Throws `DatabaseStartError`. */
export async function ensureCluster(
  files: DataFiles,
  launcher: Launcher,
): Promise<{ passwords: Passwords; fresh: boolean }> {
  const versionFile = join(files.cluster, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    const passwords = readPasswords(files) ?? writePasswords(files);
    await initialise(files, launcher, passwords.superuser);
    return { passwords, fresh: true };
  }
  const version = readFileSync(versionFile, 'utf8').trim();
  const ours = launcher.binaries.version.split('.')[0];
  if (version !== ours) {
    throw new DatabaseStartError(
      `The database in ${files.cluster} was made by PostgreSQL ${version}, and this Causeway brings PostgreSQL ${ours}. Start the earlier Causeway, make a backup with it, and restore the backup into a new data folder.`,
    );
  }
  const passwords = readPasswords(files);
  if (passwords === undefined) {
    throw new DatabaseStartError(
      `The file ${files.passwords} is missing, without which the database beside it cannot be opened. Put it back from a backup of the data folder.`,
    );
  }
  return { passwords, fresh: false };
}

async function initialise(files: DataFiles, launcher: Launcher, password: string): Promise<void> {
  const fresh = join(files.base, 'cluster.new');
  const passwordFile = join(files.base, 'initdb-password');
  rmSync(fresh, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (launcher.owner) chownSync(passwordFile, launcher.owner.uid, launcher.owner.gid);
  try {
    const child = launcher.launch('initdb', [
      ...['-D', fresh, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
      // The provider that PostgreSQL brings itself: no ICU, and no collation that changes with the system's libraries.
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    ]);
    const closed = once(child, 'close');
    const [, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await closed;
    if (code !== 0 && errors.includes('could not look up effective user ID')) {
      throw new DatabaseStartError(
        `PostgreSQL cannot run as the user id ${process.getuid?.()}, because it has no entry in /etc/passwd. Add one (in a container: in its image), start Causeway as a user that has one, or use a database of your own with CAUSEWAY_DATABASE_URL.`,
      );
    }
    if (code !== 0) {
      throw new DatabaseStartError(
        `The database in ${files.base} could not be made: initdb ended with ${code}. ${errors.trim()}`,
      );
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, files.cluster);
  syncFolder(files.base);
}

function readPasswords(files: DataFiles): Passwords | undefined {
  if (!existsSync(files.passwords)) return undefined;
  const { superuser, application } = JSON.parse(readFileSync(files.passwords, 'utf8')) as Partial<Passwords>;
  return superuser && application ? { superuser, application } : undefined;
}

function writePasswords(files: DataFiles): Passwords {
  const passwords = { superuser: randomBytes(32).toString('hex'), application: randomBytes(32).toString('hex') };
  const fresh = `${files.passwords}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${JSON.stringify(passwords)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(fresh, files.passwords);
  syncFolder(dirname(files.passwords));
  return passwords;
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
