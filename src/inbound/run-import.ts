// One run of one import: read and stage, plan, apply or hold, receipts.
// Invariant: contacts, issues, counts and the mark that it was applied are one transaction under the attempt's fence.

import type { Session } from '../db/connection.ts';
import { type ArrivalVerdict, judgeArrival } from '../domain/arrival-verdict.ts';
import type { ImportCounts } from '../domain/import.ts';
import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import { lockContacts } from '../store/contacts.ts';
import { type ImportContext, isSameAsLastFile, loadImportContext } from '../store/import-context.ts';
import { saveStagedIssues } from '../store/import-issues.ts';
import { type Claim, holdsClaim } from '../store/import-queue.ts';
import { saveRunResult } from '../store/import-results.ts';
import { dropStaging } from '../store/import-staging.ts';
import { applyPlan } from './apply-plan.ts';
import { planImport } from './plan-import.ts';
import type { FileReader, ReadingSummary } from './reading.ts';
import { LostClaim } from './run-interrupts.ts';
import { type OnProgress, type StagedFile, stageFile, stageIssues } from './stage-file.ts';
import { completeImport, type Ending, type ReceiptDeps } from './write-receipts.ts';

export type RunDeps = ReceiptDeps & { reader: FileReader };

const nothing: ImportCounts = { rows: 0, created: 0, updated: 0, unchanged: 0, skipped: 0 };

/**
 * Runs a claimed import to its end: succeeded, failed or held. Throws LostClaim, whatever `onProgress` throws, and errors of
 * database and disk; none of them leaves anything behind, and the run may be made again.
 */
export async function runImport(
  deps: RunDeps,
  session: Session,
  claim: Claim,
  onProgress: OnProgress,
): Promise<Ending & { counts: ImportCounts }> {
  const context = await loadImportContext(deps.db, claim.institutionId, claim.importId);
  if (!context) throw new LostClaim();
  const mapping = context.ownMapping ?? context.feed.mapping;
  const { path, release } = await deps.files.localPath(context.institutionId, context.file.key);
  try {
    const job = { path, mapping, customFields: context.customFields, country: context.institution.country };
    const options = { ...job, strict: context.feed.strict, size: context.file.size };
    const staged = await stageFile(session, deps.reader, options, onProgress);
    const verdict = staged.summary.rejected === null ? judge(context, staged.summary) : null;
    const ending = endingOf(context, staged.summary, verdict);
    await stageIssues(session, await ownIssues(deps, context, staged.summary, verdict, ending));
    const counts = await settle(deps, session, claim, { context, staged, ending, mapping });
    await dropStaging(session);
    await completeImport(deps, claim, ending);
    return { ...ending, counts };
  } finally {
    await release();
  }
}

/** Why the file may be cut off: an `IncompleteWhy`, or that its upload broke off (somebody asked to import it all the same). */
type Verdict = Omit<ArrivalVerdict, 'why'> & { why: ArrivalVerdict['why'] | 'dropped' };

function judge({ arrival, file }: ImportContext, summary: ReadingSummary): Verdict | null {
  if (arrival.how === 'dropped') return { reason: 'incomplete', why: 'dropped', facts: {} };
  return judgeArrival({
    size: file.size,
    finalNewline: summary.finalNewline,
    endsInsideQuote: summary.endsInsideQuote,
    lastRowShort: summary.lastRowShort,
    announcedSize: arrival.announcedSize,
    writtenEnd: arrival.writtenEnd,
    writeSize: arrival.writeSize,
    writeCount: arrival.writeCount,
  });
}

/** A rehearsal is never held, and an approved import not again for the same reason. */
function endingOf(context: ImportContext, summary: ReadingSummary, verdict: Verdict | null): Ending {
  if (summary.rejected !== null) return { status: 'failed', reason: summary.rejected, hold: null };
  if (verdict && !context.approved && !context.dryRun) return { status: 'held', reason: null, hold: verdict.reason };
  return { status: 'succeeded', reason: null, hold: null };
}

/** What only the import knows about its file: signs of a cut, and that the bytes came before. */
async function ownIssues(
  deps: RunDeps,
  context: ImportContext,
  summary: ReadingSummary,
  verdict: Verdict | null,
  ending: Ending,
): Promise<Issue[]> {
  const issues: Issue[] = [];
  if (verdict) {
    const kind = verdict.why === 'whole-writes' ? 'write-size' : verdict.why;
    const hasPlace = kind === 'open-quote' || kind === 'short-last-row';
    issues.push(
      newIssue('incomplete-upload', {
        effect: ending.status === 'held' ? 'file-held' : 'notice',
        row: hasPlace ? summary.suspectRow : null,
        facts: { ...verdict.facts, kind },
      }),
    );
  }
  const { institutionId, importId } = context;
  if (await isSameAsLastFile(deps.db, institutionId, importId)) issues.push(newIssue('same-content-as-last-file'));
  return issues;
}

type Run = { context: ImportContext; staged: StagedFile; ending: Ending; mapping: ImportContext['feed']['mapping'] };

/** Plan and apply in one transaction, under the lock that edits by hand take too. */
async function settle(deps: RunDeps, session: Session, claim: Claim, run: Run): Promise<ImportCounts> {
  const { institutionId, importId } = claim;
  const { context, staged, ending } = run;
  const { fields, labels, rows, summary } = staged;
  const applies = ending.status === 'succeeded' && !context.dryRun;
  return session.transaction(async (tx) => {
    await lockContacts(tx, institutionId, null);
    if (!(await holdsClaim(tx, claim))) throw new LostClaim();
    const now = deps.clock.now();
    let counts = nothing;
    if (ending.status !== 'failed') {
      if (rows !== summary.rows) throw new Error(`${summary.rows} rows were read and ${rows} staged`);
      counts = await planImport(tx, institutionId, {
        fields,
        labels,
        rows,
        skipped: summary.skipped,
        applied: applies,
      });
      if (applies) await applyPlan(tx, institutionId, { importId, counts, fields, now });
    }
    const issueCounts = await saveStagedIssues(tx, institutionId, importId);
    const result = { mapping: run.mapping, dialect: summary.dialect, counts, issueCounts };
    if (!(await saveRunResult(tx, claim, { ...result, appliedAt: applies ? now : null }))) throw new LostClaim();
    return counts;
  });
}

/** Finishes an import whose contacts were written by a worker that died before its receipts. */
export async function finishApplied(deps: RunDeps, claim: Claim): Promise<void> {
  await completeImport(deps, claim, { status: 'succeeded', reason: null, hold: null });
}
