// One run of one import: read and stage, plan, apply or hold, receipts.
// Invariant: contacts, issues, counts and the mark that it was applied are one transaction under the attempt's fence.

import type { Session, Tx } from '../db/connection.ts';
import type { Deps } from '../deps.ts';
import { type ArrivalVerdict, judgeArrival } from '../domain/arrival-verdict.ts';
import type { ImportCounts } from '../domain/import.ts';
import type { Issue } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import type { Mapping } from '../domain/mapping.ts';
import { knowRecords, lookupFor, planFor } from '../store/bulk-planning.ts';
import { lockContacts } from '../store/contacts.ts';
import { hasContacts, removeCopied } from '../store/import-apply.ts';
import { type ImportContext, isSameAsLastFile, loadImportContext } from '../store/import-context.ts';
import { saveStagedIssues } from '../store/import-issues.ts';
import { type Claim, holdsClaim } from '../store/import-queue.ts';
import { saveRunResult } from '../store/import-results.ts';
import { createStaging, dropStaging } from '../store/import-staging.ts';
import { dropPieces } from '../store/row-hash-snapshots.ts';
import { markBytes } from '../store/row-hashes.ts';
import { applyPlan } from './apply-plan.ts';
import type { KnownHashes } from './known-hashes.ts';
import { mostKnownRows } from './known-rows.ts';
import { loadKnownRows } from './load-known-rows.ts';
import { planImport } from './plan-import.ts';
import type { ErrorFileSoFar, FileReader, NewContacts, ReadingSummary } from './reading.ts';
import { readingVersion } from './reading-version.ts';
import { LostClaim } from './run-interrupts.ts';
import { type OnProgress, type StagedFile, stageFile, stageIssues } from './stage-file.ts';
import { completeImport, type Ending, type ReceiptDeps } from './write-receipts.ts';

export type RunDeps = ReceiptDeps & Pick<Deps, 'sealer'> & ReadingDeps;

/** `hashesInMemory`: of known rows, at once; tests set it small. */
export type ReadingDeps = { reader: FileReader; hashesInMemory?: number };

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
    const comparing = comparingOf(deps, context, mapping);
    const run: Run = { deps, claim, context, mapping, comparing, path, onProgress };
    await createStaging(session, [], context.file.size);
    const settled =
      (mayCopy(context) ? await copyAndSettle(run, session) : null) ?? (await stageAndSettle(run, session));
    await dropStaging(session);
    await completeImport(deps, claim, settled.ending, settled.errorFile);
    return { ...settled.ending, counts: settled.counts };
  } finally {
    await release();
  }
}

type Run = {
  deps: RunDeps;
  claim: Claim;
  context: ImportContext;
  mapping: Mapping;
  comparing: Comparing | null;
  path: string;
  onProgress: OnProgress;
};
type Settled = { ending: Ending; counts: ImportCounts; errorFile: ErrorFileSoFar | null };

/** The usual way: no transaction is open while the file is read. */
async function stageAndSettle(run: Run, session: Session): Promise<Settled> {
  await using known = await knownRows(run, session);
  const read = await readFile(run, session, { known, newContacts: null });
  // Awaited here: what is known is thrown away at the end of this function.
  return await session.transaction(async (tx) => {
    await lockContacts(tx, run.claim.institutionId, null);
    return settle(run, tx, read, known);
  });
}

/** Null when no row can be known. */
async function knownRows({ deps, context, comparing }: Run, session: Session): Promise<KnownHashes | null> {
  if (comparing === null) return null;
  const { institutionId, file } = context;
  const room = {
    mostInMemory: deps.hashesInMemory ?? mostKnownRows,
    createScratch: () => deps.files.createScratch(institutionId),
  };
  return loadKnownRows(session, { institutionId, size: file.size, room }, comparing.mark);
}

/** Below so many bytes the usual way is as fast. */
const bytesToCopy = 256 * 1024;

/** After a failure, and where rows can belong to contacts whose CRM ID they do not have, the usual way is taken. */
function mayCopy({ dryRun, failures, file, ownMapping, feed }: ImportContext): boolean {
  return !dryRun && failures === 0 && file.size >= bytesToCopy && !namesCausewayIds(ownMapping ?? feed.mapping);
}

/**
 * The first file of an institution: rows go straight into the contacts while the file is read, because there is nothing to compare
 * them with. The transaction is open for as long as the database takes to write them, which it would be in the usual way too.
 * Null when there are contacts.
 */
async function copyAndSettle(run: Run, session: Session): Promise<Settled | null> {
  const { institutionId, importId } = run.claim;
  return session.transaction(async (tx) => {
    await lockContacts(tx, institutionId, null);
    if (await hasContacts(tx, institutionId)) return null;
    const now = run.deps.clock.now().toISOString();
    // A row of a roster has 100 to 200 bytes.
    const rows = Math.ceil(run.context.file.size / 100);
    const newContacts = { institutionId, importId, now, rows };
    return settle(run, tx, await readFile(run, tx, { known: null, newContacts }), null);
  });
}

type FileRead = { staged: StagedFile; ending: Ending };

/** Reads and stages the file, and says how the import ends by what the file looks like. */
async function readFile(
  run: Run,
  session: Session | Tx,
  { known, newContacts }: { known: KnownHashes | null; newContacts: NewContacts | null },
): Promise<FileRead> {
  const { deps, context, mapping, comparing, path, onProgress } = run;
  const { customFields, institution, feed, file } = context;
  const compare = comparing && { ...comparing, mark: comparing.mark.toString('hex'), known: known?.source ?? null };
  const job = { path, mapping, customFields, country: institution.country, strict: feed.strict, newContacts, compare };
  const staged = await stageFile(session, deps.reader, job, file.size, onProgress);
  const verdict = staged.summary.rejected === null ? judge(context, staged.summary) : null;
  const ending = endingOf(context, staged.summary, verdict);
  await stageIssues(session, await ownIssues(deps, context, staged.summary, verdict, ending));
  return { staged, ending };
}

function namesCausewayIds(mapping: Mapping): boolean {
  return mapping.columns.some((column) => column.field === 'causewayId');
}

/** How rows of the feed are recognised; `mark` says whose rows hashes are of. */
type Comparing = { key: Uint8Array; mark: Buffer; surroundings: string };

/**
 * How rows of the feed are recognised. A file that names contacts by Causeway ID is not compared: its rows can belong to
 * contacts whose CRM ID they do not have.
 */
function comparingOf(deps: Pick<Deps, 'sealer'>, context: ImportContext, mapping: Mapping): Comparing | null {
  const { institutionId, feed, institution } = context;
  if (namesCausewayIds(mapping)) return null;
  return {
    key: deps.sealer.mac(institutionId, 'row-hash'),
    mark: Buffer.from(deps.sealer.mac(feed.id, 'row-hash-feed').subarray(0, markBytes)),
    surroundings: `${readingVersion()} ${institution.timeZone}`,
  };
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

/** Plans and applies in one transaction, under the lock that edits by hand take too. */
async function settle(
  { deps, claim, context, mapping, comparing }: Run,
  tx: Tx,
  { staged, ending }: FileRead,
  hashes: KnownHashes | null,
): Promise<Settled> {
  const { institutionId, importId } = claim;
  const { fields, labels, rows, copied, summary } = staged;
  const mark = comparing?.mark ?? null;
  const applies = ending.status === 'succeeded' && !context.dryRun;
  if (!(await holdsClaim(tx, claim))) throw new LostClaim();
  const now = deps.clock.now();
  let counts = nothing;
  if (ending.status !== 'failed') {
    if (rows + copied + summary.known !== summary.rows)
      throw new Error(`of ${summary.rows} rows ${rows} were staged, ${copied} copied and ${summary.known} known`);
    const read = { staged: rows, copied, rows: summary.rows, skipped: summary.skipped };
    const lookup = lookupFor(read);
    await knowRecords(tx, 'contacts', summary.rows);
    await planFor(tx, lookup);
    const known = mark !== null && hashes !== null && summary.known > 0 ? { hashes, mark } : null;
    counts = await planImport(tx, institutionId, {
      ...read,
      importId,
      fields,
      labels,
      lookup,
      known,
      applied: applies,
    });
    if (applies) await applyPlan(tx, institutionId, { importId, counts, fields, now, mark, lookup, copied });
  }
  if (!applies && copied > 0) {
    await removeCopied(tx, institutionId, importId);
    if (mark !== null) await dropPieces(tx, institutionId, mark);
  }
  const issueCounts = await saveStagedIssues(tx, institutionId, importId);
  const result = { mapping, dialect: summary.dialect, counts, issueCounts };
  if (!(await saveRunResult(tx, claim, { ...result, appliedAt: applies ? now : null }))) throw new LostClaim();
  return { ending, counts, errorFile: summary.errorFile };
}

/** Finishes an import whose contacts were written by a worker that died before its receipts. */
export async function finishApplied(deps: RunDeps, claim: Claim): Promise<void> {
  await completeImport(deps, claim, { status: 'succeeded', reason: null, hold: null });
}
