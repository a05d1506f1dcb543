// Imports, their issues and changes as the API shows them; the words come from the domain's dictionaries.
// Invariant: `actions` names only what the caller may do and what the import's state allows.

import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/actor.ts';
import { isFinal } from '../../domain/import.ts';
import { importState } from '../../domain/import-state.ts';
import { issueEntry, issueMessage } from '../../domain/issues.ts';
import { labelsToFields } from '../../domain/mapping.ts';
import { type ImportIssue, type IssueGroupRecord, listIssues } from '../../store/import-issues.ts';
import type { ImportRecord } from '../../store/imports.ts';

/** The view of one import. Looks up the issue that rejected the file, for the words. */
export async function importView(deps: Pick<Deps, 'db' | 'clock'>, record: ImportRecord, actor: Actor) {
  const waitsFor = waitsForOf(record, deps.clock.now());
  const { status, fileName, dryRun, reason, hold, counts } = record;
  const rejecting = await rejectingIssue(deps, record);
  const { state, message } = importState({
    status,
    fileName,
    dryRun,
    reason,
    hold,
    waitsFor,
    counts,
    issues: record.issueCounts,
    rejecting,
  });
  return {
    id: record.id,
    institution: record.institution,
    feed: record.feed,
    source: record.source,
    status,
    state,
    message,
    dryRun,
    fileName,
    path: record.path,
    size: record.fileSize,
    sha256: record.sha256,
    reason,
    hold: status === 'held' ? hold : null,
    waitsFor,
    counts,
    issues: record.issueCounts,
    progressRows: record.progressRows,
    arrival: { ...record.arrival, at: record.arrival.at.toISOString() },
    mapping: record.mapping ? labelsToFields(record.mapping) : {},
    dialect: record.dialect,
    againOf: record.againOf,
    startedBy: record.startedBy,
    queuedAt: record.queuedAt.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    finishedAt: record.finishedAt?.toISOString() ?? null,
    hasErrorFile: record.errorFileId !== null,
    actions: actionsOf(record, actor),
  };
}

function waitsForOf(record: ImportRecord, now: Date): 'rename' | 'writer' | 'settle' | 'turn' | null {
  if (record.status !== 'queued') return null;
  return record.waitsFor ?? (record.readyAt > now ? 'settle' : 'turn');
}

async function rejectingIssue(deps: Pick<Deps, 'db'>, record: ImportRecord): Promise<ImportIssue | null> {
  if (record.status !== 'failed' && record.status !== 'ignored') return null;
  const filter = { effect: 'file-rejected' };
  const [first] = await listIssues(deps.db, record.institutionId, record.id, filter, { after: null, limit: 1 });
  return first ?? null;
}

function actionsOf(record: ImportRecord, actor: Actor): ('approve' | 'discard' | 'again')[] {
  if (actor.role === 'viewer' || !isFinal(record.status)) return [];
  return record.status === 'held' ? ['approve', 'discard'] : ['again'];
}

export function issueView(issue: ImportIssue) {
  const entry = issueEntry(issue.code);
  const other = issue.facts.otherContact;
  const { seq, code, scope, effect, row, line, label, value } = issue;
  return {
    seq,
    code,
    scope,
    effect,
    title: entry.title,
    row,
    line,
    label,
    value,
    message: issueMessage(issue),
    remedy: entry.remedy,
    otherContact: typeof other === 'string' ? other : null,
  };
}

export function issueGroupView(group: IssueGroupRecord) {
  const { code, scope, effect, count, examples } = group;
  const { title, explanation, remedy } = issueEntry(code);
  return { code, title, scope, effect, count, explanation, remedy, examples: examples.map(issueView) };
}
