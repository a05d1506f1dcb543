// Switches a destination on: only one that was tested since its last change, on a server that a person has confirmed.
// Invariant: nothing is on that has not passed a test, and an unverified server gets nothing while checking is on.

import type { Queryable } from '../db/connection.ts';
import type { Actor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { hostKeyState } from '../domain/host-key-state.ts';
import type { DestinationId } from '../domain/ids.ts';
import { hostKeysOfDestination } from '../store/destination-host-keys.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { lastProbe } from '../store/probes.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';
import { hasSecret } from './destination-secrets.ts';
import { nextRun } from './destination-settings.ts';

/** Does nothing for one that is on. Throws AppError `no-such-destination`, or `destination-not-ready` with what is missing. */
export async function enableDestination(
  deps: DestinationDeps,
  actor: Actor,
  institution: InstitutionRecord,
  id: DestinationId,
): Promise<void> {
  await changeDestination(deps, actor, institution.id, id, async (destination, tx) => {
    if (destination.status === 'on') return null;
    const now = deps.clock.now();
    const missing = await missingFor(tx, destination, now);
    if (missing.length > 0) throw notReady(missing);
    return {
      destination: { ...destination, status: 'on', nextRunAt: nextRun(destination, institution.timeZone, now) },
      fences: false,
      changed: ['status'],
      audit: { action: 'destination.enabled' },
    };
  });
}

type Missing = { name: string; message: string };

/** What stands between this destination and being on, in the order in which it is done. */
async function missingFor(db: Queryable, destination: DestinationRecord, now: Date): Promise<Missing[]> {
  const { institutionId, id, checkFingerprint, mismatchSince, status } = destination;
  const keys = await hostKeysOfDestination(db, institutionId, id);
  const confirmed = keys.filter((key) => key.state === 'confirmed').length;
  const state = hostKeyState({ checkFingerprint, confirmed, mismatchSince });
  const last = await lastProbe(db, institutionId, id);
  const missing: Missing[] = [];
  if (!(await hasSecret(db, destination, now)))
    missing.push({ name: 'password', message: 'The password has to be given again.' });
  if (state === 'unverified' && keys.length > 0)
    missing.push({ name: 'hostKeys', message: 'The fingerprint of the server has to be confirmed.' });
  if (state === 'mismatch')
    missing.push({ name: 'hostKeys', message: 'The server shows a new fingerprint, which nobody has confirmed.' });
  if (status === 'draft' || last?.status !== 'passed')
    missing.push({
      name: 'probe',
      message: last
        ? 'No test has passed since the last change or failure: test it again.'
        : 'It has not been tested: test it first.',
    });
  return missing;
}

function notReady(missing: Missing[]): AppError {
  return new AppError(
    'conflict',
    'destination-not-ready',
    'This destination cannot be switched on yet.',
    missing.map((one) => one.message).join(' '),
    missing,
  );
}
