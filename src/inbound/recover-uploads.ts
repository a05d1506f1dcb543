// At start: what a process that was killed left of uploads is made visible, as broken-off uploads that can be resumed.
// Invariant: an upload whose arrival was committed is left as it is; one whose arrival was not is never imported.

import { createHash } from 'node:crypto';
import type { InstitutionId } from '../domain/ids.ts';
import type { AbandonedFile } from '../domain/ports.ts';
import { lockFeedFiles, releaseAllWritersAllInstitutions } from '../store/receive-queue.ts';
import { endLeftOverSessionsAllInstitutions } from '../store/session-log.ts';
import { type FeedRef, findEntry } from '../store/sftp-entries.ts';
import { getStoredFile } from '../store/stored-files.ts';
import { recordReceived } from './receive-file.ts';
import type { ReceiveDeps } from './root-context.ts';
import type { UploadNote } from './upload.ts';

type RecoverDeps = Pick<ReceiveDeps, 'db' | 'files' | 'clock' | 'newId' | 'log' | 'wakeImports'>;

/**
 * To be called once at start, before the first session is let in. Gives how many broken-off uploads were recorded.
 * One that cannot be recovered is logged and left for the next start.
 */
export async function recoverUploads(deps: RecoverDeps): Promise<{ recorded: number }> {
  const now = deps.clock.now();
  await endLeftOverSessionsAllInstitutions(deps.db, now);
  await releaseAllWritersAllInstitutions(deps.db, now);
  await deps.files.sweepStaging();
  let recorded = 0;
  for (const file of await deps.files.abandonedFiles()) {
    try {
      if (await recover(deps, file)) recorded += 1;
    } catch (error) {
      deps.log.error({ err: error, institutionId: file.institutionId }, 'a broken-off upload could not be recovered');
    }
  }
  if (recorded > 0)
    deps.log.warn({ recorded }, 'uploads that broke off when the server stopped are kept and not imported');
  return { recorded };
}

/** True when it was recorded as broken off; false when it was known already or there is nothing to keep. */
async function recover(deps: RecoverDeps, file: AbandonedFile): Promise<boolean> {
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
      hasOtherWriter: false,
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
