// Can another user enter a folder and read what is in it? Judged by the mode bits of the whole path.
// Invariant: a yes for a path means that every folder above it can be entered too.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

interface User {
  uid: number;
  gid: number;
}

/**
 * The first folder on the way to `path` that the user cannot enter; undefined when all can be entered. Links are
 * followed. What does not exist yet counts as open, because we would make it so.
 */
export function barrierOnTheWay(path: string, user: User): string | undefined {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  const way: string[] = [];
  for (let folder = realpathSync(existing); ; folder = dirname(folder)) {
    way.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return way.find((folder) => !mayEnter(folder, user));
}

function mayEnter(folder: string, user: User): boolean {
  const { mode, uid, gid } = statSync(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}
