// One Causeway per data folder: a lock that the operating system drops when its holder dies, however it dies.
// Invariant: the file `causeway.lock` is opened by SQLite only; any other open and close of it in this process would drop the lock.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseStartError } from '../database-error.ts';

const SQLITE_BUSY = 5;

/**
 * Locks the folder, or throws `DatabaseStartError` naming the process that has it. Gives the function that unlocks.
 *
 * Node has no file locks of its own; SQLite, which it brings, takes one (fcntl, LockFileEx) and has no stale ones:
 * after kill -9 the kernel has dropped it, no matter which process number lives on.
 */
export function lockFolder(folder: string): () => void {
  const noteFile = join(folder, 'causeway.pid');
  const lockFile = join(folder, 'causeway.lock');
  const lock = new DatabaseSync(lockFile, { open: false, timeout: 500 });
  try {
    lock.open();
    chmodSync(lockFile, 0o600);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    if (lock.isOpen) lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) throw refusal(folder, noteFile);
    throw new DatabaseStartError(
      `The data folder ${folder} cannot be locked (${error instanceof Error ? error.message : 'unknown'}): it must be on a disk that supports file locks.`,
    );
  }
  writeFileSync(noteFile, `${process.pid}\n`, { mode: 0o644 });
  return () => {
    if (lock.isOpen) lock.close();
  };
}

function refusal(folder: string, noteFile: string): DatabaseStartError {
  // Between locking and writing its number the holder is nameless, or the number is that of the one before.
  const note = existsSync(noteFile) ? readFileSync(noteFile, 'utf8').trim() : '';
  const holder = note === '' ? 'its process number is not known yet' : `process ${note}`;
  return new DatabaseStartError(
    `Another Causeway (${holder}) already uses the data folder ${folder}. Stop it first, or give this one a folder of its own with CAUSEWAY_DATA.`,
  );
}
