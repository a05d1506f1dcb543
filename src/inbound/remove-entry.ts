// REMOVE and RMDIR.
// Invariant: a file that was queued when its name is removed is never imported, and the history says so.

import { isPredefinedFolder } from '../domain/feed-folders.ts';
import { VirtualFileError } from '../domain/virtual-files.ts';
import { ignoreQueuedAt, lockFeedFiles } from '../store/receive-queue.ts';
import { deleteEntry, findEntry, hasEntriesIn } from '../store/sftp-entries.ts';
import { alwaysThere, isAFolder, noSuchFile, type ReceiveDeps, type RootContext } from './root-context.ts';

/** Removes a file's name. A handle that has it open keeps its bytes, and its CLOSE brings nothing to import. */
export async function removeFile(deps: ReceiveDeps, { feed, open }: RootContext, path: string): Promise<void> {
  if (isPredefinedFolder(path)) throw isAFolder(path);
  await open.change(async () => {
    await deps.db.transaction(async (tx) => {
      await lockFeedFiles(tx, feed);
      const entry = await findEntry(tx, feed, path);
      if (entry?.kind === 'folder') throw isAFolder(path);
      if (!entry && !open.visibleAt(path)) throw noSuchFile(path);
      await ignoreQueuedAt(tx, feed, path, 'removed-before-import', deps.clock.now());
      await deleteEntry(tx, feed, path);
    });
    for (const upload of open.at(path)) await upload.unlink();
  });
}

/** Removes an empty folder. */
export async function removeFolder(deps: ReceiveDeps, { feed, open }: RootContext, path: string): Promise<void> {
  if (isPredefinedFolder(path)) throw alwaysThere(path);
  await open.change(() =>
    deps.db.transaction(async (tx) => {
      await lockFeedFiles(tx, feed);
      const entry = await findEntry(tx, feed, path);
      if (!entry && !open.visibleAt(path)) throw noSuchFile(path);
      if (entry?.kind !== 'folder') throw new VirtualFileError('not-a-folder', `${path} is a file, not a folder.`);
      if (open.below(path).length > 0 || (await hasEntriesIn(tx, feed, path)))
        throw new VirtualFileError('folder-not-empty', `The folder ${path} is not empty. Remove what is in it first.`);
      await deleteEntry(tx, feed, path);
    }),
  );
}
