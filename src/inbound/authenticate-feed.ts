// Who may log in by SFTP: user name with password, public key, or both, from an accepted address.
// Invariant: an unknown user costs the same work as a known one, and no refusal tells the client why.

import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { FeedId, FeedKeyId, InstitutionId } from '../domain/ids.ts';
import type { Sealer } from '../domain/ports.ts';
import type { LoginRefusal } from '../domain/session-reasons.ts';
import type { SessionFacts, VirtualRoot } from '../domain/virtual-files.ts';
import { type FeedForLogin, findFeedForLoginAllInstitutions, findFeedKey, markKeyUsed } from '../store/feeds.ts';
import { passwordMacContext } from './feed-password.ts';
import type { ReceiveDeps } from './root-context.ts';
import { openVirtualRoot } from './virtual-root.ts';

/** What is known of the link; `proven` is what this user has proven on it already. */
export type LoginFacts = { readonly address: string; readonly proven: readonly ('password' | 'publickey')[] };

/** A key as it came over the wire; `fingerprint` is `SHA256:…`. */
export type LoginKey = { readonly type: string; readonly blob: Uint8Array; readonly fingerprint: string };

export type FeedLogin =
  | {
      readonly kind: 'accepted';
      readonly institutionId: InstitutionId;
      readonly feedId: FeedId;
      openRoot(facts: SessionFacts): Promise<VirtualRoot>;
    }
  | { readonly kind: 'partial'; readonly institutionId: InstitutionId; readonly feedId: FeedId }
  | FeedRefusal;

export type FeedRefusal = {
  readonly kind: 'refused';
  readonly institutionId: InstitutionId | null;
  readonly feedId: FeedId | null;
  readonly reason: LoginRefusal;
};

/** The logins of all feeds, in the shape that the SFTP edge asks for (`sftp/ports.ts`). */
export type FeedLogins = {
  byPassword(username: string, password: string, facts: LoginFacts): Promise<FeedLogin>;
  /** Would `byKey` accept this key, if it were proven? Records nothing. */
  offersKey(username: string, key: LoginKey, facts: LoginFacts): Promise<{ readonly kind: 'welcome' } | FeedRefusal>;
  /** The signature by this key over this very session has been verified by the caller. */
  byKey(username: string, key: LoginKey, facts: LoginFacts): Promise<FeedLogin>;
};

export type AuthenticateDeps = ReceiveDeps & { sealer: Sealer };

const nobody = '00000000-0000-0000-0000-000000000000';

export function feedLogins(deps: AuthenticateDeps): FeedLogins {
  const decoy = deps.sealer.mac('', 'no-feed-has-this');

  async function byPassword(username: string, password: string, facts: LoginFacts): Promise<FeedLogin> {
    const feed = await findFeed(deps, username);
    const mac = deps.sealer.mac(password, passwordMacContext);
    const isPresent = sameBytes(mac, feed?.passwordMac ?? decoy);
    const isPrevious = sameBytes(mac, feed?.previousPasswordMac ?? decoy);
    const until = feed?.previousPasswordUntil ?? null;
    const isRight = isPresent || (isPrevious && until !== null && until > deps.clock.now());
    if (!feed) return refused(null, 'unknown-user');
    if (!acceptsAddress(feed, facts.address)) return refused(feed, 'address-not-allowed');
    if (feed.loginMethods === 'public-key') return refused(feed, 'password-not-accepted');
    if (!isRight) return refused(feed, 'wrong-password');
    if (feed.loginMethods === 'password+key' && !facts.proven.includes('publickey')) return partial(feed);
    return accepted(deps, feed);
  }

  async function checkKey(
    username: string,
    key: LoginKey,
    facts: LoginFacts,
  ): Promise<{ feed: FeedForLogin; keyId: FeedKeyId } | { refusal: FeedRefusal }> {
    const feed = await findFeed(deps, username);
    const ids = feed ?? { institutionId: nobody as InstitutionId, feedId: nobody as FeedId };
    const known = await findFeedKey(deps.db, ids.institutionId, ids.feedId, key.fingerprint);
    if (!feed) return { refusal: refused(null, 'unknown-user') };
    if (!acceptsAddress(feed, facts.address)) return { refusal: refused(feed, 'address-not-allowed') };
    if (feed.loginMethods === 'password') return { refusal: refused(feed, 'key-not-accepted') };
    if (!known || !isSameKey(known.publicKey, key)) return { refusal: refused(feed, 'key-not-installed') };
    return { feed, keyId: known.id };
  }

  async function byKey(username: string, key: LoginKey, facts: LoginFacts): Promise<FeedLogin> {
    const checked = await checkKey(username, key, facts);
    if ('refusal' in checked) return checked.refusal;
    const { feed, keyId } = checked;
    await markKeyUsed(deps.db, feed.institutionId, keyId, deps.clock.now());
    if (feed.loginMethods === 'password+key' && !facts.proven.includes('password')) return partial(feed);
    return accepted(deps, feed);
  }

  return {
    byPassword,
    byKey,
    async offersKey(username, key, facts) {
      const checked = await checkKey(username, key, facts);
      return 'refusal' in checked ? checked.refusal : { kind: 'welcome' };
    },
  };
}

function accepted(deps: AuthenticateDeps, feed: FeedForLogin): FeedLogin {
  const { institutionId, feedId, createdAt } = feed;
  const openRoot = async (facts: SessionFacts): Promise<VirtualRoot> =>
    openVirtualRoot(deps, { institutionId, feedId }, createdAt, facts);
  return { kind: 'accepted', institutionId, feedId, openRoot };
}

function partial({ institutionId, feedId }: FeedForLogin): FeedLogin {
  return { kind: 'partial', institutionId, feedId };
}

function refused(feed: FeedForLogin | null, reason: LoginRefusal): FeedRefusal {
  return { kind: 'refused', institutionId: feed?.institutionId ?? null, feedId: feed?.feedId ?? null, reason };
}

/** Text that the database cannot hold is nobody's name; it is looked up like any other. */
function findFeed(deps: AuthenticateDeps, username: string): Promise<FeedForLogin | null> {
  const name = username.includes('\0') ? '' : username;
  return findFeedForLoginAllInstitutions(deps.db, name);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function isSameKey(line: string, key: LoginKey): boolean {
  const [type, base64 = ''] = line.split(' ');
  return type === key.type && Buffer.from(base64, 'base64').equals(key.blob);
}

/** Is the address on the feed's list? An empty list accepts every address; an entry that cannot be read accepts none. */
function acceptsAddress({ allowedAddresses }: FeedForLogin, address: string): boolean {
  if (allowedAddresses.length === 0) return true;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const list = new BlockList();
  for (const entry of allowedAddresses) addTo(list, entry);
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

function addTo(list: BlockList, entry: string): void {
  const [network = '', prefix] = entry.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  try {
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  } catch {
    // The settings page checks entries; one that slipped through opens nothing.
  }
}
