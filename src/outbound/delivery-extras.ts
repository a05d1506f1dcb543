// What goes beside the file of a transfer: the signed manifest and the marker.
// Invariant: both name the file as it is called on the server, and are the same bytes at every attempt.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { TransferFile, TransferRecord, TransferWindow } from '../domain/transfer.ts';
import type { Delivery } from './deliver-file.ts';
import { doneName, doneText, manifestKey, manifestName, manifestText } from './manifest.ts';

/** A transfer that has been cut. */
export type CutTransfer = TransferRecord & { window: TransferWindow; file: TransferFile };

/** The manifest when the window was cut with one; the marker when the destination has it now. */
export async function deliveryExtras(
  deps: Pick<Deps, 'db' | 'sealer' | 'clock'>,
  record: CutTransfer,
  { file: options }: DestinationRecord,
): Promise<Delivery['extras']> {
  const extras: Delivery['extras'][number][] = [];
  const { file, window, dataset, institution, rows } = record;
  const { sha256, bytes } = file;
  if (file.manifestFileId !== null) {
    const key = await manifestKey(deps, record.institutionId);
    const facts = { sha256, bytes, rows: rows ?? 0, dataset, institution, window, cutAt: window.cutAt };
    extras.push({
      stage: 'manifest',
      name: manifestName,
      bytes: (fileName) => Buffer.from(manifestText({ ...facts, fileName }, key)),
    });
  }
  if (options.done)
    extras.push({ stage: 'done', name: doneName, bytes: (fileName) => Buffer.from(doneText(sha256, fileName)) });
  return extras;
}
