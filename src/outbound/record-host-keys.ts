// Records what the server of a destination showed of itself, and tells people when it is not what they confirmed.
// Invariant: nothing here confirms a key; what was seen at another address than the present one is not recorded.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import { systemActor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { HostKeySeen } from '../domain/remote.ts';
import { appendAudit } from '../store/audit.ts';
import {
  type DestinationHostKeyRecord,
  hostKeysOfDestination,
  recordHostKeys,
} from '../store/destination-host-keys.ts';
import { lockDestination, setMismatchSince } from '../store/destinations.ts';

type RecordDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'notify'>;

/** Keys that a server showed while none was confirmed yet. */
export async function recordDetected(
  deps: RecordDeps,
  destination: DestinationRecord,
  keys: readonly HostKeySeen[],
): Promise<void> {
  await atSameAddress(deps, destination, async (tx, { institutionId, id }) => {
    await recordHostKeys(tx, institutionId, id, keys, 'detected', deps.clock.now());
  });
}

/** The key with which a session was opened because it is a confirmed one: all is as it should be. */
export async function recordVerified(
  deps: RecordDeps,
  destination: DestinationRecord,
  key: HostKeySeen,
): Promise<void> {
  await atSameAddress(deps, destination, async (tx, { institutionId, id, mismatchSince }) => {
    await recordHostKeys(tx, institutionId, id, [key], 'detected', deps.clock.now());
    if (mismatchSince) await setMismatchSince(tx, institutionId, id, null);
  });
}

/** Keys that the server proved to have on a verified session (`hostkeys-prove-00@openssh.com`): for a person to look at. */
export async function recordOffered(
  deps: RecordDeps,
  destination: DestinationRecord,
  keys: readonly HostKeySeen[],
): Promise<void> {
  if (keys.length === 0) return;
  await atSameAddress(deps, destination, async (tx, { institutionId, id }) => {
    await recordHostKeys(tx, institutionId, id, keys, 'offered', deps.clock.now());
  });
}

/**
 * The server showed keys, and none that is confirmed. People are told when one of them is new, or when the server
 * has just begun to do so; not again at each run. `shown` is the key of the session that was refused, when it came so far.
 */
export async function recordMismatch(
  deps: RecordDeps,
  destination: DestinationRecord,
  keys: readonly HostKeySeen[],
  shown: HostKeySeen | null,
): Promise<void> {
  await atSameAddress(deps, destination, async (tx, present) => {
    const { institutionId, id, mismatchSince } = present;
    const now = deps.clock.now();
    const fresh = await recordHostKeys(tx, institutionId, id, keys, 'detected', now);
    if (!mismatchSince) await setMismatchSince(tx, institutionId, id, now);
    const telling = shown && (fresh.has(shown.sha256) || fresh.size === 0) ? shown : firstOf(keys, fresh);
    if (telling && (fresh.size > 0 || !mismatchSince)) await tell(deps, tx, present, telling, false);
  });
}

/**
 * The key of a session that was opened although nobody checks keys: a change is recorded, and files go on. People are told of
 * a key that was never seen; the note for the run is given whenever it is not the one of the last time, else null.
 */
export async function recordUnchecked(
  deps: RecordDeps,
  destination: DestinationRecord,
  key: HostKeySeen,
): Promise<string | null> {
  return atSameAddress(deps, destination, async (tx, present) => {
    const { institutionId, id, mismatchSince } = present;
    const before = await hostKeysOfDestination(tx, institutionId, id);
    const now = deps.clock.now();
    const fresh = await recordHostKeys(tx, institutionId, id, [key], 'detected', now);
    if (before.length > 0 && fresh.size > 0) {
      if (!mismatchSince) await setMismatchSince(tx, institutionId, id, now);
      await tell(deps, tx, present, key, true);
    }
    return otherKeyNote(before, key);
  });
}

/** `before`: the keys that were known, those seen last first. A server has a key of each type; those of one type are compared. */
function otherKeyNote(before: readonly DestinationHostKeyRecord[], key: HostKeySeen): string | null {
  const sameType = before.filter((one) => one.type === key.type);
  const [last] = sameType.length > 0 ? sameType : before;
  if (!last) return null;
  const seenLast = before.filter((one) => one.lastSeenAt.getTime() === last.lastSeenAt.getTime());
  if (seenLast.some((one) => one.sha256 === key.sha256)) return null;
  return `The server showed another host key than the last time: ${shown(key)}, and before that ${shown(last)}. This destination does not check the fingerprint, so the transfer went on. Ask your IT department whether the server was changed or moved.`;
}

function shown({ sha256, type }: HostKeySeen): string {
  return `${sha256} (${type})`;
}

function firstOf(keys: readonly HostKeySeen[], fresh: ReadonlySet<string>): HostKeySeen | undefined {
  return keys.find((key) => fresh.has(key.sha256)) ?? keys[0];
}

async function tell(
  deps: RecordDeps,
  tx: Tx,
  destination: DestinationRecord,
  key: HostKeySeen,
  goesOn: boolean,
): Promise<void> {
  await deps.notify(tx, destination.institutionId, {
    kind: 'destination.host-key-changed',
    destinationId: destination.id,
    destinationName: destination.name,
    dataset: destination.dataset,
    sha256: key.sha256,
    goesOn,
  });
  await appendAudit(tx, destination.institutionId, deps, systemActor, {
    action: 'destination.host-key-changed',
    subject: destination.id,
    facts: { type: key.type, sha256: key.sha256, goesOn },
  });
}

/** Does nothing and gives null when somebody has changed the address meanwhile, or deleted the destination. */
async function atSameAddress<T>(
  deps: RecordDeps,
  seen: DestinationRecord,
  work: (tx: Tx, present: DestinationRecord) => Promise<T>,
): Promise<T | null> {
  return deps.db.transaction(async (tx) => {
    const present = await lockDestination(tx, seen.institutionId, seen.id);
    if (!present || present.deletedAt) return null;
    if (present.host !== seen.host || present.port !== seen.port || present.username !== seen.username) return null;
    return work(tx, present);
  });
}
