// Adds a public key to a feed, in whichever form it was pasted.
// Invariant: a feed has a key at most once, whatever its comment.

import { isUniqueViolation } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { FeedId, FeedKeyId, InstitutionId } from '../domain/ids.ts';
import { parsePublicKey } from '../domain/public-keys.ts';
import { insertFeedKey } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';

/** Throws AppError when the text is no usable public key (see `parsePublicKey`), or `key-exists`. */
export async function addFeedKey(
  deps: FeedDeps & Pick<Deps, 'newId'>,
  actor: Actor,
  institutionId: InstitutionId,
  feedId: FeedId,
  text: string,
): Promise<FeedKeyId> {
  const key = parsePublicKey(text);
  const id = deps.newId<FeedKeyId>();
  await changeFeed(deps, actor, institutionId, feedId, async (_feed, tx) => {
    try {
      await insertFeedKey(tx, institutionId, {
        id,
        feedId,
        type: key.type,
        fingerprint: key.sha256,
        publicKey: key.line,
        comment: key.comment,
        createdAt: deps.clock.now(),
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError(
        'conflict',
        'key-exists',
        'This feed has this key already.',
        'Nothing needs to be done: the sending system can log in with it.',
      );
    }
    return { audit: { action: 'feed.key-added', facts: { type: key.type, fingerprint: key.sha256 } } };
  });
  return id;
}
