// The last step of an import: error file and receipt, then its final state.
// Invariant: may run again after a crash; the files of a run that never reached its end are in no table.

import type { Tx } from '../db/connection.ts';
import { DatabaseError, OUTCOME_UNKNOWN } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { NotifyEvent } from '../domain/events.ts';
import { outboxFolder } from '../domain/feed-folders.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import { errorEffects } from '../domain/issue.ts';
import { countRowIssues, hasIssues, listIssues, streamIssues } from '../store/import-issues.ts';
import type { Claim } from '../store/import-queue.ts';
import { finishImport, type RunEnd } from '../store/import-results.ts';
import { getImport, type ImportRecord } from '../store/imports.ts';
import { putFileEntry } from '../store/sftp-entries.ts';
import { getStoredFile, insertStoredFile, type StoredFileRecord } from '../store/stored-files.ts';
import type { ErrorFileSoFar, FileReader } from './reading.ts';
import { issuesInReceipt, outboxName, receiptOf } from './receipt.ts';
import { LostClaim } from './run-interrupts.ts';
import { storeMadeFile } from './store-made-file.ts';

export type ReceiptDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'newId' | 'notify'>;

/** How a run ends, besides the files that this step makes. */
export type Ending = Pick<RunEnd, 'status' | 'reason' | 'hold'>;

/**
 * Makes the files and ends the run. `errorFile`: what the reader has made of it, where the file was read just now.
 * Throws LostClaim when the run is another worker's by now.
 */
export async function completeImport(
  deps: ReceiptDeps & { reader: FileReader },
  claim: Claim,
  ending: Ending,
  errorFile: ErrorFileSoFar | null = null,
): Promise<void> {
  const { institutionId, importId } = claim;
  const record = await getImport(deps.db, institutionId, importId);
  if (!record) throw new LostClaim();
  const made: StoredFileRecord[] = [];
  try {
    const now = deps.clock.now();
    const errors = ending.status === 'succeeded' ? await makeErrorFile(deps, record, errorFile) : null;
    if (errors) made.push(errors);
    const receipt = await makeReceipt(deps, { ...record, ...ending, finishedAt: now }, errors !== null);
    if (receipt) made.push(receipt);
    await deps.db.transaction(async (tx) => {
      const end = { ...ending, receiptFileId: receipt?.id ?? null, errorFileId: errors?.id ?? null, now };
      if (!(await finishImport(tx, claim, end))) throw new LostClaim();
      await recordMadeFile(tx, record, errors, 'errors.csv');
      await recordMadeFile(tx, record, receipt, 'receipt.json');
      if (!record.dryRun) await deps.notify(tx, institutionId, endEvent(record, ending));
    });
  } catch (error) {
    await removeUnrecorded(deps, institutionId, made, error);
    throw error;
  }
}

/** What is told of the end of an import; rehearsals are told of to nobody. */
export function endEvent(
  { id, fileName }: Pick<ImportRecord, 'id' | 'fileName'>,
  { status, reason, hold }: { status: string; reason: string | null; hold: string | null },
): NotifyEvent {
  const kind = status === 'held' ? 'import.held' : 'import.finished';
  return { kind, importId: id, fileName, status, reason: hold ?? reason };
}

/** After a transaction that failed its files are nobody's; when its outcome is not known they stay. */
export async function removeUnrecorded(
  deps: Pick<Deps, 'files'>,
  institutionId: InstitutionId,
  files: readonly StoredFileRecord[],
  error: unknown,
): Promise<void> {
  if (error instanceof DatabaseError && error.code === OUTCOME_UNKNOWN) return;
  for (const file of files) await deps.files.remove(institutionId, file.key).catch(() => undefined);
}

async function makeErrorFile(
  deps: ReceiptDeps & { reader: FileReader },
  record: ImportRecord,
  early: ErrorFileSoFar | null,
): Promise<StoredFileRecord | null> {
  const { institutionId, id, mapping } = record;
  if (!mapping || !(await hasIssues(deps.db, institutionId, id, errorEffects))) return null;
  // The plan may have skipped other rows as well.
  if (early !== null && early.issues === (await countRowIssues(deps.db, institutionId, id, errorEffects)))
    return storeMadeFile(deps, institutionId, 'error-file', [early.bytes]);
  const original = await storedKey(deps, record);
  const { path, release } = await deps.files.localPath(institutionId, original);
  try {
    const issues = streamIssues(deps.db, institutionId, id, errorEffects);
    return await storeMadeFile(deps, institutionId, 'error-file', deps.reader.errorRows({ path, mapping }, issues));
  } finally {
    await release();
  }
}

async function storedKey(deps: ReceiptDeps, record: ImportRecord): Promise<string> {
  const file = await getStoredFile(deps.db, record.institutionId, record.storedFileId);
  if (!file) throw new Error('an import without its stored file');
  return file.key;
}

/** A receipt for files that came by SFTP; the others are seen where they were sent from. */
export async function makeReceipt(
  deps: ReceiptDeps,
  record: ImportRecord,
  hasErrorFile: boolean,
  given?: Parameters<typeof receiptOf>[1],
): Promise<StoredFileRecord | null> {
  if (record.source !== 'sftp') return null;
  const { institutionId, id } = record;
  const issues = given ?? (await listIssues(deps.db, institutionId, id, {}, { after: null, limit: issuesInReceipt }));
  const errorFile = hasErrorFile ? outboxName(record.fileName, id, 'errors.csv') : null;
  return storeMadeFile(deps, institutionId, 'receipt', [Buffer.from(receiptOf(record, issues, errorFile))]);
}

/** The row of a made file, and its entry in `outbox/` for what came by SFTP. */
export async function recordMadeFile(
  tx: Tx,
  record: { institutionId: InstitutionId; id: ImportId } & Pick<ImportRecord, 'feed' | 'fileName' | 'source'>,
  file: StoredFileRecord | null,
  ending: 'receipt.json' | 'errors.csv',
): Promise<void> {
  if (!file) return;
  const { institutionId, id, feed, fileName, source } = record;
  await insertStoredFile(tx, institutionId, file);
  if (source !== 'sftp') return;
  await putFileEntry(
    tx,
    { institutionId, feedId: feed.id },
    {
      path: `${outboxFolder}/${outboxName(fileName, id, ending)}`,
      storedFileId: file.id,
      size: file.size,
      modifiedAt: file.createdAt,
      complete: true,
    },
  );
}
