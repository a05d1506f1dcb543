// The folders that every feed has, and which paths hold files to import.
// Invariant: predefined folders exist always and are never removed or renamed; only the root and `dryrun/` import.

import { isTemporaryName } from './temporary-names.ts';
import { nameOf, parentOf } from './virtual-files.ts';

/** Where receipts and error files appear for the institution. */
export const outboxFolder = '/outbox';
/** The rehearsal folder: files dropped there are planned and reported, and nothing is written. */
export const dryRunFolder = '/dryrun';

export const predefinedFolders: readonly string[] = [outboxFolder, dryRunFolder];

/** The root and the folders that every feed has: there without a row, and not to be removed, renamed or replaced. */
export function isPredefinedFolder(path: string): boolean {
  return path === '/' || predefinedFolders.includes(path);
}

/** True for everything below `dryrun/`, at any depth, so that nothing there is ever imported for real. */
export function isDryRunPath(path: string): boolean {
  return path.startsWith(`${dryRunFolder}/`);
}

/** Is a finished file at this path one to import: a `.csv` directly in the root or in `dryrun/`? */
export function isImportablePath(path: string): boolean {
  const parent = parentOf(path);
  if (parent !== '/' && parent !== dryRunFolder) return false;
  return nameOf(path).toLowerCase().endsWith('.csv') && !isTemporaryName(path);
}
