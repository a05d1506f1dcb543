// After the death of one of several SFTP processes: its sessions end in the log, its uploads are recorded as broken off, and
// imports that waited for it go on. Invariant: nothing that a living process has open is touched.

import { endLinksNamed } from '../db/end-links.ts';
import type { FeedId, SessionId } from '../domain/ids.ts';
import { releaseFromWriter, waitingForWriterAllInstitutions } from '../store/receive-queue.ts';
import { endLostSessionsAllInstitutions } from '../store/session-log.ts';
import { type Place, placeOf, type RecoverDeps, recordAbandoned } from './abandoned-uploads.ts';
import { waitsForAt } from './root-context.ts';

/** `databaseName`: what its links to the database were called. `sessionIds`: what it may have left open. */
export type DeadProcess = { databaseName: string; sessionIds: readonly SessionId[] };

/** A path that some process may have open for writing, as it is asked for. */
export type WrittenPath = { feedId: FeedId; path: string };

/** `writtenNow` asks the living processes which of these paths they have open for writing. */
export async function recoverProcess(
  deps: RecoverDeps,
  dead: DeadProcess,
  writtenNow: (paths: readonly WrittenPath[]) => Promise<readonly WrittenPath[]>,
): Promise<{ recorded: number; sessions: number }> {
  // What it had begun in the database must have come to its end before anything is looked at.
  await endLinksNamed(deps.db, dead.databaseName);
  const sessions = await endLostSessionsAllInstitutions(deps.db, dead.sessionIds, deps.clock.now());
  const files = await deps.files.abandonedFiles();
  const waiting = await waitingForWriterAllInstitutions(deps.db);
  const left = files.map(placeOf).filter((place) => place !== null);
  const written = new Set(
    (await writtenNow([...left, ...waiting].map(({ feedId, path }) => ({ feedId, path })))).map(keyOf),
  );
  const isWritten = (place: Place): boolean => written.has(keyOf(place));
  const recorded = await recordAbandoned(deps, files, isWritten);
  for (const { path, ...feed } of waiting.filter((place) => !isWritten(place)))
    await releaseFromWriter(deps.db, feed, path, waitsForAt(path, false), deps.clock.now());
  await deps.files.sweepStaging();
  deps.wakeImports();
  return { recorded, sessions };
}

function keyOf({ feedId, path }: WrittenPath): string {
  return `${feedId} ${path}`;
}
