// From bytes to an arrival: what the answer to CLOSE promises, and what is kept of an upload that broke off.
// Invariant: when `receiveFile` has returned, bytes and arrival survive a power cut; nothing is queued before that.

import { againWhenLost } from '../db/again-when-lost.ts';
import type { Tx } from '../db/connection.ts';
import { isDryRunPath, isPredefinedFolder } from '../domain/feed-folders.ts';
import type { ArrivalId, ImportId, StoredFileId } from '../domain/ids.ts';
import { newIssue } from '../domain/issues.ts';
import { parentOf } from '../domain/virtual-files.ts';
import { insertArrival } from '../store/arrivals.ts';
import { saveIssues } from '../store/import-issues.ts';
import {
  ignoreQueuedAt,
  lockFeedFiles,
  type NewImport,
  queueImport,
  recordNotTried,
  releaseFromWriter,
} from '../store/receive-queue.ts';
import { type FeedRef, insertFolderEntry, putFileEntry } from '../store/sftp-entries.ts';
import { getStoredFile, insertStoredFile } from '../store/stored-files.ts';
import { isAFolder, type ReceiveDeps, type RootContext, waitsForAt } from './root-context.ts';
import type { PublishedUpload, Upload } from './upload.ts';

/** `close`: the client said that it is done. `dropped`: the session or a write broke off. */
export type ReceivedHow = 'close' | 'dropped';

/** What is written of one received file; also made from the note of an upload that a crash cut off. */
export type ReceivedFile = Pick<PublishedUpload, 'key' | 'size' | 'sha256'> & {
  storedFileId: StoredFileId;
  path: string;
  session: Upload['facts']['session'];
  how: ReceivedHow;
  modifiedAt: Date;
  /** False when its name was removed while it was open, or has a newer file: it is recorded, but shown nowhere. */
  isShown: boolean;
  /** Somebody else has the same path open for writing. */
  hasOtherWriter: boolean;
  announcedSize: number | null;
  writeSize: number | null;
  writeCount: number | null;
  writtenEnd: number | null;
};

/**
 * Publishes an upload's bytes and records its arrival: stored file, entry, arrival and import in one transaction. Throws
 * VirtualFileError when the disk is full or the path became a folder, and what the database says when it stays away; the upload is
 * then still to be given up.
 */
export async function receiveFile(
  deps: ReceiveDeps,
  { feed, open }: Pick<RootContext, 'feed' | 'open'>,
  upload: Upload,
  how: ReceivedHow,
): Promise<void> {
  const published = await upload.publish();
  await open.change(async () => {
    const { storedFileId, session } = upload.facts;
    let tries = 0;
    // The client waits, so a database that comes back soon is waited for. Whether a commit took place whose answer was lost is seen
    // under the lock.
    await againWhenLost(() =>
      deps.db.transaction(async (tx) => {
        await lockFeedFiles(tx, feed);
        tries += 1;
        if (tries > 1 && (await getStoredFile(tx, feed.institutionId, storedFileId))) return;
        await recordReceived(deps, tx, feed, {
          ...published,
          storedFileId,
          path: upload.path,
          session,
          how,
          modifiedAt: upload.timeSet ?? upload.changedAt,
          isShown: !upload.unlinked,
          hasOtherWriter: open.hasWriterAt(upload.path, upload),
          announcedSize: upload.announcedSize,
          writeSize: upload.writeCount > 0 ? upload.writeSize : null,
          writeCount: upload.writeCount,
          writtenEnd: upload.writtenEnd,
        });
      }),
    );
    open.remove(upload);
  });
  await upload.recorded();
}

/** The rows of one received file. The caller holds the lock of the feed's files. */
export async function recordReceived(
  deps: Pick<ReceiveDeps, 'clock' | 'newId' | 'wakeImports'>,
  tx: Tx,
  feed: FeedRef,
  file: ReceivedFile,
): Promise<void> {
  const now = deps.clock.now();
  const { storedFileId, path, size } = file;
  await insertStoredFile(tx, feed.institutionId, {
    id: storedFileId,
    origin: 'sftp',
    key: file.key,
    sha256: file.sha256,
    size,
    createdAt: now,
  });
  const arrivalId = deps.newId<ArrivalId>();
  await insertArrival(tx, feed, { ...file, id: arrivalId, arrivedAt: now });
  const row: NewImport = {
    id: deps.newId<ImportId>(),
    arrivalId,
    storedFileId,
    source: 'sftp',
    path,
    fileSize: size,
    dryRun: isDryRunPath(path),
    queuedAt: now,
  };
  if (file.isShown) await showFile(tx, feed, file);
  if (file.how === 'close' && file.isShown) {
    await ignoreQueuedAt(tx, feed, path, 'superseded', now);
    await queueImport(tx, feed, row, waitsForAt(path, file.hasOtherWriter));
  } else {
    if (file.how === 'close') await recordNotTried(tx, feed, row, 'removed-before-import');
    else await recordBrokenOff(tx, feed, row);
    if (!file.hasOtherWriter) await releaseFromWriter(tx, feed, path, waitsForAt(path, false), now);
  }
  tx.afterCommit(deps.wakeImports);
}

/** A row of the history for an upload that broke off, with the issue that says so. */
export async function recordBrokenOff(tx: Tx, feed: FeedRef, row: NewImport): Promise<void> {
  const facts = { kind: 'dropped', why: 'dropped' };
  const issues = [newIssue('incomplete-upload', { effect: 'file-rejected', facts })];
  const counts = await saveIssues(tx, feed.institutionId, row.id, issues);
  await recordNotTried(tx, feed, row, 'incomplete-upload', counts);
}

async function showFile(tx: Tx, feed: FeedRef, file: ReceivedFile): Promise<void> {
  // Another process may have removed the folder meanwhile: what was acknowledged must have a place.
  for (let folder = parentOf(file.path); !isPredefinedFolder(folder); folder = parentOf(folder))
    await insertFolderEntry(tx, feed, folder, file.modifiedAt);
  const shown = await putFileEntry(tx, feed, { ...file, complete: file.how === 'close' });
  if (!shown) throw isAFolder(file.path);
}
