// MKDIR.
// Invariant: a folder's parent is there before it.

import { isPredefinedFolder } from '../domain/feed-folders.ts';
import { type FileAttributes, parentOf } from '../domain/virtual-files.ts';
import { lockFeedFiles } from '../store/receive-queue.ts';
import { insertFolderEntry } from '../store/sftp-entries.ts';
import { mustBeFolder } from './open-file.ts';
import { alreadyThere, type ReceiveDeps, type RootContext } from './root-context.ts';

/** Makes a folder. Throws `already-exists`, or `no-such-file` when its parent is missing. */
export async function makeFolder(
  deps: ReceiveDeps,
  { feed, open }: RootContext,
  path: string,
  attributes: FileAttributes,
): Promise<void> {
  if (isPredefinedFolder(path)) throw alreadyThere(path);
  await open.change(() =>
    deps.db.transaction(async (tx) => {
      await lockFeedFiles(tx, feed);
      await mustBeFolder(tx, feed, parentOf(path));
      const time = attributes.modifiedAt ?? deps.clock.now();
      if (open.visibleAt(path) || !(await insertFolderEntry(tx, feed, path, time))) throw alreadyThere(path);
    }),
  );
}
