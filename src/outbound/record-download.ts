// Records who took a file of records by hand.
// Invariant: it is recorded before the first byte is given.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId, TransferId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';

export type DownloadedFile = { dataset: Dataset; fileName: string; sha256: string; rows: number | null };

/** `transferId`: the file of a past transfer; null for what the next one would send. */
export async function recordDownload(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  transferId: TransferId | null,
  file: DownloadedFile,
): Promise<void> {
  const action = transferId === null ? 'transfer.downloaded-by-hand' : 'transfer.file-downloaded';
  const facts = { ...file };
  await deps.db.transaction((tx) =>
    appendAudit(tx, institutionId, deps, actor, { action, subject: transferId ?? institutionId, facts }),
  );
}
