// The frame of every change of a feed's settings: lock, change, save, audit, in one transaction.
// Invariant: two changes of one feed never mix, and a change that changes nothing leaves no trace.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { type AuditEntry, appendAudit } from '../store/audit.ts';
import { type FeedSettings, lockFeedSettings, saveFeedSettings } from '../store/feed-settings.ts';

export type FeedDeps = Pick<Deps, 'db' | 'clock' | 'sealer'>;

/** What a change makes of the feed (absent: the row stays as it is), and what the audit log says of it. */
export type FeedChange = { feed?: FeedSettings; audit: Omit<AuditEntry, 'subject'> };

/** `change` gets the locked feed, and gives null when there is nothing to do. Throws AppError `no-such-feed`. */
export async function changeFeed(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
  change: (feed: FeedSettings, tx: Tx) => Promise<FeedChange | null> | FeedChange | null,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const feed = await lockFeedSettings(tx, institutionId, id);
    if (!feed) throw noSuchFeed();
    const made = await change(feed, tx);
    if (!made) return;
    if (made.feed) await saveFeedSettings(tx, institutionId, made.feed, deps.clock.now());
    await appendAudit(tx, institutionId, deps, actor, { ...made.audit, subject: id });
  });
}

export function noSuchFeed(): AppError {
  return new AppError(
    'not-found',
    'no-such-feed',
    'There is no such feed in this institution.',
    'Take its id from the list of feeds.',
  );
}
