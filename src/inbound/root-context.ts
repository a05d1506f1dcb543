// What the operations of a feed's virtual root share: their dependencies, the feed, the session, and what is open.
// Invariant: the feed in here is the one of the login; no operation takes a feed from anywhere else.

import type { Deps } from '../deps.ts';
import { isTemporaryName } from '../domain/temporary-names.ts';
import { type SessionFacts, VirtualFileError } from '../domain/virtual-files.ts';
import type { WaitsFor } from '../store/receive-queue.ts';
import type { FeedRef } from '../store/sftp-entries.ts';
import type { OpenFeed, OpenFeeds } from './open-feeds.ts';
import type { UploadDeps } from './upload.ts';

/** `openFeeds` is one per process, shared by all sessions. */
export type ReceiveDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'log' | 'wakeImports'> &
  UploadDeps & { openFeeds: OpenFeeds };

export type RootContext = {
  feed: FeedRef;
  /** Shown as the time of the folders that are always there. */
  feedCreatedAt: Date;
  session: SessionFacts;
  open: OpenFeed;
};

/** What a queued file at this path has to wait for. */
export function waitsForAt(path: string, hasWriter: boolean): WaitsFor {
  if (hasWriter) return 'writer';
  return isTemporaryName(path) ? 'rename' : null;
}

export function noSuchFile(path: string): VirtualFileError {
  return new VirtualFileError('no-such-file', `There is no ${path} here. List the folder to see what is there.`);
}

export function isAFolder(path: string): VirtualFileError {
  return new VirtualFileError('is-a-folder', `${path} is a folder, not a file. Give a file name as well.`);
}

export function alreadyThere(path: string): VirtualFileError {
  return new VirtualFileError('already-exists', `${path} is there already. Remove it first, or use another name.`);
}

export function alwaysThere(path: string): VirtualFileError {
  return new VirtualFileError(
    'permission-denied',
    `The folder ${path} is always there and cannot be removed, renamed or replaced.`,
  );
}
