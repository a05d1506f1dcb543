// Makes a new password for a feed; user name and public keys stay (ruling 22).
// Invariant: without an overlap the old password and the sessions that it opened end at once.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { replacePassword } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';
import { keptPassword, newFeedPassword } from './feed-password.ts';

/** `overlapHours`: how long the old password goes on working; 0 ends it and every open session of the feed. */
export async function renewCredential(
  deps: FeedDeps & Pick<Deps, 'endSessions'>,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
  overlapHours: number,
): Promise<void> {
  await changeFeed(deps, actor, institutionId, id, async (_feed, tx) => {
    const now = deps.clock.now();
    const keepOldUntil = overlapHours > 0 ? new Date(now.getTime() + overlapHours * 3_600_000) : null;
    const kept = keptPassword(deps.sealer, institutionId, id, newFeedPassword());
    await replacePassword(tx, institutionId, id, { ...kept, keepOldUntil, now });
    if (!keepOldUntil) tx.afterCommit(() => deps.endSessions(id));
    return { audit: { action: 'feed.password-renewed', facts: { overlapHours } } };
  });
}
