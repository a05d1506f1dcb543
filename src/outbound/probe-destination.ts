// Tests a destination in stages, by the same way that runs take, and switches it on when that is asked for and it passed.
// Invariant: one test of a destination at a time; a test never switches on what was changed while it ran.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { Failure } from '../domain/failures.ts';
import type { DestinationId, InstitutionId, ProbeId } from '../domain/ids.ts';
import { type HostKeySeen, RemoteError, type Stage } from '../domain/remote.ts';
import { appendAudit } from '../store/audit.ts';
import { hostKeysOfDestination } from '../store/destination-host-keys.ts';
import { lockDestination, setDestinationStatus } from '../store/destinations.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { finishProbe, insertProbe, type ProbeFingerprint, runningProbes, setProbeStages } from '../store/probes.ts';
import { noSuchDestination } from './change-destination.ts';
import { connectDestination, failureOf } from './connect-destination.ts';
import { hasSecret, secretNeeded } from './destination-secrets.ts';
import { nextRun } from './destination-settings.ts';
import { tryFolder } from './try-folder.ts';

export type ProbeDeps = Pick<Deps, 'db' | 'clock' | 'sealer' | 'newId' | 'remote' | 'installation' | 'notify' | 'log'>;

/** A test that has begun: its row, and what was to be tested. */
export type StartedProbe = { id: ProbeId; destination: DestinationRecord };

/** A test takes less; one that is older was left behind by a process that died. In milliseconds. */
const longestProbe = 5 * 60_000;
/** After so long a test is broken off, in milliseconds: less than the time after which an idle HTTP link is closed. */
const timeLimit = 110_000;

/** Throws AppError `no-such-destination`, `probe-running` or `secret-needed`. */
export async function startProbe(
  deps: ProbeDeps,
  actor: Actor,
  institutionId: InstitutionId,
  destinationId: DestinationId,
): Promise<StartedProbe> {
  const id = deps.newId<ProbeId>();
  return deps.db.transaction(async (tx) => {
    const destination = await lockDestination(tx, institutionId, destinationId);
    if (!destination || destination.deletedAt) throw noSuchDestination();
    const startedAt = deps.clock.now();
    for (const probe of await runningProbes(tx, institutionId, destinationId)) {
      if (!isLeftBehind(probe, startedAt)) throw probeRunning();
      await finishProbe(tx, institutionId, probe.id, {
        status: 'failed',
        stages: probe.stages,
        failure: leftBehindFailure(deps, destination),
        fingerprints: [],
        finishedAt: startedAt,
      });
    }
    if (!(await hasSecret(tx, destination, startedAt)) && !(await onlyLooks(tx, destination))) throw secretNeeded();
    await insertProbe(tx, institutionId, { id, destinationId, startedBy: actor.name, startedAt });
    await appendAudit(tx, institutionId, deps, actor, { action: 'destination.tested', subject: destinationId });
    return { id, destination };
  });
}

/** Before a fingerprint is confirmed, a test looks at the server's keys and needs no secret. */
async function onlyLooks(tx: Tx, { institutionId, id, checkFingerprint }: DestinationRecord): Promise<boolean> {
  if (!checkFingerprint) return false;
  return (await hostKeysOfDestination(tx, institutionId, id)).every((key) => key.state !== 'confirmed');
}

/** Runs a test that has begun to its end, which is in its row. Aborting `stop` ends it soon, as failed. */
export async function runProbe(
  deps: ProbeDeps,
  actor: Actor,
  institution: InstitutionRecord,
  started: StartedProbe,
  options: { enable: boolean; stop: AbortSignal },
): Promise<void> {
  const stages: Stage[] = [];
  let written = Promise.resolve();
  const onStage = (stage: Stage) => {
    stages.push(stage);
    const sofar = [...stages];
    written = written
      .then(() => setProbeStages(deps.db, institution.id, started.id, sofar))
      .catch((error: unknown) => deps.log.warn({ err: error }, 'a stage of a test was not written'));
  };
  let outcome: Outcome;
  try {
    outcome = await tryAll(deps, started.destination, onStage, options.stop);
  } catch (error) {
    outcome = { failure: leftBehindFailure(deps, started.destination), fingerprints: [] };
    if (!(error instanceof AppError))
      deps.log.error({ err: error, probeId: started.id }, 'a test of a destination broke');
  }
  await written;
  await endProbe(deps, actor, institution, started, { ...outcome, stages, enable: options.enable });
}

type Outcome = { failure: Failure | null; fingerprints: HostKeySeen[] };

async function tryAll(
  deps: ProbeDeps,
  destination: DestinationRecord,
  onStage: (stage: Stage) => void,
  stop: AbortSignal,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(timeLimit);
  const signal = AbortSignal.any([stop, limit]);
  const { institutionId, id } = destination;
  const connected = await connectDestination(deps, institutionId, id, { onStage, signal, purpose: 'probe' });
  if (!connected.ok) return connected;
  const { session } = connected;
  const fingerprints = [session.hostKey];
  // The session's own time limits end what is under way; a stop ends it at once.
  const close = () => void session.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await tryFolder(session, connected.destination.path, onStage);
    return { failure: null, fingerprints };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { observation } = error;
    const kind = limit.aborted ? 'timed-out' : stop.aborted ? 'stopped' : observation.kind;
    return { failure: failureOf(deps, connected.destination, { ...observation, kind }), fingerprints };
  } finally {
    signal.removeEventListener('abort', close);
    await session.close();
  }
}

async function endProbe(
  deps: ProbeDeps,
  actor: Actor,
  institution: InstitutionRecord,
  { id, destination: tested }: StartedProbe,
  ended: Outcome & { stages: readonly Stage[]; enable: boolean },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const present = await lockDestination(tx, institution.id, tested.id);
    const stale = !present || present.deletedAt !== null || present.revision !== tested.revision;
    const failure = ended.failure ?? (stale ? changedMeanwhile(deps, tested) : null);
    const finishedAt = deps.clock.now();
    const isOpen = await finishProbe(tx, institution.id, id, {
      status: failure ? 'failed' : 'passed',
      stages: ended.stages,
      failure,
      fingerprints: await withConfirmation(tx, tested, ended.fingerprints),
      finishedAt,
    });
    if (!isOpen || failure || !present || present.status === 'on') return;
    if (!ended.enable) {
      if (present.status === 'draft') await setStatus(tx, present, 'off', null);
      return;
    }
    await setStatus(tx, present, 'on', nextRun(present, institution.timeZone, finishedAt));
    await deps.notify(tx, institution.id, {
      kind: 'destination.changed',
      destinationId: present.id,
      destinationName: present.name,
      dataset: present.dataset,
      actor: actor.name,
      changed: ['status'],
    });
    await appendAudit(tx, institution.id, deps, actor, {
      action: 'destination.enabled',
      subject: present.id,
      facts: { probe: id },
    });
  });
}

async function setStatus(
  tx: Tx,
  { institutionId, id }: DestinationRecord,
  status: 'on' | 'off',
  nextRunAt: Date | null,
) {
  await setDestinationStatus(tx, institutionId, id, { status, nextRunAt });
}

async function withConfirmation(
  tx: Tx,
  { institutionId, id }: DestinationRecord,
  keys: readonly HostKeySeen[],
): Promise<ProbeFingerprint[]> {
  const known = await hostKeysOfDestination(tx, institutionId, id);
  const confirmed = new Set(known.filter((key) => key.state === 'confirmed').map((key) => key.sha256));
  return keys.map(({ type, sha256, md5 }) => ({ type, sha256, md5, confirmed: confirmed.has(sha256) }));
}

/** Did the process that ran this test die in the middle of it? One that began in the future began before the clock was put back. */
export function isLeftBehind(probe: { status: string; startedAt: Date }, now: Date): boolean {
  return probe.status === 'running' && Math.abs(now.getTime() - probe.startedAt.getTime()) > longestProbe;
}

/** How a test reads that nobody finished. */
export function leftBehindFailure(deps: Pick<Deps, 'installation'>, destination: DestinationRecord): Failure {
  return failureOf(deps, destination, { stage: 'resolve', kind: 'stopped', facts: { reason: 'ended' } });
}

function changedMeanwhile(deps: Pick<Deps, 'installation'>, destination: DestinationRecord): Failure {
  return failureOf(deps, destination, { stage: 'delete', kind: 'stopped', facts: { reason: 'destination-changed' } });
}

function probeRunning(): AppError {
  return new AppError(
    'conflict',
    'probe-running',
    'This destination is being tested at the moment.',
    'Look at that test, and start another when it has ended.',
  );
}
