// Takes the file of a transfer to the server: connects, delivers, and notices when it must not go on.
// Invariant: the rename is asked for only after the session that holds the lock has written that its outcome may become unknown,
// and only while the destination is the one that the run connected to.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import type { Failure } from '../domain/failures.ts';
import type { RemoteSession, Stage } from '../domain/remote.ts';
import { temporaryNameOf } from '../domain/transfer.ts';
import { ownFailure } from '../domain/transfer-failures.ts';
import { pingDatabase } from '../store/settings.ts';
import { getStoredFile } from '../store/stored-files.ts';
import { readRunGuard } from '../store/transfer-locks.ts';
import { addNotes, enterDoubt } from '../store/transfer-runs.ts';
import { type ConnectDeps, connectDestination, failureOf } from './connect-destination.ts';
import type { Held } from './dataset-lock.ts';
import { DeliveryError, deliverFile } from './deliver-file.ts';
import { type CutTransfer, deliveryExtras } from './delivery-extras.ts';
import { isGivenUp, RunInterrupted } from './run-interrupts.ts';
import { showProgress } from './show-progress.ts';
import { storedBytes } from './stored-bytes.ts';
import { type RunWatch, stopReasonOf, watchRun } from './watch-run.ts';

export type DeliverDeps = ConnectDeps & Pick<Deps, 'files' | 'sealer'>;

/** `inDoubt`: whether the file may have arrived all the same. */
export type DeliveryOutcome =
  | { ok: true; fileName: string; notes: readonly string[]; stages: readonly Stage[] }
  | { ok: false; failure: Failure; inDoubt: boolean; stages: readonly Stage[] };

/** Throws RunInterrupted when another run has to go on with it; the row then stays as it is. */
export async function deliverTransfer(
  deps: DeliverDeps,
  held: Held,
  record: CutTransfer,
  destination: DestinationRecord,
  stop: AbortSignal,
): Promise<DeliveryOutcome> {
  const { institutionId, dataset, destinationId } = record;
  const progress = showProgress(deps, record);
  const watch = watchRun(deps, { institutionId, dataset, destinationId, pid: held.pid }, stop);
  try {
    const outcome = await attempt(deps, held, record, destination, { onStage: progress.onStage, watch });
    return { ...outcome, stages: progress.stages };
  } catch (error) {
    if (!(error instanceof RunInterrupted) || isGivenUp(error.reason)) throw error;
    return { ok: false, failure: ownFailure(error.reason), inDoubt: record.inDoubt, stages: progress.stages };
  } finally {
    watch.end();
    await progress.settled();
  }
}

type Outcome =
  | { ok: true; fileName: string; notes: readonly string[] }
  | { ok: false; failure: Failure; inDoubt: boolean };
type Tellers = { onStage(stage: Stage): void; watch: RunWatch };

async function attempt(
  deps: DeliverDeps,
  held: Held,
  record: CutTransfer,
  destination: DestinationRecord,
  { onStage, watch }: Tellers,
): Promise<Outcome> {
  const { institutionId, destinationId } = record;
  watch.check();
  const link = linkOf(watch);
  const on = { onStage, signal: link.signal, purpose: 'run' } as const;
  const connected = await connectDestination(deps, institutionId, destinationId, on).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'no-such-destination')
      throw new RunInterrupted('destination-deleted');
    throw error;
  });
  const { notes = [] } = connected;
  // At once: the server's keys are recorded, so that a run which goes on after a crash meets nothing new.
  if (notes.length > 0) await addNotes(held.session, institutionId, record.id, notes);
  if (!connected.ok) {
    watch.check();
    return { ok: false, failure: connected.failure, inDoubt: record.inDoubt };
  }
  const { session } = connected;
  try {
    link.opened();
    watch.setRevision(connected.destination.revision);
    watch.check();
    return await deliver(deps, held, record, connected.destination, session, { onStage, watch });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return failed(deps, record, destination, error, watch);
  } finally {
    link.end();
    await session.close();
  }
}

/** How long a run that a person stopped may take to remove what it has uploaded, in milliseconds. */
const patience = 5_000;

/**
 * The end of the link when the run is stopped: at once, because whoever goes on with the transfer needs the temporary name; but
 * when a person stopped it in the middle of an upload, there is time to remove that.
 */
function linkOf(watch: RunWatch): { signal: AbortSignal; opened(): void; end(): void } {
  const cut = new AbortController();
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;
  const onStop = () => {
    if (!isOpen || watch.reason === null || isGivenUp(watch.reason)) cut.abort();
    else timer = setTimeout(() => cut.abort(), patience);
  };
  watch.signal.addEventListener('abort', onStop, { once: true });
  return {
    signal: cut.signal,
    opened() {
      isOpen = true;
    },
    end() {
      watch.signal.removeEventListener('abort', onStop);
      clearTimeout(timer);
    },
  };
}

/** What was interrupted on purpose shows itself as a lost link; the purpose is what counts. */
function failed(
  deps: DeliverDeps,
  record: CutTransfer,
  destination: DestinationRecord,
  error: DeliveryError,
  watch: RunWatch,
): Outcome {
  const inDoubt = record.inDoubt || error.inDoubt;
  try {
    watch.check();
  } catch (interrupted) {
    if (!(interrupted instanceof RunInterrupted) || isGivenUp(interrupted.reason)) throw interrupted;
    return { ok: false, failure: ownFailure(interrupted.reason), inDoubt };
  }
  return { ok: false, failure: failureOf(deps, destination, error.observation), inDoubt };
}

/** The bytes, until the run is stopped: then the upload ends and is removed. */
async function* whileAllowed(bytes: AsyncIterable<Uint8Array>, watch: RunWatch): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    watch.check();
    yield chunk;
  }
}

async function deliver(
  deps: DeliverDeps,
  held: Held,
  record: CutTransfer,
  destination: DestinationRecord,
  session: RemoteSession,
  { onStage, watch }: Tellers,
): Promise<Outcome> {
  const { institutionId, dataset, file } = record;
  const stored = file.storedFileId && (await getStoredFile(deps.db, institutionId, file.storedFileId));
  if (!stored) throw new Error('the stored file of a transfer is not there');
  let renameAsked = false;
  // A run whose lock is gone would write over what its successor uploads under the same temporary name.
  await pingDatabase(held.session);
  const delivered = await deliverFile(
    session,
    {
      folder: destination.path,
      fileName: file.name,
      temporaryName: temporaryNameOf(destination.id),
      size: file.bytes,
      sha256: file.sha256,
      open: () => whileAllowed(storedBytes(deps.files, institutionId, stored.key), watch),
      readBack: destination.file.readBack,
      // A file that is sent again on request goes to its old name, whatever is there.
      sameName: record.trigger === 'resend' ? 'replace' : destination.file.sameName,
      inDoubt: record.inDoubt,
      extras: await deliveryExtras(deps, record, destination),
    },
    {
      onStage,
      async beforeRename(fileName) {
        watch.check();
        const { revision } = destination;
        const entered = await held.session.transaction((tx) =>
          enterDoubt(tx, institutionId, record.id, { fileName, revision }),
        );
        if (entered) {
          watch.check();
          renameAsked = true;
          return;
        }
        const run = { dataset, destinationId: destination.id, pid: held.pid };
        const guard = await readRunGuard(held.session, institutionId, run);
        throw new RunInterrupted(stopReasonOf(guard, revision) ?? 'lock-lost');
      },
    },
  ).catch((error: unknown) => {
    // Stopped where the file is written under its own name, because the server refuses renames: a part of it may stand there.
    if (error instanceof RunInterrupted && renameAsked)
      throw new DeliveryError({ stage: 'rename', kind: 'stopped', facts: {} }, true);
    throw error;
  });
  return { ok: true, ...delivered };
}
