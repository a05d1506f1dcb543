// Delete & regenerate: a new key pair for a destination, beside the old one until the new one has worked (ruling 29).
// Invariant: at most one key waits as the next one, and an old key beside it serves for at most 14 days.

import type { Actor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { DestinationId } from '../domain/ids.ts';
import {
  type DestinationKeyType,
  insertDestinationKey,
  keysOfDestination,
  limitCurrentKey,
  retireExpiredKeys,
  retireKeys,
} from '../store/destination-keys.ts';
import { getDestination, setSealedPassword } from '../store/destinations.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { changeDestination, type DestinationDeps, noSuchDestination } from './change-destination.ts';
import { newKeyPair, servesAt } from './destination-secrets.ts';

/** How long the old key serves beside one that has not worked yet, in milliseconds. */
export const overlap = 14 * 24 * 60 * 60 * 1000;

/**
 * Gives the public half of the new pair as OpenSSH's line. With `atOnce`, or when there was no key that serves (a password
 * is replaced by the pair), the destination is a draft until a test has passed. Throws AppError `no-such-destination`.
 */
export async function regenerateKey(
  deps: DestinationDeps,
  actor: Actor,
  institution: InstitutionRecord,
  id: DestinationId,
  wanted: { type: DestinationKeyType; atOnce: boolean },
): Promise<string> {
  const found = await getDestination(deps.db, institution.id, id);
  if (!found || found.deletedAt) throw noSuchDestination();
  const { record, privateKeySealed } = await newKeyPair(deps, found, wanted.type, institution.slug);
  await changeDestination(deps, actor, institution.id, id, async (destination, tx) => {
    const now = deps.clock.now();
    await retireExpiredKeys(tx, institution.id, id, now);
    await retireKeys(tx, institution.id, id, ['next']);
    const keys = await keysOfDestination(tx, institution.id, id);
    const old = keys.find((key) => key.state === 'current' && servesAt(key, now));
    const beside = !wanted.atOnce && old !== undefined && destination.auth === 'key';
    if (beside) await limitCurrentKey(tx, institution.id, id, new Date(now.getTime() + overlap));
    else await retireKeys(tx, institution.id, id, ['current']);
    await insertDestinationKey(tx, institution.id, { ...record, state: beside ? 'next' : 'current' }, privateKeySealed);
    await setSealedPassword(tx, institution.id, id, null);
    const { fingerprint, type } = record;
    return {
      destination: beside ? destination : asDraft(destination),
      fences: !beside,
      changed: ['key'],
      audit: { action: 'destination.key-regenerated', facts: { type, fingerprint, oldKeyServes: beside } },
    };
  });
  return record.publicKey;
}

function asDraft(destination: DestinationRecord): DestinationRecord {
  return { ...destination, auth: 'key', status: 'draft', nextRunAt: null };
}
