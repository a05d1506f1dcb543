// Switches a feed off: its login goes on working, and what arrives is shown as not imported.
// Invariant: an import that already runs is not touched.

import type { Actor } from '../domain/actor.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';

/** A feed that is off stays off. */
export async function disableFeed(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
): Promise<void> {
  await changeFeed(deps, actor, institutionId, id, (feed) =>
    feed.enabled ? { feed: { ...feed, enabled: false }, audit: { action: 'feed.disabled' } } : null,
  );
}
