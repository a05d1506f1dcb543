// Transfers in words. Invariant: the API's own `state` text wins over the words here.

import type { TransferView } from '@api/transfers.ts';
import type { Tone } from './states.ts';

type TransferStatus = TransferView['status'];

const statusWords: Record<TransferStatus, string> = {
  queued: 'Waiting',
  running: 'Sending',
  succeeded: 'Delivered',
  empty: 'Nothing to send',
  failed: 'Failed',
};

const tones: Record<TransferStatus, Tone> = {
  queued: 'busy',
  running: 'busy',
  succeeded: 'good',
  empty: 'quiet',
  failed: 'bad',
};

/** In doubt: the outcome is not known. One that is tried again by itself wants nobody yet. */
export function transferTone(
  transfer: Pick<TransferView, 'status'> & Partial<Pick<TransferView, 'inDoubt' | 'retryAt'>>,
): Tone {
  if (transfer.status !== 'failed') return tones[transfer.status];
  return transfer.inDoubt === true || (transfer.retryAt ?? null) !== null ? 'attention' : 'bad';
}

export const transferStatusChoices = (['succeeded', 'failed', 'empty', 'queued', 'running'] as const).map((value) => ({
  value,
  label: statusWords[value],
}));

export const triggerWords: Record<TransferView['trigger'], string> = {
  scheduled: 'On schedule',
  manual: 'Run now',
  retry: 'Tried again',
  resend: 'Sent again',
};

export const triggerChoices = (['scheduled', 'manual', 'retry', 'resend'] as const).map((value) => ({
  value,
  label: triggerWords[value],
}));

/** Will it change by itself within seconds? */
export function isTransferMoving(transfer: Pick<TransferView, 'status'>): boolean {
  return transfer.status === 'queued' || transfer.status === 'running';
}

/** A name for the transfer: of its file, or what it is. */
export function transferName(transfer: Pick<TransferView, 'fileName' | 'status'>): string {
  if (transfer.fileName !== null) return transfer.fileName;
  if (transfer.status === 'empty') return 'No file';
  return isTransferMoving(transfer) ? 'The file is being made' : 'No file yet';
}
