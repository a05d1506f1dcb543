// What a run writes into its row of `imports`: what it read and planned, that it was applied, how it ended.
// Invariant: each of these names the attempt, and changes nothing when another attempt works on the import.

import type { Tx } from '../db/connection.ts';
import type { ImportId, InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { ImportCounts } from '../domain/import.ts';
import type { Mapping } from '../domain/mapping.ts';
import type { Claim } from './import-queue.ts';
import type { ImportDialect } from './imports.ts';

export type RunResult = {
  mapping: Mapping;
  dialect: ImportDialect | null;
  counts: ImportCounts;
  issueCounts: Record<string, number>;
  /** Set when contacts were written in this transaction. */
  appliedAt: Date | null;
};

/** Keeps what a run found. False when the run is not this worker's any more: roll back. */
export async function saveRunResult(tx: Tx, claim: Claim, result: RunResult): Promise<boolean> {
  const { counts } = result;
  const saved = await tx.execute(
    `update imports set mapping = $4, dialect = $5, row_count = $6, created_count = $7, updated_count = $8,
       unchanged_count = $9, skipped_count = $10, progress_rows = $6, issue_counts = $11, applied_at = $12
     where institution_id = $1 and id = $2 and status = 'running' and attempt = $3 and applied_at is null`,
    [
      claim.institutionId,
      claim.importId,
      claim.attempt,
      JSON.stringify(result.mapping),
      result.dialect && JSON.stringify(result.dialect),
      counts.rows,
      counts.created,
      counts.updated,
      counts.unchanged,
      counts.skipped,
      JSON.stringify(result.issueCounts),
      result.appliedAt,
    ],
  );
  return saved === 1;
}

export type RunEnd = {
  status: 'succeeded' | 'failed' | 'held';
  reason: string | null;
  hold: string | null;
  receiptFileId: StoredFileId | null;
  errorFileId: StoredFileId | null;
  now: Date;
};

/** running → its end. False when the run is not this worker's any more: roll back. */
export async function finishImport(tx: Tx, claim: Claim, end: RunEnd): Promise<boolean> {
  const moved = await tx.execute(
    `update imports set status = $4, reason = $5, hold = $6, receipt_file_id = $7, error_file_id = $8, finished_at = $9,
       lease_until = null
     where institution_id = $1 and id = $2 and status = 'running' and attempt = $3`,
    [
      claim.institutionId,
      claim.importId,
      claim.attempt,
      end.status,
      end.reason,
      end.hold,
      end.receiptFileId,
      end.errorFileId,
      end.now,
    ],
  );
  return moved === 1;
}

/** queued → ignored, whatever it waits for. False when it is not queued any more. */
export async function ignoreQueuedImport(
  tx: Tx,
  institutionId: InstitutionId,
  importId: ImportId,
  facts: { reason: string; issueCounts: Record<string, number>; receiptFileId: StoredFileId | null; now: Date },
): Promise<boolean> {
  const moved = await tx.execute(
    `update imports set status = 'ignored', reason = $3, issue_counts = $4, receipt_file_id = $5, finished_at = $6,
       waits_for = null
     where institution_id = $1 and id = $2 and status = 'queued'`,
    [institutionId, importId, facts.reason, JSON.stringify(facts.issueCounts), facts.receiptFileId, facts.now],
  );
  return moved === 1;
}
