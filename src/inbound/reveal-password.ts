// Shows a feed's password to a person; every look is in the audit log.
// Invariant: the password is given only after the audit event is committed.

import type { Actor } from '../domain/actor.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { getSealedPassword } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps, noSuchFeed } from './change-feed.ts';
import { openPassword } from './feed-password.ts';

/** The plain password. Throws AppError `no-such-feed`. */
export async function revealPassword(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
): Promise<string> {
  let password = '';
  await changeFeed(deps, actor, institutionId, id, async (_feed, tx) => {
    const sealed = await getSealedPassword(tx, institutionId, id);
    if (!sealed) throw noSuchFeed();
    password = openPassword(deps.sealer, institutionId, id, sealed);
    return { audit: { action: 'feed.password-revealed' } };
  });
  return password;
}
