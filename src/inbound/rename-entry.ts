// RENAME and posix-rename: a rename into place is an arrival under the new name.
// Invariant: bytes that are queued move with their name; bytes that were dealt with come again only under a name to import.

import type { Tx } from '../db/connection.ts';
import { isDryRunPath, isImportablePath, isPredefinedFolder } from '../domain/feed-folders.ts';
import type { ArrivalId, ImportId } from '../domain/ids.ts';
import { isTemporaryName } from '../domain/temporary-names.ts';
import { checkedPath, parentOf, VirtualFileError } from '../domain/virtual-files.ts';
import { insertArrival, lastWriteFacts, moveArrivals } from '../store/arrivals.ts';
import {
  ignoreQueuedAt,
  lockFeedFiles,
  moveQueued,
  moveQueuedBelow,
  type NewImport,
  queueImport,
  releaseFromWriter,
} from '../store/receive-queue.ts';
import { deleteEntry, type EntryRecord, findEntry, moveEntriesBelow, moveEntry } from '../store/sftp-entries.ts';
import { mustBeFolder } from './open-file.ts';
import { recordBrokenOff } from './receive-file.ts';
import {
  alreadyThere,
  alwaysThere,
  noSuchFile,
  type ReceiveDeps,
  type RootContext,
  waitsForAt,
} from './root-context.ts';

type Names = { from: string; to: string };

/** Renames a file or a folder with all that is in it. With `replace`, a file may take the place of another file. */
export async function renameEntry(
  deps: ReceiveDeps,
  context: RootContext,
  { from, to }: Names,
  { replace }: { replace: boolean },
): Promise<void> {
  const { feed, open } = context;
  for (const path of [from, to]) if (isPredefinedFolder(path)) throw alwaysThere(path);
  await open.change(async () => {
    await deps.db.transaction(async (tx) => {
      await lockFeedFiles(tx, feed);
      const source = await findEntry(tx, feed, from);
      if (!source && !open.visibleAt(from)) throw noSuchFile(from);
      if (from === to && replace) return;
      await checkTarget(tx, context, { from, to }, replace && source?.kind !== 'folder');
      if (source?.kind === 'folder') await moveFolder(deps, tx, context, { from, to });
      else await moveFile(deps, tx, context, { from, to }, source);
    });
    for (const upload of open.at(from)) await upload.moveTo(to);
    for (const upload of open.below(from)) await upload.moveTo(to + upload.path.slice(from.length));
  });
}

async function checkTarget(
  tx: Tx,
  { feed, open }: RootContext,
  { from, to }: Names,
  mayReplace: boolean,
): Promise<void> {
  if (to.startsWith(`${from}/`)) throw new VirtualFileError('failure', 'A folder cannot be moved into itself.');
  const target = await findEntry(tx, feed, to);
  const isThere = target !== null || open.visibleAt(to) !== null;
  if (isThere && (!mayReplace || target?.kind === 'folder')) throw alreadyThere(to);
  if (!isThere) await mustBeFolder(tx, feed, parentOf(to));
}

async function moveFolder(deps: ReceiveDeps, tx: Tx, { feed, open }: RootContext, { from, to }: Names): Promise<void> {
  await moveEntry(tx, feed, from, to);
  for (const path of await moveEntriesBelow(tx, feed, from, to)) checkedPath(path);
  const waiting = await moveQueuedBelow(tx, feed, from, { path: to, dryRun: isDryRunPath(to) });
  // A writer in another process stays where the folder was, and nobody would ever release what has moved.
  for (const path of waiting)
    if (!open.hasWriterAt(from + path.slice(to.length)))
      await releaseFromWriter(tx, feed, path, waitsForAt(path, false), deps.clock.now());
  tx.afterCommit(deps.wakeImports);
}

async function moveFile(
  deps: ReceiveDeps,
  tx: Tx,
  { feed, open, session }: RootContext,
  { from, to }: Names,
  source: EntryRecord | null,
): Promise<void> {
  const now = deps.clock.now();
  await ignoreQueuedAt(tx, feed, to, 'superseded', now);
  await deleteEntry(tx, feed, to);
  // A file that exists only as an open handle arrives at its CLOSE, under the name that it then has.
  if (!source?.stored) return;
  await moveEntry(tx, feed, from, to);
  tx.afterCommit(deps.wakeImports);
  const dryRun = isDryRunPath(to);
  const waitsFor = waitsForAt(to, open.hasWriterAt(from) || open.hasWriterAt(to));
  const moved = await moveQueued(tx, feed, from, { path: to, dryRun, waitsFor }, now);
  if (moved.length > 0) return moveArrivals(tx, feed, moved, to);
  if (!isArrival({ from, to })) return;
  const storedFileId = source.stored.id;
  const unknown = { announcedSize: null, writeSize: null, writeCount: null, writtenEnd: null };
  const writes = (await lastWriteFacts(tx, feed, storedFileId)) ?? unknown;
  const arrivalId = deps.newId<ArrivalId>();
  await insertArrival(tx, feed, {
    ...writes,
    id: arrivalId,
    storedFileId,
    path: to,
    how: 'rename',
    session,
    arrivedAt: now,
  });
  const row: NewImport = {
    id: deps.newId<ImportId>(),
    arrivalId,
    storedFileId,
    source: 'sftp',
    path: to,
    fileSize: source.size,
    dryRun,
    queuedAt: now,
  };
  if (source.complete) await queueImport(tx, feed, row, waitsFor);
  else await recordBrokenOff(tx, feed, row);
}

/**
 * Is the rename of a file that is not queued any more an arrival? Under a name to import, always. Out of a temporary name,
 * too, so that it gets its row wherever it lands. Anything else is a client that tidies up (`roster.csv` to `done/`): quiet.
 */
function isArrival({ from, to }: Names): boolean {
  if (isTemporaryName(to)) return false;
  return isImportablePath(to) || isTemporaryName(from);
}
