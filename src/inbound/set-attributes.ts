// SETSTAT on a path: times are kept, modes are accepted and ignored, a new size is a new version of the file.
// Invariant: a change of times alone never brings a file to import again.

import { isPredefinedFolder } from '../domain/feed-folders.ts';
import { type FileAttributes, VirtualFileError } from '../domain/virtual-files.ts';
import { setEntryTime } from '../store/sftp-entries.ts';
import { openFile } from './open-file.ts';
import type { ReceiveDeps, RootContext } from './root-context.ts';
import { showEntry } from './show-entries.ts';

const forWriting = { read: false, write: true, append: false, create: false, truncate: false, exclusive: false };

/** Throws `no-such-file`; for the size of a folder `is-a-folder`. */
export async function setAttributes(
  deps: ReceiveDeps,
  context: RootContext,
  path: string,
  { size, modifiedAt }: FileAttributes,
): Promise<void> {
  const shown = await showEntry(deps, context, path);
  if (size !== undefined && shown.kind === 'folder')
    throw new VirtualFileError('is-a-folder', `${path} is a folder: it has no size that can be set.`);
  if (isPredefinedFolder(path)) return;
  const upload = context.open.visibleAt(path);
  if (upload) {
    if (size !== undefined) await upload.resize(size, deps.clock.now());
    if (modifiedAt !== undefined) upload.timeSet = modifiedAt;
    return;
  }
  if (size !== undefined && size !== shown.size) await resizeStored(deps, context, path, size);
  if (modifiedAt !== undefined) await setEntryTime(deps.db, context.feed, path, modifiedAt);
}

/** Like a client that opens the file, sets its size and closes it. */
async function resizeStored(deps: ReceiveDeps, context: RootContext, path: string, size: number): Promise<void> {
  const handle = await openFile(deps, context, path, forWriting, {}, () => undefined);
  try {
    await handle.setAttributes({ size });
  } catch (error) {
    await handle.abandon();
    throw error;
  }
  await handle.close();
}
