// Takes the confirmation of a host key back.
// Invariant: a run that trusted it does not go on; without any confirmed key nothing is sent while checking is on.

import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import { hostKeysOfDestination, unconfirmHostKey } from '../store/destination-host-keys.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';
import { checkedFingerprint } from './fingerprint-text.ts';

/**
 * When it was the last confirmed key and checking is on, the destination is a draft. `sha256` may be in base64url. Throws
 * AppError `no-such-destination`, `no-such-host-key`, `md5-fingerprint` or `bad-fingerprint`.
 */
export async function forgetHostKey(
  deps: DestinationDeps,
  actor: Actor,
  institutionId: InstitutionId,
  id: DestinationId,
  text: string,
): Promise<void> {
  const sha256 = checkedFingerprint(text);
  await changeDestination(deps, actor, institutionId, id, async (destination, tx) => {
    const confirmed = (await hostKeysOfDestination(tx, institutionId, id)).filter((key) => key.state === 'confirmed');
    const key = confirmed.find((one) => one.sha256 === sha256);
    if (!key) throw notConfirmed();
    await unconfirmHostKey(tx, institutionId, id, sha256);
    const wasLast = destination.checkFingerprint && confirmed.length === 1;
    return {
      destination: wasLast ? { ...destination, status: 'draft', nextRunAt: null } : destination,
      fences: destination.checkFingerprint,
      changed: ['hostKeys'],
      audit: { action: 'destination.host-key-forgotten', facts: { type: key.type, sha256 } },
    };
  });
}

function notConfirmed(): AppError {
  return new AppError(
    'not-found',
    'no-such-host-key',
    'No key with this fingerprint is confirmed for this destination.',
    'Take the fingerprint from the confirmed ones of the destination.',
  );
}
