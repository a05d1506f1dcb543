// A folder for the socket of PostgreSQL with a path that is short enough.
// Invariant: only the user that PostgreSQL runs as (and root) can enter it.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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

/** `postgres/run` in the data folder when that is short enough, else a private folder below the system's temporary one. */
export function makeSocketFolder(files: DataFiles, owner: Launcher['owner']): SocketFolder {
  const inside = join(files.base, 'run');
  if (fits(inside)) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    give(inside, owner);
    return { path: inside, remove: () => undefined };
  }
  const outside = mkdtempSync(join(temporaryFolder(owner), 'causeway-'));
  give(outside, owner);
  const remove = () => {
    rmSync(outside, { recursive: true, force: true });
  };
  return { path: outside, remove };
}

/** Is this a folder that `makeSocketFolder` has made outside of the data folder? The path may come from a file of PostgreSQL's. */
export function isTemporarySocketFolder(path: string): boolean {
  return /^causeway-\w{6}$/.test(basename(path)) && [tmpdir(), '/tmp'].includes(dirname(path));
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder + SOCKET_NAME) <= LONGEST;
}

function temporaryFolder(owner: Launcher['owner']): string {
  const folder = tmpdir();
  const usable = fits(join(folder, 'causeway-XXXXXX')) && !(owner && barrierOnTheWay(folder, owner));
  return usable ? folder : '/tmp';
}

function give(folder: string, owner: Launcher['owner']): void {
  chmodSync(folder, 0o700);
  if (owner) chownSync(folder, owner.uid, owner.gid);
}
