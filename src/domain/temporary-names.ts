// Names under which clients write a file that is not finished: it waits for its rename.
// Invariant: judged by the last segment only, without regard to case.

import { nameOf } from './virtual-files.ts';

const suffixes = ['.filepart', '.part', '.partial', '.tmp', '.uploading', '~'];

/**
 * Is this (path or name) a temporary name? Suffixes of WinSCP, FileZilla, browsers and scripts, `~`, and every dot-file,
 * which covers lftp's `.in.NAME.` and sshfs's `.fuse_hidden…`.
 */
export function isTemporaryName(path: string): boolean {
  const name = nameOf(path).toLowerCase();
  return name.startsWith('.') || suffixes.some((suffix) => name.endsWith(suffix));
}
