// How a file that was open for writing ends: closed by its client, or dropped.
// Invariant: however it ends, it is no longer open afterwards, and imports that waited for this writer go on.

import { againWhenLost } from '../db/again-when-lost.ts';
import { VirtualFileError } from '../domain/virtual-files.ts';
import { releaseFromWriter } from '../store/receive-queue.ts';
import { setEntryTime } from '../store/sftp-entries.ts';
import { receiveFile } from './receive-file.ts';
import { type ReceiveDeps, type RootContext, waitsForAt } from './root-context.ts';
import type { Upload } from './upload.ts';

type Where = Pick<RootContext, 'feed' | 'open'>;

/** A clean CLOSE. What was only opened and not changed is no arrival. Throws what the client must be told. */
export async function closeUpload(deps: ReceiveDeps, where: Where, upload: Upload): Promise<void> {
  if (!upload.isChanged) {
    await giveUp(deps, where, upload);
    if (upload.timeSet && !upload.unlinked) await setEntryTime(deps.db, where.feed, upload.path, upload.timeSet);
    return;
  }
  try {
    await receiveFile(deps, where, upload, 'close');
  } catch (error) {
    // A full disk is met before anything is recorded: what came is kept as broken off. Otherwise the note on the
    // disk decides at the next start, because the transaction may or may not have been committed.
    if (error instanceof VirtualFileError) await dropUpload(deps, where, upload);
    else await giveUp(deps, where, upload);
    throw error;
  }
}

/** The session ended or a write failed: what came is kept to be resumed, and is never imported. Never throws. */
export async function dropUpload(deps: ReceiveDeps, where: Where, upload: Upload): Promise<void> {
  try {
    if (upload.hasBytes && !upload.unlinked) {
      await upload.cutToWritten();
      await receiveFile(deps, where, upload, 'dropped');
      return;
    }
  } catch (error) {
    deps.log.error({ err: error, ...where.feed }, 'a broken-off upload could not be kept');
  }
  await giveUp(deps, where, upload);
}

async function giveUp(deps: ReceiveDeps, { feed, open }: Where, upload: Upload): Promise<void> {
  try {
    await upload.discard();
    await open.change(async () => {
      open.remove(upload);
      const { path, unlinked } = upload;
      if (unlinked || open.hasWriterAt(path)) return;
      const waitsFor = waitsForAt(path, false);
      await againWhenLost(() => releaseFromWriter(deps.db, feed, path, waitsFor, deps.clock.now()));
      deps.wakeImports();
    });
  } catch (error) {
    deps.log.error({ err: error, ...feed }, 'an upload could not be given up cleanly');
  } finally {
    open.remove(upload);
  }
}
