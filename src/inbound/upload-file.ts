// Takes in a file by browser or API: its bytes, an arrival, and an import that is ready at once.
// Invariant: when the id is returned, bytes and queue row are safe; an upload that breaks off leaves nothing.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId } from '../domain/ids.ts';
import type { Mapping } from '../domain/mapping.ts';
import { nameOf, normalisePath, VirtualFileError } from '../domain/virtual-files.ts';
import { insertArrival } from '../store/arrivals.ts';
import { appendAudit } from '../store/audit.ts';
import { type FeedSettings, getFeedSettings, listFeedSettings } from '../store/feed-settings.ts';
import { insertImport } from '../store/imports.ts';
import { insertStoredFile, type StoredFileRecord } from '../store/stored-files.ts';
import { noSuchFeed } from './change-feed.ts';
import { onDisk } from './disk-errors.ts';
import { storeMadeFile } from './store-made-file.ts';
import { removeUnrecorded } from './write-receipts.ts';

export type UploadedFile = {
  /** Null for the institution's first feed. */
  feedId: FeedId | null;
  fileName: string;
  dryRun: boolean;
  /** A mapping to run with instead of the feed's, checked by `checkedMapping`. */
  mapping: Mapping | null;
  address: string | null;
  client: string | null;
  bytes: AsyncIterable<Uint8Array>;
};

/**
 * The id of the import, which is queued. People upload, tokens use the API: that is its source. Throws AppError `no-such-feed`,
 * `bad-file-name` or `no-space`; errors of the stream pass through.
 */
export async function uploadFile(
  deps: Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'sealer' | 'wakeImports'>,
  actor: Actor,
  institutionId: InstitutionId,
  upload: UploadedFile,
): Promise<ImportId> {
  const path = pathOf(upload.fileName);
  const feed = await feedOf(deps, institutionId, upload.feedId);
  const source = actor.kind === 'token' ? 'api' : 'upload';
  const file = await store(deps, institutionId, source, upload.bytes);
  const id = deps.newId<ImportId>();
  try {
    await deps.db.transaction(async (tx) => {
      const now = deps.clock.now();
      const arrivalId = deps.newId<ArrivalId>();
      await insertStoredFile(tx, institutionId, file);
      await insertArrival(
        tx,
        { institutionId, feedId: feed.id },
        {
          id: arrivalId,
          storedFileId: file.id,
          path,
          how: source,
          session: { sessionId: null, loginMethod: null, client: upload.client, address: upload.address },
          announcedSize: null,
          writeSize: null,
          writeCount: null,
          writtenEnd: null,
          arrivedAt: now,
        },
      );
      await insertImport(tx, institutionId, {
        id,
        feedId: feed.id,
        arrivalId,
        storedFileId: file.id,
        source,
        path,
        fileName: nameOf(path),
        fileSize: file.size,
        dryRun: upload.dryRun,
        mapping: upload.mapping,
        waitsFor: null,
        readyAt: now,
        queuedAt: now,
        againOf: null,
        startedBy: actor.name,
      });
      await appendAudit(tx, institutionId, deps, actor, {
        action: 'import.uploaded',
        subject: id,
        facts: { fileName: nameOf(path), size: file.size, dryRun: upload.dryRun, address: upload.address },
      });
    });
  } catch (error) {
    await removeUnrecorded(deps, institutionId, [file], error);
    throw error;
  }
  deps.wakeImports();
  return id;
}

function pathOf(fileName: string): string {
  try {
    const name = nameOf(normalisePath(fileName));
    if (name === '') throw new VirtualFileError('bad-path', 'This is a folder, not the name of a file.');
    return `/${name}`;
  } catch (error) {
    if (!(error instanceof VirtualFileError)) throw error;
    throw new AppError('invalid', 'bad-file-name', error.message, 'Rename the file and upload it again.', [
      { name: 'fileName', message: error.message },
    ]);
  }
}

async function feedOf(
  deps: Pick<Deps, 'db'>,
  institutionId: InstitutionId,
  feedId: FeedId | null,
): Promise<FeedSettings> {
  const feed = feedId
    ? await getFeedSettings(deps.db, institutionId, feedId)
    : (await listFeedSettings(deps.db, institutionId))[0];
  if (!feed) throw noSuchFeed();
  return feed;
}

async function store(
  deps: Pick<Deps, 'files' | 'clock' | 'newId'>,
  institutionId: InstitutionId,
  source: 'upload' | 'api',
  bytes: AsyncIterable<Uint8Array>,
): Promise<StoredFileRecord> {
  try {
    return await onDisk(() => storeMadeFile(deps, institutionId, source, bytes));
  } catch (error) {
    if (!(error instanceof VirtualFileError)) throw error;
    throw new AppError('not-available', error.code, error.message, 'Nothing of the file was kept.');
  }
}
