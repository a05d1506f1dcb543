// What a process that died left of an upload: made visible as a broken-off upload that can be resumed.
// Invariant: an upload whose arrival was committed is left as it is; one whose arrival was not is never imported.

import { createHash } from 'node:crypto';
import type { InstitutionId } from '../domain/ids.ts';
import type { AbandonedFile } from '../domain/ports.ts';
import { lockFeedFiles } from '../store/receive-queue.ts';
import { type FeedRef, findEntry } from '../store/sftp-entries.ts';
import { getStoredFile } from '../store/stored-files.ts';
import { recordReceived } from './receive-file.ts';
import type { ReceiveDeps } from './root-context.ts';
import type { UploadNote } from './upload.ts';

export type RecoverDeps = Pick<ReceiveDeps, 'db' | 'files' | 'clock' | 'newId' | 'log' | 'wakeImports'>;

/** A path of a feed's root. */
export type Place = FeedRef & { path: string };

/** Where the upload would have appeared; null when its note cannot be read. */
export function placeOf(file: AbandonedFile): Place | null {
  const note = readNote(file.note);
  return note && { institutionId: file.institutionId, feedId: note.feedId, path: note.path };
}

/**
 * Records each as broken off unless it is known already; gives how many were recorded. `isWritten`: has a process that runs
 * this path open for writing? One that cannot be recovered is logged and left for the next start.
 */
export async function recordAbandoned(
  deps: RecoverDeps,
  files: readonly AbandonedFile[],
  isWritten: (place: Place) => boolean,
): Promise<number> {
  let recorded = 0;
  for (const file of files) {
    try {
      if (await recover(deps, file, isWritten)) recorded += 1;
    } catch (error) {
      deps.log.error({ err: error, institutionId: file.institutionId }, 'a broken-off upload could not be recovered');
    }
  }
  if (recorded > 0)
    deps.log.warn({ recorded }, 'uploads that broke off when the server stopped are kept and not imported');
  return recorded;
}

/** True when it was recorded as broken off; false when it was known already or there is nothing to keep. */
async function recover(deps: RecoverDeps, file: AbandonedFile, isWritten: (place: Place) => boolean): Promise<boolean> {
  const note = readNote(file.note);
  if (note === null || note.unlinked || file.size === 0) {
    await file.discard();
    return false;
  }
  const feed: FeedRef = { institutionId: file.institutionId, feedId: note.feedId };
  if (await getStoredFile(deps.db, feed.institutionId, note.storedFileId)) {
    await file.forgetNote();
    return false;
  }
  await file.publish();
  const { sha256, size } = await hashOf(deps, feed.institutionId, file.key);
  const recorded = await deps.db.transaction(async (tx) => {
    await lockFeedFiles(tx, feed);
    // The commit of the dead process may have come to its end only now.
    if (await getStoredFile(tx, feed.institutionId, note.storedFileId)) return false;
    const { storedFileId, path, session } = note;
    const shown = await findEntry(tx, feed, path);
    await recordReceived(deps, tx, feed, {
      key: file.key,
      size,
      sha256,
      storedFileId,
      path,
      session,
      how: 'dropped',
      modifiedAt: deps.clock.now(),
      // Ids sort by time: a file that was opened later and is there now is the newer one.
      isShown: shown === null || (shown.stored !== null && shown.stored.id < storedFileId),
      hasOtherWriter: isWritten({ ...feed, path }),
      announcedSize: null,
      writeSize: null,
      writeCount: null,
      writtenEnd: null,
    });
    return true;
  });
  await file.forgetNote();
  return recorded;
}

/** Null for a note that a power cut left half written: its upload was never answered. */
function readNote(text: string): UploadNote | null {
  try {
    const note: unknown = JSON.parse(text);
    return isNote(note) ? note : null;
  } catch {
    return null;
  }
}

function isNote(note: unknown): note is UploadNote {
  return typeof note === 'object' && note !== null && 'feedId' in note && 'path' in note && 'storedFileId' in note;
}

async function hashOf(
  deps: RecoverDeps,
  institutionId: InstitutionId,
  key: string,
): Promise<{ sha256: Buffer; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of deps.files.stream(institutionId, key)) {
    hash.update(part);
    size += part.length;
  }
  return { sha256: hash.digest(), size };
}
