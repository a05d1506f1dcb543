// A queued import that is not tried: its issue, its receipt and its state, in one transaction.
// Invariant: queued → ignored happens once; a worker that comes second changes nothing.

import type { Deps } from '../deps.ts';
import type { ImportId, InstitutionId } from '../domain/ids.ts';
import type { Issue } from '../domain/issue.ts';
import { saveIssues } from '../store/import-issues.ts';
import { ignoreQueuedImport } from '../store/import-results.ts';
import { getImport } from '../store/imports.ts';
import { endEvent, makeReceipt, type ReceiptDeps, recordMadeFile, removeUnrecorded } from './write-receipts.ts';

/** `reason` is the code of the issue, or one of `importReasons`. False when the import was not queued any more. */
export async function ignoreImport(
  deps: ReceiptDeps & Pick<Deps, 'log'>,
  institutionId: InstitutionId,
  id: ImportId,
  refused: { reason: string; issue: Issue | null },
): Promise<boolean> {
  const record = await getImport(deps.db, institutionId, id);
  if (record?.status !== 'queued') return false;
  const now = deps.clock.now();
  const issues = refused.issue ? [refused.issue] : [];
  const issueCounts = Object.fromEntries(issues.map((issue) => [issue.code, 1]));
  const ignored = { ...record, status: 'ignored' as const, reason: refused.reason, issueCounts, finishedAt: now };
  // Without room for a receipt the history still says it.
  const receipt = await makeReceipt(deps, ignored, false, issues).catch((error: unknown) => {
    deps.log.error({ institutionId, importId: id, err: error }, 'no receipt could be written');
    return null;
  });
  const made = receipt ? [receipt] : [];
  try {
    const done = await deps.db.transaction(async (tx) => {
      const facts = { reason: refused.reason, issueCounts, receiptFileId: receipt?.id ?? null, now };
      if (!(await ignoreQueuedImport(tx, institutionId, id, facts))) return false;
      await saveIssues(tx, institutionId, id, issues);
      await recordMadeFile(tx, record, receipt, 'receipt.json');
      if (!record.dryRun)
        await deps.notify(
          tx,
          institutionId,
          endEvent(record, { status: 'ignored', reason: refused.reason, hold: null }),
        );
      return true;
    });
    if (!done) await removeUnrecorded(deps, institutionId, made, null);
    return done;
  } catch (error) {
    await removeUnrecorded(deps, institutionId, made, error);
    throw error;
  }
}
