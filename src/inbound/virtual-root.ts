// A feed's root as one session sees it: every operation of SFTP on it, and its end.
// Invariant: all of it works on the feed of the login; when the session has ended, no handle of it is open.

import type { SessionFacts, VirtualRoot } from '../domain/virtual-files.ts';
import type { FeedRef } from '../store/sftp-entries.ts';
import type { RootHandle } from './file-handles.ts';
import { makeFolder } from './make-folder.ts';
import { openFile } from './open-file.ts';
import { removeFile, removeFolder } from './remove-entry.ts';
import { renameEntry } from './rename-entry.ts';
import type { ReceiveDeps, RootContext } from './root-context.ts';
import { setAttributes } from './set-attributes.ts';
import { showEntry, showFolder } from './show-entries.ts';

/** The root of a feed for one SFTP channel. `end` must be called exactly once, after every other call has settled. */
export function openVirtualRoot(
  deps: ReceiveDeps,
  feed: FeedRef,
  feedCreatedAt: Date,
  session: SessionFacts,
): VirtualRoot {
  const open = deps.openFeeds.enter(feed.feedId);
  const context: RootContext = { feed, feedCreatedAt, session, open };
  const handles = new Set<RootHandle>();
  const forget = (handle: RootHandle): void => {
    handles.delete(handle);
  };
  return {
    stat: (path) => showEntry(deps, context, path),
    list: (path) => showFolder(deps, context, path),
    async open(path, flags, attributes) {
      const handle = await openFile(deps, context, path, flags, attributes, forget);
      handles.add(handle);
      return handle;
    },
    remove: (path) => removeFile(deps, context, path),
    rename: (from, to, options) => renameEntry(deps, context, { from, to }, options),
    makeFolder: (path, attributes) => makeFolder(deps, context, path, attributes),
    removeFolder: (path) => removeFolder(deps, context, path),
    setAttributes: (path, attributes) => setAttributes(deps, context, path, attributes),
    space: () => deps.files.freeBytes(),
    async end() {
      for (const handle of handles) await handle.drop();
      deps.openFeeds.leave(feed.feedId);
    },
  };
}
