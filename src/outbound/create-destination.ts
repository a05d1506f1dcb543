// Makes a destination: a draft, which never sends (ruling 27).
// Invariant: at most one live destination per dataset; a secret is kept sealed only, and the public half is given once.

import { isUniqueViolation } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { usualFileOptions } from '../domain/file-options.ts';
import type { DestinationId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { type DestinationKeyType, insertDestinationKey } from '../store/destination-keys.ts';
import { insertDestination } from '../store/destinations.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import type { DestinationDeps } from './change-destination.ts';
import { checkedPassword, newKeyPair, sealPassword } from './destination-secrets.ts';
import { type SettingsChange, settingsChange } from './destination-settings.ts';

/** Exactly one of `password` and `generateKey`. */
export type NewDestination = SettingsChange & {
  dataset: Dataset;
  host: string;
  port: number;
  path: string;
  username: string;
  frequency: string;
  at: string;
  password?: string | undefined;
  generateKey?: DestinationKeyType | undefined;
};

/**
 * Gives the id and, for a new key pair, its public half as OpenSSH's line. Throws AppError `destination-exists`,
 * `secret-needed`, `private-key`, or what `settingsChange` throws.
 */
export async function createDestination(
  deps: DestinationDeps & Pick<Deps, 'encrypter'>,
  actor: Actor,
  institution: InstitutionRecord,
  wanted: NewDestination,
): Promise<{ id: DestinationId; publicKey: string | null }> {
  const { password, generateKey, dataset, host, port, path, username, frequency, at } = wanted;
  if ((password === undefined) === (generateKey === undefined)) throw oneSecret();
  const change = await settingsChange(deps, institution, wanted);
  const now = deps.clock.now();
  const ref = { institutionId: institution.id, id: deps.newId<DestinationId>() };
  const row: DestinationRecord = change({
    ...ref,
    dataset,
    name: dataset === 'connections' ? 'Connections' : 'Contacts',
    status: 'draft',
    host,
    port,
    path,
    username,
    auth: password === undefined ? 'key' : 'password',
    checkFingerprint: true,
    frequency,
    at,
    since: null,
    file: usualFileOptions,
    nextRunAt: null,
    mismatchSince: null,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  });
  const sealed = password === undefined ? null : sealPassword(deps.sealer, ref, checkedPassword(password));
  const pair = generateKey === undefined ? null : await newKeyPair(deps, ref, generateKey, institution.slug);
  try {
    await deps.db.transaction(async (tx) => {
      await insertDestination(tx, row, sealed);
      if (pair) await insertDestinationKey(tx, institution.id, pair.record, pair.privateKeySealed);
      await deps.notify(tx, institution.id, {
        kind: 'destination.created',
        destinationId: row.id,
        destinationName: row.name,
        dataset,
        actor: actor.name,
        changed: [],
      });
      await appendAudit(tx, institution.id, deps, actor, {
        action: 'destination.created',
        subject: row.id,
        facts: createdFacts(row, pair?.record.fingerprint ?? null),
      });
    });
  } catch (error) {
    if (isUniqueViolation(error, 'destinations_live')) throw destinationExists(dataset);
    throw error;
  }
  return { id: row.id, publicKey: pair?.record.publicKey ?? null };
}

function createdFacts(row: DestinationRecord, keyFingerprint: string | null): Record<string, unknown> {
  const { dataset, name, host, port, path, username, auth, checkFingerprint, frequency, at, since } = row;
  const facts = { dataset, name, host, port, path, username, auth, checkFingerprint, frequency, at, since };
  return keyFingerprint === null ? facts : { ...facts, keyFingerprint };
}

function oneSecret(): AppError {
  return new AppError(
    'invalid',
    'secret-needed',
    'A destination logs in with either a password or a key pair.',
    'Give the password of the user, or ask for a key pair (generateKey): exactly one of the two.',
    [{ name: 'password', message: 'Give this or generateKey.' }],
  );
}

function destinationExists(dataset: Dataset): AppError {
  return new AppError(
    'conflict',
    'destination-exists',
    `There is a destination for ${dataset} already.`,
    'Change that one, or delete it first: a new one goes on where it was.',
  );
}
