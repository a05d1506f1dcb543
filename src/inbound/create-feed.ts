// Makes a feed: off, without a mapping, with a login that works (ruling 22).
// Invariant: the user name is unique in the installation and has only small letters, digits and hyphens.

import { randomInt } from 'node:crypto';
import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { insertFeed, isUsernameTakenAllInstitutions } from '../store/feed-settings.ts';
import { keptPassword, newFeedPassword } from './feed-password.ts';

/** Runs in the caller's transaction, so that an institution is never without its first feed. */
export async function createFeed(
  deps: Pick<Deps, 'clock' | 'newId' | 'sealer'>,
  tx: Tx,
  actor: Actor,
  institution: { id: InstitutionId; slug: string },
  name: string,
): Promise<FeedId> {
  const id = deps.newId<FeedId>();
  const username = await freeUsername(tx, institution.slug);
  const { sealed, mac } = keptPassword(deps.sealer, institution.id, id, newFeedPassword());
  await insertFeed(tx, institution.id, {
    id,
    name,
    username,
    passwordSealed: sealed,
    passwordMac: mac,
    createdAt: deps.clock.now(),
  });
  await appendAudit(tx, institution.id, deps, actor, {
    action: 'feed.created',
    subject: id,
    facts: { name, username },
  });
  return id;
}

/** The slug itself, or the slug with a number behind it when another feed has that name. */
async function freeUsername(tx: Tx, slug: string): Promise<string> {
  let candidate = slug;
  while (await isUsernameTakenAllInstitutions(tx, candidate))
    candidate = `${slug.slice(0, 56)}-${randomInt(100_000, 1_000_000)}`;
  return candidate;
}
