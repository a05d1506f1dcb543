// A person says: this is the key of our server. Also beforehand, for a key that the server will have after a planned change.
// Invariant: only a key that this server has shown, or a whole public key, is ever confirmed; never an MD5 fingerprint alone.

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { parsePublicKey } from '../domain/public-keys.ts';
import type { HostKeySeen } from '../domain/remote.ts';
import { hostKeysOfDestination, confirmHostKey as storeConfirmation } from '../store/destination-host-keys.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';
import { checkedFingerprint } from './fingerprint-text.ts';

export type HostKeyToConfirm = { sha256: string } | { publicKey: string };

/**
 * Several keys can be confirmed: the present and the next. Runs that are on their way go on. Does nothing for a key that is
 * confirmed. Throws AppError `no-such-destination`, `host-key-not-seen`, `md5-fingerprint`, `bad-fingerprint`, or what
 * `parsePublicKey` throws.
 */
export async function confirmHostKey(
  deps: DestinationDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: DestinationId,
  wanted: HostKeyToConfirm,
): Promise<void> {
  const planned = 'publicKey' in wanted ? keyFromLine(wanted.publicKey) : null;
  const sha256 = 'publicKey' in wanted ? (planned?.sha256 ?? '') : checkedFingerprint(wanted.sha256);
  await changeDestination(deps, actor, institutionId, id, async (destination, tx) => {
    const known = (await hostKeysOfDestination(tx, institutionId, id)).find((key) => key.sha256 === sha256);
    const key = known ?? planned;
    if (!key) throw notSeen();
    if (known?.state === 'confirmed') return null;
    await storeConfirmation(tx, institutionId, id, key, { name: actor.name, at: deps.clock.now() });
    const { mismatchSince } = destination;
    const isTheNewOne = known && mismatchSince && known.lastSeenAt >= mismatchSince;
    return {
      destination: { ...destination, mismatchSince: isTheNewOne ? null : mismatchSince },
      fences: false,
      changed: ['hostKeys'],
      audit: {
        action: 'destination.host-key-confirmed',
        facts: { type: key.type, sha256, seen: known?.state ?? 'not yet' },
      },
    };
  });
}

/** A key as its server's file has it, also as a line of known_hosts or of ssh-keyscan, whose first word is the host. */
function keyFromLine(text: string): HostKeySeen {
  const withoutHosts = text.replace(/^[ \t]*(?!#)\S+[ \t]+(?=(?:ssh-|ecdsa-)[\w@.-]+[ \t]+AAAA)/gm, '');
  const { type, sha256, md5, blob } = parsePublicKey(withoutHosts);
  return { type, sha256, md5, publicKey: `${type} ${blob.toString('base64')}` };
}

function notSeen(): AppError {
  return new AppError(
    'conflict',
    'host-key-not-seen',
    'This server has not shown a key with this fingerprint.',
    'Test the connection and compare again. When it is the fingerprint of a key that the server will have later, paste that whole public key instead.',
    [{ name: 'sha256', message: 'Was not shown by this server.' }],
  );
}
