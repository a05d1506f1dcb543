// The one way to a destination's server, for tests and runs: secrets opened, host keys checked, the folder found.
// Invariant: while checking is on, nothing secret is sent before the server has shown a key that a person has confirmed (ruling 28),
// and never one for settings that have been changed since they were read.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { classifyFailure, type Failure } from '../domain/failures.ts';
import type { DestinationId, InstitutionId } from '../domain/ids.ts';
import {
  type HostKeySeen,
  type Observation,
  type OpenRemote,
  type RemoteAddress,
  RemoteError,
  type RemoteSession,
  type Stage,
} from '../domain/remote.ts';
import { getDestination } from '../store/destinations.ts';
import { noSuchDestination } from './change-destination.ts';
import { type DestinationAccess, readAccess } from './destination-access.ts';
import { logIn, recordUsedKey } from './log-in.ts';
import { openFolder } from './open-folder.ts';
import { recordDetected, recordMismatch, recordOffered, recordUnchecked, recordVerified } from './record-host-keys.ts';

export type ConnectDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'remote' | 'installation' | 'notify' | 'log'>;

/** Stages are told as they end. `purpose` `probe`: of an old and a new key both are tried and reported. */
export type ConnectOptions = { onStage(stage: Stage): void; signal: AbortSignal; purpose: 'probe' | 'run' };

/** `notes`: what a person should know of the server besides, whether it went well or not. */
export type Connected =
  | { ok: true; session: RemoteSession; destination: DestinationRecord; notes: readonly string[] }
  | { ok: false; failure: Failure; fingerprints: HostKeySeen[]; notes?: readonly string[] };

/**
 * Stages `resolve` to `folder`. Whatever was seen (host keys, announced keys, the key that worked) is recorded. The caller
 * closes the session. Throws AppError `no-such-destination`.
 */
export async function connectDestination(
  deps: ConnectDeps,
  institutionId: InstitutionId,
  destinationId: DestinationId,
  on: ConnectOptions,
): Promise<Connected> {
  const access = await readAccess(deps, institutionId, destinationId);
  if (!access) throw noSuchDestination();
  const { destination, hostKeys, login } = access;
  const pins = hostKeys.filter((key) => key.state === 'confirmed');
  if (destination.checkFingerprint && pins.length === 0) return detectOnly(deps, destination, on);
  if (!login) return withoutSecret(deps, destination, on);
  return connect(deps, { ...access, login }, pins, on);
}

/** Nobody has confirmed a key yet: the keys are looked at, and nothing else is done. */
async function detectOnly(deps: ConnectDeps, destination: DestinationRecord, on: ConnectOptions): Promise<Connected> {
  const began = performance.now();
  let detected: HostKeySeen[];
  try {
    detected = await deps.remote.detectHostKeys(addressOf(destination), withoutHostKeyStage(on), on.signal);
  } catch (error) {
    return { ok: false, failure: failureOf(deps, destination, observationOf(error, on.signal)), fingerprints: [] };
  }
  await recordDetected(deps, destination, detected);
  const detail = `The server showed ${listed(detected)}. Nobody has confirmed that this is your server, so neither a login nor a file was sent.`;
  on.onStage({ name: 'host-key', status: 'failed', ms: Math.round(performance.now() - began), detail });
  const facts = { confirmed: 0, detected: detected.map((key) => `${key.type} ${key.sha256}`) };
  const failure = failureOf(deps, destination, { stage: 'host-key', kind: 'host-key-not-accepted', facts });
  return { ok: false, failure, fingerprints: detected };
}

type WithLogin = DestinationAccess & { login: NonNullable<DestinationAccess['login']> };

async function connect(
  deps: ConnectDeps,
  access: WithLogin,
  pins: readonly HostKeySeen[],
  on: ConnectOptions,
): Promise<Connected> {
  const { destination } = access;
  const checked = destination.checkFingerprint;
  const seen = new Map<string, HostKeySeen>();
  let accepted = null as HostKeySeen | null;
  const way: Omit<OpenRemote, 'secret'> = {
    host: destination.host,
    port: destination.port,
    username: destination.username,
    hostKeyTypes: checked ? typesOf(pins) : null,
    acceptHostKey: async (key) => {
      seen.set(key.sha256, key);
      if (checked && !pins.some((pin) => pin.sha256 === key.sha256 && pin.publicKey === key.publicKey)) return false;
      await mustBeUnchanged(deps, destination);
      accepted = key;
      return true;
    },
    onStage: on.onStage,
    signal: on.signal,
  };
  let session: RemoteSession;
  try {
    session = await logIn(deps.remote, way, access.login, on.purpose === 'probe');
  } catch (error) {
    const observation = observationOf(error, on.signal);
    const keys = [...seen.values()];
    if (checked && isMismatch(observation)) return mismatch(deps, destination, keys, observation, pins, on);
    const notes = accepted ? await recordAccepted(deps, destination, accepted) : [];
    return { ok: false, failure: failureOf(deps, destination, observation, pins), fingerprints: keys, notes };
  }
  try {
    return await withSession(deps, destination, session, on);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** To reach a server may take minutes, in which a person can have taken the confirmation back, or deleted the destination. */
async function mustBeUnchanged(deps: ConnectDeps, { institutionId, id, revision }: DestinationRecord): Promise<void> {
  const present = await getDestination(deps.db, institutionId, id);
  if (present && !present.deletedAt && present.revision === revision) return;
  throw new RemoteError({ stage: 'host-key', kind: 'stopped', facts: { reason: 'destination-changed' } });
}

async function withSession(
  deps: ConnectDeps,
  destination: DestinationRecord,
  session: RemoteSession,
  on: ConnectOptions,
): Promise<Connected> {
  const notes = await recordAccepted(deps, destination, session.hostKey);
  await recordUsedKey(deps, destination, session.usedKey);
  const refusal = await openFolder(session, destination.path, on.onStage);
  if (refusal) {
    await session.close();
    return { ok: false, failure: failureOf(deps, destination, refusal), fingerprints: [session.hostKey], notes };
  }
  if (destination.checkFingerprint) await recordOffered(deps, destination, await offered(deps, session));
  return { ok: true, session, destination, notes };
}

/** Gives the notes. */
async function recordAccepted(
  deps: ConnectDeps,
  destination: DestinationRecord,
  key: HostKeySeen,
): Promise<readonly string[]> {
  if (!destination.checkFingerprint) {
    const note = await recordUnchecked(deps, destination, key);
    return note === null ? [] : [note];
  }
  await recordVerified(deps, destination, key);
  return [];
}

/** What the server announces is good to know; a server that does not, or a link that breaks now, is no failure here. */
async function offered(deps: ConnectDeps, session: RemoteSession): Promise<HostKeySeen[]> {
  try {
    return await session.offeredHostKeys();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    deps.log.debug({ observed: error.observation.kind }, 'announced host keys could not be read');
    return [];
  }
}

/** The server shows keys that nobody has confirmed: all of them are looked at, so that a person can compare them. */
async function mismatch(
  deps: ConnectDeps,
  destination: DestinationRecord,
  seen: readonly HostKeySeen[],
  observation: Observation,
  pins: readonly HostKeySeen[],
  on: ConnectOptions,
): Promise<Connected> {
  const detected = await detectQuietly(deps, destination, on.signal);
  const known = new Map([...seen, ...detected].map((key) => [key.sha256, key]));
  const keys = [...known.values()];
  const strangers = keys.filter((key) => pins.every((pin) => pin.sha256 !== key.sha256));
  await recordMismatch(deps, destination, keys, seen[0] ?? null);
  const facts = {
    ...observation.facts,
    confirmed: pins.map((pin) => `${pin.type} ${pin.sha256}`),
    detected: strangers.map((key) => `${key.type} ${key.sha256}`),
  };
  return { ok: false, failure: failureOf(deps, destination, { ...observation, facts }, pins), fingerprints: keys };
}

async function detectQuietly(
  deps: ConnectDeps,
  destination: DestinationRecord,
  signal: AbortSignal,
): Promise<HostKeySeen[]> {
  try {
    return await deps.remote.detectHostKeys(addressOf(destination), () => undefined, signal);
  } catch (error) {
    observationOf(error, signal);
    return [];
  }
}

/** Only when the secret was dropped a moment ago: a test is not begun without one, and a draft has no runs. */
function withoutSecret(deps: ConnectDeps, destination: DestinationRecord, on: ConnectOptions): Connected {
  const observation: Observation = { stage: 'login', kind: 'stopped', facts: { reason: 'secret-needed' } };
  on.onStage({ name: 'login', status: 'failed', ms: 0, detail: 'The password has to be given again.' });
  return { ok: false, failure: failureOf(deps, destination, observation), fingerprints: [] };
}

/** The one failure of an observation about a destination; `pins` are the confirmed keys. */
export function failureOf(
  deps: Pick<Deps, 'installation'>,
  destination: DestinationRecord,
  observation: Observation,
  pins: readonly HostKeySeen[] = [],
): Failure {
  const { host, port, username, path, auth } = destination;
  const { egressAddresses } = deps.installation;
  const hostKeyTypes = typesOf(pins);
  return classifyFailure(observation, { host, port, username, path, auth, egressAddresses, hostKeyTypes });
}

function typesOf(keys: readonly HostKeySeen[]): string[] {
  return [...new Set(keys.map((key) => key.type))];
}

function addressOf({ host, port }: DestinationRecord): RemoteAddress {
  return { host, port };
}

function isMismatch({ kind }: Observation): boolean {
  return kind === 'host-key-not-accepted' || kind === 'no-common-host-key';
}

/** Anything but a RemoteError is a bug and goes on. A stop because of the time is one that took too long. */
function observationOf(error: unknown, signal: AbortSignal): Observation {
  if (!(error instanceof RemoteError)) throw error;
  const { observation } = error;
  const late =
    observation.kind === 'stopped' && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return late ? { ...observation, kind: 'timed-out' } : observation;
}

/** The stage `host-key` of a mere look is told here, with its outcome. */
function withoutHostKeyStage(on: ConnectOptions): (stage: Stage) => void {
  return (stage) => {
    if (stage.name !== 'host-key') on.onStage(stage);
  };
}

function listed(keys: readonly HostKeySeen[]): string {
  return keys.map((key) => `${key.sha256} (${key.type})`).join(', ');
}
