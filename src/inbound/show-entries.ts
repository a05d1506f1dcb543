// What STAT and READDIR show: the entries of the database with what is being written at this moment laid over them.
// Invariant: a file is seen from its OPEN on, with its present size, by every session of the same feed in this process.

import { isPredefinedFolder, predefinedFolders } from '../domain/feed-folders.ts';
import { parentOf, type VirtualEntry, VirtualFileError } from '../domain/virtual-files.ts';
import { type EntryRecord, findEntry, listEntries } from '../store/sftp-entries.ts';
import { noSuchFile, type ReceiveDeps, type RootContext } from './root-context.ts';
import type { Upload } from './upload.ts';

const fileMode = 0o644;
const folderMode = 0o755;

/** Throws `no-such-file`. */
export async function showEntry(
  deps: Pick<ReceiveDeps, 'db'>,
  context: RootContext,
  path: string,
): Promise<VirtualEntry> {
  if (isPredefinedFolder(path)) return predefinedEntry(context, path);
  const upload = context.open.visibleAt(path);
  if (upload) return uploadEntry(upload);
  const entry = await findEntry(deps.db, context.feed, path);
  if (!entry) throw noSuchFile(path);
  return fileEntry(entry);
}

/** What lies directly in a folder. Throws `no-such-file` or `not-a-folder`. */
export async function showFolder(
  deps: Pick<ReceiveDeps, 'db'>,
  context: RootContext,
  path: string,
): Promise<VirtualEntry[]> {
  const folder = await showEntry(deps, context, path);
  if (folder.kind !== 'folder') throw new VirtualFileError('not-a-folder', `${path} is a file, not a folder.`);
  const shown = new Map<string, VirtualEntry>();
  for (const always of predefinedFolders)
    if (parentOf(always) === path) shown.set(always, predefinedEntry(context, always));
  // Taken before the query: an upload that is recorded meanwhile is seen in one of the two.
  const uploads = context.open.visibleIn(path);
  for (const entry of await listEntries(deps.db, context.feed, path)) shown.set(entry.path, fileEntry(entry));
  for (const upload of uploads) shown.set(upload.path, uploadEntry(upload));
  return [...shown.values()];
}

/** A row as a client sees it. */
export function fileEntry({ path, kind, size, modifiedAt }: EntryRecord): VirtualEntry {
  return { path, kind, size, mode: kind === 'file' ? fileMode : folderMode, modifiedAt };
}

export function uploadEntry({ path, size, timeSet, changedAt }: Upload): VirtualEntry {
  return { path, kind: 'file', size, mode: fileMode, modifiedAt: timeSet ?? changedAt };
}

function predefinedEntry({ feedCreatedAt }: RootContext, path: string): VirtualEntry {
  return { path, kind: 'folder', size: 0, mode: folderMode, modifiedAt: feedCreatedAt };
}
