// The state of an import in the words of the pages: one word, and what happened, where, and what to do now.
// Invariant: the word depends on status, counts and issue codes only, so that lists and reports never disagree.

import type { ImportCounts, ImportStatus } from './import.ts';
import { holdEntry, importReasons } from './import-reasons.ts';
import type { Issue } from './issue.ts';
import { counted } from './issue-words.ts';
import { issueEntry, issueMessage } from './issues.ts';
import { joinWords } from './labels.ts';

/** What the words need to know. `rejecting`: the first issue that rejected the file, when at hand. */
export type ImportFacts = {
  status: ImportStatus;
  fileName: string;
  dryRun: boolean;
  /** An issue code, or one of `importReasons`. */
  reason: string | null;
  hold: string | null;
  waitsFor: 'rename' | 'writer' | 'settle' | 'turn' | null;
  counts: ImportCounts;
  /** Code → count. */
  issues: Readonly<Record<string, number>>;
  rejecting?: Issue | null;
};

export type ImportStateWord =
  | 'Imported'
  | 'Imported with issues'
  | 'Held for you'
  | 'Not imported'
  | 'Failed'
  | 'Waiting'
  | 'Importing'
  | 'Rehearsed'
  | 'Rehearsed with issues'
  | 'Undone';

export type ImportState = { state: ImportStateWord; message: string };

/** The state as a word, and one to three sentences: what happened, where, what to do now. */
export function importState(facts: ImportFacts): ImportState {
  const name = facts.fileName;
  switch (facts.status) {
    case 'queued':
      return { state: 'Waiting', message: waiting(facts) };
    case 'running':
      return { state: 'Importing', message: `${name} is being ${facts.dryRun ? 'rehearsed' : 'imported'} now.` };
    case 'held': {
      const { because, remedy } = holdEntry(facts.hold ?? '');
      return { state: 'Held for you', message: `We received ${name} and hold it for you: ${because}. ${remedy}` };
    }
    case 'succeeded':
      return succeeded(facts);
    case 'failed':
      return { state: 'Failed', message: `We could not import ${name}${why(facts)}` };
    case 'ignored':
      return { state: 'Not imported', message: `We received ${name} but did not import it${why(facts)}` };
    case 'discarded':
      return { state: 'Not imported', message: `We received ${name} but did not import it${reasonWhy('discarded')}` };
    case 'undone':
      return { state: 'Undone', message: `${name} has no effect${reasonWhy('undone')}` };
  }
}

function waiting({ fileName, waitsFor }: ImportFacts): string {
  switch (waitsFor) {
    case 'rename':
      return `${fileName} has the temporary name of an upload. It is imported when the sender gives it its final name.`;
    case 'writer':
      return `${fileName} is being written again by the sender. It is imported when that has ended.`;
    case 'settle':
      return `${fileName} has arrived. It is imported in a moment, unless the sender changes it.`;
    default:
      return `${fileName} has arrived and waits for its turn.`;
  }
}

function why({ reason, rejecting }: ImportFacts): string {
  if (rejecting) return `. ${issueMessage(rejecting)} ${issueEntry(rejecting.code).remedy}`;
  return reason === null ? '.' : reasonWhy(reason);
}

function reasonWhy(reason: string): string {
  const known = importReasons[reason];
  if (known !== undefined) return `: ${known.because}. ${known.remedy}`;
  const entry = issueEntry(reason);
  return `. ${entry.title}. ${entry.remedy}`;
}

/** Notices that need nobody: they do not make an import one “with issues”. */
function isQuiet(code: string): boolean {
  return issueEntry(code).effect === 'notice' && code !== 'bad-encoding';
}

function succeeded(facts: ImportFacts): ImportState {
  const { counts, fileName, dryRun } = facts;
  const hasIssues = counts.skipped > 0 || Object.keys(facts.issues).some((code) => !isQuiet(code));
  const numbers = outcomes(counts, dryRun);
  const done = dryRun
    ? `We rehearsed ${fileName} and changed nothing. It would give: ${numbers}.`
    : `We imported ${fileName}: ${numbers}.`;
  if (!hasIssues) return { state: dryRun ? 'Rehearsed' : 'Imported', message: done };
  const advice =
    counts.skipped > 0
      ? ' Download the rows to fix, correct them and send them again.'
      : ' See the issues for what was left out or repaired.';
  return { state: dryRun ? 'Rehearsed with issues' : 'Imported with issues', message: done + advice };
}

function outcomes(counts: ImportCounts, dryRun: boolean): string {
  const parts = [
    [counts.created, 'created'],
    [counts.updated, 'updated'],
    [counts.unchanged, 'unchanged'],
    [counts.skipped, 'skipped'],
  ] as const;
  const named = parts.filter(([count]) => count > 0).map(([count, word]) => `${count.toLocaleString('en-US')} ${word}`);
  if (named.length === 0) return dryRun ? 'no rows' : 'it holds no rows';
  return `${counted(counts.rows, 'row')}, ${joinWords(named)}`;
}
