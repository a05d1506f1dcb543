// Feeds, host keys and sessions as the API shows them.
// Invariant: a password is in a view only when the caller has just revealed it.

import type { Deps } from '../../deps.ts';
import type { InstitutionId } from '../../domain/ids.ts';
import { labelsToFields, missingRequiredFields } from '../../domain/mapping.ts';
import { md5Fingerprint, sha256Fingerprint } from '../../domain/public-key-blobs.ts';
import { describeSession } from '../../domain/session-reasons.ts';
import { type FeedKeyRecord, type FeedSettings, listFeedKeys } from '../../store/feed-settings.ts';
import { listHostKeys } from '../../store/host-keys.ts';
import type { SessionRecord } from '../../store/session-log.ts';

type HostKeyView = { type: string; sha256: string; md5: string; publicKey: string };

/** The fingerprints of this installation's host keys, the best first. */
export async function hostKeyViews(db: Deps['db']): Promise<HostKeyView[]> {
  const keys = await listHostKeys(db);
  return keys.map(({ type, publicKey }) => {
    const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
    return { type, sha256: sha256Fingerprint(blob), md5: md5Fingerprint(blob), publicKey };
  });
}

/** What all feeds of an institution show alike; fetched once for a list. */
export type FeedSurroundings = { sftp: { host: string; port: number }; hostKeys: HostKeyView[]; keys: FeedKeyRecord[] };

export async function feedSurroundings(
  deps: Pick<Deps, 'db' | 'installation'>,
  institutionId: InstitutionId,
): Promise<FeedSurroundings> {
  const [hostKeys, keys] = await Promise.all([hostKeyViews(deps.db), listFeedKeys(deps.db, institutionId)]);
  return { sftp: deps.installation.publicSftp(), hostKeys, keys };
}

export function feedView(feed: FeedSettings, around: FeedSurroundings, password?: string) {
  const { id, institution, name, username, enabled, strict, loginMethods, allowedAddresses } = feed;
  return {
    id,
    institution,
    name,
    host: around.sftp.host,
    port: around.sftp.port,
    username,
    ...(password === undefined ? {} : { password }),
    enabled,
    strict,
    loginMethods,
    allowedAddresses,
    publicKeys: around.keys.filter((key) => key.feedId === id).map(keyView),
    mapping: labelsToFields(feed.mapping),
    columns: feed.mapping.columns,
    missing: missingRequiredFields(feed.mapping),
    hostKeys: around.hostKeys,
    previousPasswordUntil: feed.previousPasswordUntil?.toISOString() ?? null,
    createdAt: feed.createdAt.toISOString(),
    updatedAt: feed.updatedAt.toISOString(),
  };
}

function keyView(key: FeedKeyRecord) {
  const { id, type, fingerprint, publicKey, comment } = key;
  return {
    id,
    type,
    fingerprint,
    publicKey,
    comment,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}

export function sessionView(session: SessionRecord) {
  const { id, username, address, client, outcome, loginMethod, reason, filesReceived, bytesIn, bytesOut } = session;
  return {
    id,
    username,
    address,
    client,
    startedAt: session.startedAt.toISOString(),
    endedAt: session.endedAt?.toISOString() ?? null,
    outcome,
    loginMethod,
    reason,
    message: describeSession(session),
    filesReceived,
    bytesIn,
    bytesOut,
  };
}
