// Changes the plain settings of a feed: name, strictness, login methods, accepted addresses.
// Invariant: a feed that asks for a key has one; accepted addresses are kept as CIDR.

import { isIP, isIPv6 } from 'node:net';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { type FeedSettings, type LoginMethods, listFeedKeys } from '../store/feed-settings.ts';
import { changeFeed, type FeedDeps } from './change-feed.ts';

export type FeedUpdate = {
  name?: string | undefined;
  strict?: boolean | undefined;
  loginMethods?: LoginMethods | undefined;
  allowedAddresses?: readonly string[] | undefined;
};

/** Absent members stay as they are. Throws AppError `bad-address` or `no-key-yet`. */
export async function updateFeed(
  deps: FeedDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: FeedId,
  update: FeedUpdate,
): Promise<void> {
  const allowedAddresses = update.allowedAddresses && checkedAddresses(update.allowedAddresses);
  await changeFeed(deps, actor, institutionId, id, async (feed, tx) => {
    const next: FeedSettings = {
      ...feed,
      name: update.name ?? feed.name,
      strict: update.strict ?? feed.strict,
      loginMethods: update.loginMethods ?? feed.loginMethods,
      allowedAddresses: allowedAddresses ?? feed.allowedAddresses,
    };
    const facts = changedFacts(feed, next);
    if (Object.keys(facts).length === 0) return null;
    if (next.loginMethods === 'public-key' || next.loginMethods === 'password+key') {
      const keys = await listFeedKeys(tx, institutionId);
      if (!keys.some((key) => key.feedId === id)) throw noKeyYet();
    }
    return { feed: next, audit: { action: 'feed.updated', facts } };
  });
}

function changedFacts(before: FeedSettings, after: FeedSettings): Record<string, unknown> {
  const names = ['name', 'strict', 'loginMethods', 'allowedAddresses'] as const;
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, { old: before[name], new: after[name] }]));
}

/** Each as an address with the length of its prefix; a single address gets the longest. Doubles vanish. */
function checkedAddresses(list: readonly string[]): string[] {
  const checked = list.map((text, at) => {
    const network = asNetwork(text.trim());
    if (network) return network;
    const message = `“${text.trim().slice(0, 100)}” is no address.`;
    throw new AppError(
      'invalid',
      'bad-address',
      message,
      'Write an address such as 203.0.113.7, or a network such as 203.0.113.0/24.',
      [{ name: `allowedAddresses.${at}`, message }],
    );
  });
  return [...new Set(checked)];
}

function asNetwork(text: string): string | null {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return null;
  const longest = isIPv6(address) ? 128 : 32;
  if (prefix === undefined) return `${address.toLowerCase()}/${longest}`;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return null;
  return `${address.toLowerCase()}/${Number(prefix)}`;
}

function noKeyYet(): AppError {
  return new AppError(
    'conflict',
    'no-key-yet',
    'This feed has no public key yet, so nobody could log in with one.',
    'Add a public key first, then choose this way of logging in.',
    [{ name: 'loginMethods', message: 'Needs a public key first.' }],
  );
}
