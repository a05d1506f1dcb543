// What is needed to get at a destination's server, read at one moment: address, host keys, opened secret.
// Invariant: what this gives holds plain secrets; it goes to the way out (`RemoteServers`) and nowhere else.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { DestinationId, DestinationKeyId, InstitutionId } from '../domain/ids.ts';
import { momentWords } from '../domain/schedule.ts';
import { type DestinationHostKeyRecord, hostKeysOfDestination } from '../store/destination-host-keys.ts';
import { sealedPrivateKeys } from '../store/destination-keys.ts';
import { getDestination, getSealedPassword } from '../store/destinations.ts';
import { getInstitution } from '../store/institutions.ts';
import { openPassword, openPrivateKey } from './destination-secrets.ts';

/** A key that may log in; `until` says when an old one beside a next one ends, in the institution’s zone. */
export type LoginKey = {
  id: DestinationKeyId;
  state: 'current' | 'next';
  fingerprint: string;
  until: string | null;
  privateKey: string;
};

/** `login` is null when there is no secret. Keys stand in the order in which they are tried: next, current. */
export type DestinationAccess = {
  destination: DestinationRecord;
  hostKeys: DestinationHostKeyRecord[];
  login: { kind: 'password'; password: string } | { kind: 'keys'; keys: LoginKey[] } | null;
};

/** Null when there is no such destination, or it is deleted. */
export async function readAccess(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  institutionId: InstitutionId,
  id: DestinationId,
): Promise<DestinationAccess | null> {
  return deps.db.transaction(
    async (tx) => {
      const destination = await getDestination(tx, institutionId, id);
      if (!destination || destination.deletedAt) return null;
      const hostKeys = await hostKeysOfDestination(tx, institutionId, id);
      if (destination.auth === 'password') {
        const sealed = await getSealedPassword(tx, institutionId, id);
        const password = sealed && openPassword(deps.sealer, destination, sealed);
        return { destination, hostKeys, login: password === null ? null : { kind: 'password', password } };
      }
      const now = deps.clock.now();
      const institution = await getInstitution(tx, institutionId);
      const sealed = await sealedPrivateKeys(tx, institutionId, id, now);
      const keys = sealed.map((key) => {
        const { id: keyId, state, fingerprint, servesUntil } = key;
        const privateKey = openPrivateKey(deps.sealer, institutionId, key);
        const until = servesUntil && institution && momentWords(servesUntil, institution.timeZone, now);
        return { id: keyId, state, fingerprint, until, privateKey };
      });
      return { destination, hostKeys, login: keys.length === 0 ? null : { kind: 'keys', keys } };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}
