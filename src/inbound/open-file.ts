// OPEN: what a handle begins with, for reading and for writing.
// Invariant: opening never changes what others see of an existing file; a new file is visible at once.

import type { Queryable } from '../db/connection.ts';
import { isPredefinedFolder } from '../domain/feed-folders.ts';
import type { StoredFileId } from '../domain/ids.ts';
import { type FileAttributes, type OpenFlags, parentOf, VirtualFileError } from '../domain/virtual-files.ts';
import { holdForWriter } from '../store/receive-queue.ts';
import { type EntryRecord, type FeedRef, findEntry } from '../store/sftp-entries.ts';
import { onDisk } from './disk-errors.ts';
import { type RootHandle, readingHandle, watchingHandle, writingHandle } from './file-handles.ts';
import { alreadyThere, isAFolder, noSuchFile, type ReceiveDeps, type RootContext } from './root-context.ts';
import { Upload, type UploadStart } from './upload.ts';

/** Opens a file as the flags of SSH_FXP_OPEN say. `ended` is called when the handle ends. */
export async function openFile(
  deps: ReceiveDeps,
  context: RootContext,
  path: string,
  flags: OpenFlags,
  attributes: FileAttributes,
  ended: (handle: RootHandle) => void,
): Promise<RootHandle> {
  if (isPredefinedFolder(path)) throw isAFolder(path);
  if (!flags.write && !flags.append && !flags.create) return openForReading(deps, context, path, ended);
  const upload = await context.open.change(() => openForWriting(deps, context, path, flags, attributes));
  return writingHandle(deps, context, upload, flags, ended);
}

async function openForReading(
  deps: ReceiveDeps,
  context: RootContext,
  path: string,
  ended: (handle: RootHandle) => void,
): Promise<RootHandle> {
  const upload = context.open.visibleAt(path);
  if (upload) return watchingHandle(upload, ended);
  const entry = await findEntry(deps.db, context.feed, path);
  if (!entry) throw noSuchFile(path);
  const { stored } = entry;
  if (!stored) throw isAFolder(path);
  const bytes = await onDisk(() => deps.files.open(context.feed.institutionId, stored.key));
  return readingHandle(deps, context, entry, bytes, ended);
}

async function openForWriting(
  deps: ReceiveDeps,
  context: RootContext,
  path: string,
  flags: OpenFlags,
  attributes: FileAttributes,
): Promise<Upload> {
  const { feed, open, session } = context;
  const entry = await findEntry(deps.db, feed, path);
  if (entry?.kind === 'folder') throw isAFolder(path);
  const exists = entry !== null || open.visibleAt(path) !== null;
  if (exists && flags.create && flags.exclusive) throw alreadyThere(path);
  if (!exists && !flags.create) throw noSuchFile(path);
  if (!entry) await mustBeFolder(deps.db, feed, parentOf(path));
  const facts = {
    institutionId: feed.institutionId,
    feedId: feed.feedId,
    path,
    storedFileId: deps.newId<StoredFileId>(),
    session,
  };
  const upload = new Upload(deps, facts, startOf(entry, exists, flags), deps.clock.now());
  // A client that creates says the size of the whole file, if any; one that resumes may mean the rest.
  if (upload.startsEmpty && attributes.size) upload.announcedSize = attributes.size;
  upload.timeSet = attributes.modifiedAt ?? null;
  await upload.begin(attributes.size ?? 0);
  open.add(upload);
  try {
    if (entry) await holdForWriter(deps.db, feed, path);
  } catch (error) {
    open.remove(upload);
    await upload.discard();
    throw error;
  }
  return upload;
}

function startOf(entry: EntryRecord | null, exists: boolean, flags: OpenFlags): UploadStart {
  if (entry?.stored && !flags.truncate) return { kind: 'stored', key: entry.stored.key, size: entry.size };
  return { kind: 'empty', createdNew: !exists, replaces: entry?.size ?? 0 };
}

/** Throws `no-such-file` when a file cannot be put there. */
export async function mustBeFolder(db: Queryable, feed: FeedRef, folder: string): Promise<void> {
  if (isPredefinedFolder(folder)) return;
  const entry = await findEntry(db, feed, folder);
  if (entry?.kind === 'folder') return;
  throw new VirtualFileError(
    'no-such-file',
    `There is no folder ${folder} here. Make it first, or upload to the root.`,
  );
}
