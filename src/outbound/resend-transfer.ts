// Sends the file of a past transfer again: the same bytes under the same name, to the present destination.
// Invariant: it never moves the watermark, and it sends what is stored or nothing.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';
import type { TransferRecord } from '../domain/transfer.ts';
import { appendAudit } from '../store/audit.ts';
import { getLiveDestination } from '../store/destinations.ts';
import { carryWindow } from '../store/transfer-runs.ts';
import { countQueuedTransfers, getTransfer } from '../store/transfers.ts';
import { hasFile } from './prepare-transfer.ts';
import { queueTransfer } from './queue-transfer.ts';
import { checkIsOn, checkRoom, type RequestDeps } from './request-transfer.ts';

/**
 * The id of the queued transfer. Throws AppError `no-such-transfer`, `nothing-to-resend`, `file-lost`, `no-destination`,
 * `destination-not-on` or `transfers-waiting`.
 */
export async function resendTransfer(
  deps: RequestDeps & Pick<Deps, 'files'>,
  actor: Actor,
  institutionId: InstitutionId,
  of: TransferId,
): Promise<TransferId> {
  const past = await getTransfer(deps.db, institutionId, of);
  if (!past) throw noSuchTransfer();
  checkWasSent(past);
  if (!(await hasFile(deps, past))) throw fileLost(past);
  return deps.db.transaction(async (tx) => {
    const { dataset } = past;
    const destination = await getLiveDestination(tx, institutionId, dataset);
    if (!destination) throw noDestination(past);
    checkIsOn(destination);
    checkRoom(await countQueuedTransfers(tx, institutionId, dataset));
    const id = await queueTransfer(deps, tx, institutionId, {
      destinationId: destination.id,
      dataset,
      trigger: 'resend',
      slotAt: null,
      slotAttempt: 1,
      windowOf: past.windowOf ?? past.id,
      startedBy: actor.name,
    });
    await carryWindow(tx, institutionId, { from: of, to: id });
    const facts = { of, fileName: past.file?.name, destinationId: destination.id };
    await appendAudit(tx, institutionId, deps, actor, { action: 'transfer.resend-requested', subject: id, facts });
    return id;
  });
}

function checkWasSent({ status, file }: TransferRecord): void {
  if (status === 'succeeded' && file !== null) return;
  const why =
    status === 'empty' || status === 'succeeded'
      ? 'This transfer had nothing to send, so there is no file to send again.'
      : 'This transfer has not delivered a file, so there is none to send again.';
  throw new AppError(
    'conflict',
    'nothing-to-resend',
    why,
    'Choose a delivered one from the history. What was not delivered yet goes with the next transfer.',
  );
}

function fileLost({ file }: TransferRecord): AppError {
  return new AppError(
    'conflict',
    'file-lost',
    `${file?.name ?? 'The file'} is no longer stored here, so the same bytes cannot be sent again.`,
    'Files are kept for the retention time. A new transfer sends what has changed since the last delivery.',
  );
}

function noDestination({ dataset }: TransferRecord): AppError {
  return new AppError(
    'conflict',
    'no-destination',
    `There is no destination for ${dataset} now.`,
    'Make a destination and switch it on, then send the file again. Or download the file here.',
  );
}

function noSuchTransfer(): AppError {
  return new AppError(
    'not-found',
    'no-such-transfer',
    'There is no such transfer, or you do not belong to its institution.',
    'Take its id from the transfer history.',
  );
}
