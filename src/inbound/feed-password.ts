// Passwords of feeds: how they are made, sealed for the eye, and hashed for login.
// Invariant: a password has at least 128 random bits and only characters that no shell, URL, form or font changes.

import { randomInt } from 'node:crypto';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import type { Sealer } from '../domain/ports.ts';

/** Letters and digits without 0 O 1 l I: 57 characters, 5.8 bits each. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** 24 × log2(57) = 139 bits. */
const length = 24;

/** The context of the keyed hash that a login is compared with. */
export const passwordMacContext = 'feed-password';

export function newFeedPassword(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** What is kept of a password: sealed for its own row, and hashed with a key. */
export function keptPassword(
  sealer: Sealer,
  institutionId: InstitutionId,
  feedId: FeedId,
  password: string,
): { sealed: Uint8Array; mac: Uint8Array } {
  return {
    sealed: sealer.seal(password, sealContext(institutionId, feedId)),
    mac: sealer.mac(password, passwordMacContext),
  };
}

/** The plain password again. Throws when the sealed value belongs to another row. */
export function openPassword(sealer: Sealer, institutionId: InstitutionId, feedId: FeedId, sealed: Uint8Array): string {
  return sealer.open(sealed, sealContext(institutionId, feedId));
}

function sealContext(institutionId: InstitutionId, feedId: FeedId): string {
  return `feed-password:${institutionId}:${feedId}`;
}
