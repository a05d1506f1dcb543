// Puts a transfer into the queue: its row and its job, in one transaction.
// Invariant: a row without a job is found by the sweep (recover-transfers.ts); a job without a row does nothing.

import type { Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';
import { insertTransfer, type NewTransfer } from '../store/transfers.ts';

export type QueueDeps = Pick<Deps, 'queue' | 'newId' | 'clock'>;

export async function queueTransfer(
  deps: QueueDeps,
  tx: Tx,
  institutionId: InstitutionId,
  wanted: Omit<NewTransfer, 'id' | 'queuedAt'>,
): Promise<TransferId> {
  const id = deps.newId<TransferId>();
  await insertTransfer(tx, institutionId, { ...wanted, id, queuedAt: deps.clock.now() });
  await sendRun(deps, tx, institutionId, id);
  return id;
}

export async function sendRun(
  deps: Pick<Deps, 'queue'>,
  tx: Tx,
  institutionId: InstitutionId,
  transferId: TransferId,
): Promise<void> {
  await deps.queue.send(tx, 'run-transfer', { institutionId, transferId });
}
