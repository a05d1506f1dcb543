// A folder for the socket of PostgreSQL with a path that is short enough.
// Invariant: only the user that PostgreSQL runs as (and root) can enter it.
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barrierOnTheWay } from './barrier.ts';
import type { DataFiles } from './data-files.ts';
import type { Launcher } from './launcher.ts';

/** What PostgreSQL appends to the folder. */
const SOCKET_NAME = '/.s.PGSQL.5432';
/** Linux takes 107 bytes (sun_path without its last NUL), macOS 103. */
const LONGEST = process.platform === 'darwin' ? 103 : 107;

export interface SocketFolder {
  path: string;
  remove(): void;
}

/**
 * `postgres/run` in the data folder when that is short enough, else a private folder below the system's temporary one:
 * of the same name each time, so that kill -9 leaves no row of them.
 */
export function makeSocketFolder(files: DataFiles, owner: Launcher['owner']): SocketFolder {
  const inside = join(files.base, 'run');
  if (fits(inside)) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    give(inside, owner);
    return { path: inside, remove: () => undefined };
  }
  const parent = temporaryFolder(owner);
  const usual = join(parent, `causeway-${createHash('sha256').update(files.folder).digest('hex').slice(0, 12)}`);
  const path = isOurs(usual, owner) ? usual : mkdtempSync(join(parent, 'causeway-'));
  give(path, owner);
  const remove = () => {
    rmSync(path, { recursive: true, force: true });
  };
  return { path, remove };
}

/** Makes the folder, or finds that it is there and ours. Anybody may make one of this name in a folder that all share. */
function isOurs(path: string, owner: Launcher['owner']): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch {
    return false;
  }
  const found = lstatSync(path);
  return found.isDirectory() && [process.getuid?.(), owner?.uid].includes(found.uid) && (found.mode & 0o077) === 0;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder + SOCKET_NAME) <= LONGEST;
}

function temporaryFolder(owner: Launcher['owner']): string {
  const folder = tmpdir();
  const usable = fits(join(folder, 'causeway-123456789012')) && !(owner && barrierOnTheWay(folder, owner));
  return usable ? folder : '/tmp';
}

function give(folder: string, owner: Launcher['owner']): void {
  chmodSync(folder, 0o700);
  if (owner) chownSync(folder, owner.uid, owner.gid);
}
