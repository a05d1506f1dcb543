// Switches a feed on.
// Invariant: a feed that is on has its four required fields mapped (product 2.7).

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import { standardFields } from '../domain/fields.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { joinWords } from '../domain/labels.ts';
import { missingRequiredFields } from '../domain/mapping.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';

/** Throws AppError `feed-not-mapped`, naming the missing fields. A feed that is on stays on. */
export async function enableFeed(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
): Promise<void> {
  await changeFeed(deps, actor, institutionId, id, (feed) => {
    if (feed.enabled) return null;
    const missing = missingRequiredFields(feed.mapping);
    if (missing.length > 0) throw notMapped(missing);
    return { feed: { ...feed, enabled: true }, audit: { action: 'feed.enabled' } };
  });
}

function notMapped(missing: readonly string[]): AppError {
  return new AppError(
    'conflict',
    'feed-not-mapped',
    `The feed cannot be switched on yet: ${fieldTitles(missing)} ${missing.length === 1 ? 'is' : 'are'} not mapped.`,
    'Choose the column of your file for each of them, then switch the feed on.',
    missing.map((name) => ({ name, message: 'Not mapped yet.' })),
  );
}

/** "CRM ID, First Name and Phone" for the names of fields. */
export function fieldTitles(names: readonly string[]): string {
  const titles = names.map((name) => standardFields.find((field) => field.name === name)?.title ?? name);
  return joinWords(titles);
}
