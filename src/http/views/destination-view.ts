// Destinations and their tests as the API shows them.
// Invariant: no secret is in a view; the public half of a key only when the caller has just made it.

import type { DestinationView, FailureView, ProbeView, StageView } from '../../api/destinations.ts';
import type { Deps } from '../../deps.ts';
import type { DestinationRecord } from '../../domain/destination.ts';
import { destinationState } from '../../domain/destination-state.ts';
import type { Failure } from '../../domain/failures.ts';
import { type HostKeyState, hostKeyState } from '../../domain/host-key-state.ts';
import type { Stage } from '../../domain/remote.ts';
import { parseFrequency, scheduleWords } from '../../domain/schedule.ts';
import { type TransferRecord, transferState } from '../../domain/transfer.ts';
import { hasSecret, servesAt } from '../../outbound/destination-secrets.ts';
import { isLeftBehind, leftBehindFailure } from '../../outbound/probe-destination.ts';
import { startsFrom } from '../../outbound/window-start.ts';
import { type DestinationHostKeyRecord, hostKeysOfDestination } from '../../store/destination-host-keys.ts';
import { type DestinationKeyRecord, keysOfDestination } from '../../store/destination-keys.ts';
import type { InstitutionRecord } from '../../store/institutions.ts';
import { lastProbe, type ProbeRecord } from '../../store/probes.ts';
import { latestTransfer } from '../../store/transfers.ts';

type ViewDeps = Pick<Deps, 'db' | 'clock' | 'installation'>;

export async function destinationView(
  deps: ViewDeps,
  institution: InstitutionRecord,
  destination: DestinationRecord,
  publicKey: string | null = null,
): Promise<DestinationView> {
  const { id, dataset, name, status, host, port, path, username, auth, checkFingerprint, frequency, at } = destination;
  const { db, clock, installation } = deps;
  const { timeZone } = institution;
  const now = clock.now();
  const keys = await keysOfDestination(db, institution.id, id);
  const hostKeys = await hostKeysOfDestination(db, institution.id, id);
  const transfer = await latestTransfer(db, institution.id, id);
  const finished = await latestTransfer(db, institution.id, id, { finished: true });
  const confirmed = hostKeys.filter((key) => key.state === 'confirmed').length;
  const known = hostKeyState({ checkFingerprint, confirmed, mismatchSince: destination.mismatchSince });
  const lastFailure = openFailure(destination, finished, await lastProbe(db, institution.id, id), known);
  const secret = await hasSecret(db, destination, now);
  const oldKey = keys.find((key) => key.state === 'current' && servesAt(key, now));
  const words = destinationState(
    {
      status,
      deleted: destination.deletedAt !== null,
      hostKeyState: known,
      hostKeys: hostKeys.length,
      hasSecret: secret,
      mismatchSince: destination.mismatchSince,
      nextRunAt: destination.nextRunAt,
      oldKeyServesUntil: oldKey?.servesUntil ?? null,
      lastFailure,
    },
    timeZone,
    now,
  );
  return {
    id,
    institution: institution.slug,
    dataset,
    name,
    status,
    ...words,
    host,
    port,
    path,
    username,
    auth,
    hasSecret: secret,
    ...(publicKey === null ? {} : { publicKey }),
    keys: keys.map((key) => keyView(key, now)),
    checkFingerprint,
    hostKeyState: known,
    hostKeys: hostKeys.map(hostKeyView),
    frequency,
    at,
    schedule: scheduleWords(parseFrequency(frequency), at, timeZone),
    timeZone,
    nextRunAt: destination.nextRunAt?.toISOString() ?? null,
    since: destination.since,
    startsFrom: await startsFrom(db, institution, destination),
    file: destination.file,
    egressAddresses: [...installation.egressAddresses],
    lastTransfer: transfer && transferSummary(transfer, timeZone, now),
    lastFailure,
    createdAt: destination.createdAt.toISOString(),
    updatedAt: destination.updatedAt.toISOString(),
  };
}

/**
 * The last failed test or transfer when nothing has worked since, and nobody has done what it asked for. A draft that was
 * changed since may be right now: only a test can say.
 */
function openFailure(
  { status, updatedAt }: DestinationRecord,
  transfer: TransferRecord | null,
  probe: ProbeRecord | null,
  known: HostKeyState,
): DestinationView['lastFailure'] {
  const ended = [
    { source: 'transfer' as const, failure: transfer?.failure ?? null, at: transfer?.finishedAt ?? null },
    { source: 'probe' as const, failure: probe?.failure ?? null, at: probe?.finishedAt ?? null },
  ];
  const [last] = ended.toSorted((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0));
  if (!last?.at || !last.failure || isSettled(last.failure, known)) return null;
  if (status === 'draft' && updatedAt > last.at) return null;
  return { ...failureView(last.failure), at: last.at.toISOString(), source: last.source };
}

/** A fingerprint that has been confirmed since; or a person stopped it. */
function isSettled({ code, facts }: Failure, known: HostKeyState): boolean {
  if (code === 'host-key-unverified') return known !== 'unverified';
  if (code === 'host-key-changed') return known !== 'mismatch';
  return facts.kind === 'stopped';
}

function keyView(key: DestinationKeyRecord, now: Date): DestinationView['keys'][number] {
  return {
    id: key.id,
    state: servesAt(key, now) ? key.state : 'retired',
    type: key.type,
    fingerprint: key.fingerprint,
    createdAt: key.createdAt.toISOString(),
    servesUntil: key.servesUntil?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}

function hostKeyView(key: DestinationHostKeyRecord): DestinationView['hostKeys'][number] {
  return {
    type: key.type,
    sha256: key.sha256,
    md5: key.md5,
    confirmed: key.state === 'confirmed',
    state: key.state,
    firstSeenAt: key.firstSeenAt.toISOString(),
    lastSeenAt: key.lastSeenAt.toISOString(),
    confirmedAt: key.confirmedAt?.toISOString() ?? null,
    confirmedBy: key.confirmedBy,
  };
}

function transferSummary(transfer: TransferRecord, timeZone: string, now: Date): DestinationView['lastTransfer'] {
  return {
    id: transfer.id,
    status: transfer.status,
    state: transferState(transfer, timeZone, now),
    rows: transfer.rows,
    fileName: transfer.file?.name ?? null,
    finishedAt: transfer.finishedAt?.toISOString() ?? null,
    failure: transfer.failure && failureView(transfer.failure),
  };
}

/** A test; one that nobody finished reads as failed. */
export function probeView(deps: ViewDeps, destination: DestinationRecord, probe: ProbeRecord): ProbeView {
  const leftBehind = isLeftBehind(probe, deps.clock.now());
  const failure = leftBehind ? leftBehindFailure(deps, destination) : probe.failure;
  return {
    id: probe.id,
    destinationId: probe.destinationId,
    status: leftBehind ? 'failed' : probe.status,
    ok: probe.status === 'passed',
    failure: failure && failureView(failure),
    stages: probe.stages.map(stageView),
    fingerprints: probe.fingerprints,
    enabled: probe.status === 'passed' && destination.status === 'on',
    startedBy: probe.startedBy,
    startedAt: probe.startedAt.toISOString(),
    finishedAt: probe.finishedAt?.toISOString() ?? null,
  };
}

export function failureView(failure: Failure): FailureView {
  const facts = Object.entries(failure.facts).map(([name, value]): [string, FailureView['facts'][string]] => [
    name,
    typeof value === 'object' ? [...value] : value,
  ]);
  return { ...failure, facts: Object.fromEntries(facts) };
}

export function stageView({ name, status, ms, detail }: Stage): StageView {
  return { name, ok: status !== 'failed', status, ms, detail };
}
