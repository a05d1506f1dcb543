// Secrets of destinations: passwords that people give, key pairs that are made here; sealed for their own row.
// Invariant: plain text leaves this file only towards a server that may have it; public halves only in the answer that made them.

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Queryable } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { DestinationId, DestinationKeyId, InstitutionId } from '../domain/ids.ts';
import { encodeOpenSshPrivateKey } from '../domain/openssh-private-keys.ts';
import type { Sealer } from '../domain/ports.ts';
import { looksLikePrivateKey } from '../domain/private-key-text.ts';
import { sha256Fingerprint } from '../domain/public-key-blobs.ts';
import {
  type DestinationKeyRecord,
  type DestinationKeyType,
  keysOfDestination,
  type SealedPrivateKey,
} from '../store/destination-keys.ts';
import { getSealedPassword } from '../store/destinations.ts';

type DestinationRef = { institutionId: InstitutionId; id: DestinationId };

export function sealPassword(sealer: Sealer, destination: DestinationRef, password: string): Uint8Array {
  return sealer.seal(password, passwordContext(destination));
}

/** Throws when the value was sealed for another row. */
export function openPassword(sealer: Sealer, destination: DestinationRef, sealed: Uint8Array): string {
  return sealer.open(sealed, passwordContext(destination));
}

function passwordContext({ institutionId, id }: DestinationRef): string {
  return `destination-password:${institutionId}:${id}`;
}

/** Throws when the value was sealed for another row. */
export function openPrivateKey(sealer: Sealer, institutionId: InstitutionId, key: SealedPrivateKey): string {
  return sealer.open(key.sealed, keyContext(institutionId, key.id));
}

function keyContext(institutionId: InstitutionId, id: DestinationKeyId): string {
  return `destination-key:${institutionId}:${id}`;
}

/** Throws AppError `private-key` for a private key, which is neither stored nor repeated. */
export function checkedPassword(text: string): string {
  if (!looksLikePrivateKey(text)) return text;
  const title = 'This is a private key, not a password. It was not stored.';
  const detail =
    'Treat that key as exposed and replace it where it is in use. To log in by key, choose a key pair instead: Causeway makes one and shows you its public half to install on your server.';
  throw new AppError('invalid', 'private-key', title, detail, [{ name: 'password', message: title }]);
}

export type NewKeyPair = { record: DestinationKeyRecord; privateKeySealed: Uint8Array };

/** A fresh pair (Ed25519, or RSA with 3072 bits), sealed for its row; `slug` goes into the comment of the public half. */
export async function newKeyPair(
  deps: Pick<Deps, 'sealer' | 'newId' | 'clock'>,
  destination: DestinationRef,
  type: DestinationKeyType,
  slug: string,
): Promise<NewKeyPair> {
  const pair = await generated(type);
  const comment = `causeway-${slug}`;
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, comment);
  const id = deps.newId<DestinationKeyId>();
  return {
    record: {
      id,
      destinationId: destination.id,
      state: 'current',
      type,
      fingerprint: sha256Fingerprint(blob),
      publicKey: `${type} ${blob.toString('base64')} ${comment}`,
      createdAt: deps.clock.now(),
      servesUntil: null,
      lastUsedAt: null,
    },
    privateKeySealed: deps.sealer.seal(text, keyContext(destination.institutionId, id)),
  };
}

function generated(type: DestinationKeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const generate = promisify(generateKeyPair);
  return type === 'ssh-ed25519' ? generate('ed25519') : generate('rsa', { modulusLength: 3072 });
}

/** Is there something to log in with at `now`? */
export async function hasSecret(db: Queryable, destination: DestinationRecord, now: Date): Promise<boolean> {
  const { institutionId, id, auth } = destination;
  if (auth === 'password') return (await getSealedPassword(db, institutionId, id)) !== null;
  return (await keysOfDestination(db, institutionId, id)).some((key) => servesAt(key, now));
}

/** May this key still be used to log in? */
export function servesAt(key: Pick<DestinationKeyRecord, 'state' | 'servesUntil'>, now: Date): boolean {
  return key.state !== 'retired' && (key.servesUntil === null || key.servesUntil > now);
}

export function secretNeeded(): AppError {
  return new AppError(
    'conflict',
    'secret-needed',
    'The password of this destination has to be given again.',
    'It was dropped when the host, the port or the user changed. Enter it, then test.',
    [{ name: 'password', message: 'Has to be given again.' }],
  );
}
