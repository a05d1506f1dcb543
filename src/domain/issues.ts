// The dictionary of issues: every code with its words. Pages, mails, the API and docs/issues.md take them from here.
// Invariant: a code is never renamed or reused; a message shows no value but that of the issue's own cell.

import type { Issue } from './issue.ts';
import type { IssueEntry } from './issue-words.ts';
import { cellIssues } from './issues-of-cells.ts';
import { fileIssues } from './issues-of-files.ts';
import { headerIssues } from './issues-of-headers.ts';
import { rowIssues } from './issues-of-rows.ts';

export type { IssueEntry } from './issue-words.ts';

/** Every code, files first, then headers, rows and cells. */
export const issueDictionary: readonly IssueEntry[] = [...fileIssues, ...headerIssues, ...rowIssues, ...cellIssues];

const byCode = new Map(issueDictionary.map((entry) => [entry.code, entry]));

/** The entry of a code. A code that this version does not know gets an entry that says so. */
export function issueEntry(code: string): IssueEntry {
  return byCode.get(code) ?? unknownEntry(code);
}

function unknownEntry(code: string): IssueEntry {
  return {
    code,
    scope: 'file',
    effect: 'notice',
    title: code,
    explanation: 'This version of Causeway does not know the code.',
    remedy: 'See the documentation of the version that wrote it.',
    message: () => `An issue with the code ${code}.`,
  };
}

/** What happened and where, in words: one or two sentences. What to do is the entry's `remedy`. */
export function issueMessage(issue: Issue): string {
  return issueEntry(issue.code).message(issue);
}

/** An issue as `check` and the preview show it (the contract). */
export type DescribedIssue = Pick<Issue, 'code' | 'scope' | 'effect' | 'row' | 'label' | 'value'> & { message: string };

export function describedIssue(issue: Issue): DescribedIssue {
  const { code, scope, effect, row, label, value } = issue;
  return { code, scope, effect, row, label, value, message: issueMessage(issue) };
}

/** Longest text of a file that an issue carries, in UTF-16 units; the whole of it is in the original file. */
const longestKept = 500;

/**
 * An issue with the dictionary's scope and effect, unless given. Label and value are cut to 500 characters and made fit to be
 * stored: no NUL, no half surrogate pairs.
 */
export function newIssue(code: string, given: Partial<Omit<Issue, 'code'>> = {}): Issue {
  const entry = issueEntry(code);
  return {
    code,
    scope: given.scope ?? entry.scope,
    effect: given.effect ?? entry.effect,
    row: given.row ?? null,
    line: given.line ?? null,
    label: keptText(given.label),
    value: keptText(given.value),
    facts: given.facts ?? {},
  };
}

function keptText(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const cut = text.length > longestKept ? `${text.slice(0, longestKept)}…` : text;
  return (cut.includes('\0') ? cut.replaceAll('\0', '�') : cut).toWellFormed();
}
