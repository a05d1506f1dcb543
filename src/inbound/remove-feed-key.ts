// Removes a public key from a feed.
// Invariant: a feed that asks for a key keeps at least one.

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { FeedId, FeedKeyId, InstitutionId } from '../domain/ids.ts';
import { deleteFeedKey, listFeedKeys } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';

/** Throws AppError `no-such-key`, or `last-key` when nobody could log in any more. */
export async function removeFeedKey(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  feedId: FeedId,
  id: FeedKeyId,
): Promise<void> {
  await changeFeed(deps, actor, institutionId, feedId, async (feed, tx) => {
    const keys = (await listFeedKeys(tx, institutionId)).filter((key) => key.feedId === feedId);
    const key = keys.find((one) => one.id === id);
    if (!key)
      throw new AppError(
        'not-found',
        'no-such-key',
        'This feed has no such key.',
        'Load the page again: it may be gone.',
      );
    if (keys.length === 1 && (feed.loginMethods === 'public-key' || feed.loginMethods === 'password+key'))
      throw new AppError(
        'conflict',
        'last-key',
        'This is the last key of a feed that can only be used with a key.',
        'Add the next key first, or let the feed accept passwords.',
      );
    await deleteFeedKey(tx, institutionId, feedId, id);
    return { audit: { action: 'feed.key-removed', facts: { type: key.type, fingerprint: key.fingerprint } } };
  });
}
