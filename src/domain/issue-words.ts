// Pieces of the sentences about issues.
// Invariant: text of a file is quoted, cut and free of invisible characters before it stands in a sentence.

import type { Issue, IssueEffect, IssueScope } from './issue.ts';
import { joinWords, showLabel } from './labels.ts';

export type IssueEntry = {
  code: string;
  scope: IssueScope;
  /** What it does by default; an issue carries what really happened. */
  effect: IssueEffect;
  title: string;
  explanation: string;
  /** What to do now. */
  remedy: string;
  /** Words for one occurrence: what happened and where. */
  message: (issue: Issue) => string;
};

/** A label or value in quotation marks. */
export function quoted(text: string | null): string {
  return `“${showLabel(text ?? '')}”`;
}

/** `“a”, “b” and “c”`. */
export function quotedList(texts: readonly string[]): string {
  return joinWords(texts.map(quoted));
}

/** `Row 12: ` or nothing. */
export function atRow(issue: Issue): string {
  return issue.row === null ? '' : `Row ${issue.row}: `;
}

/** ` in “Phone”` or nothing. */
export function inColumn(issue: Issue): string {
  return issue.label === null ? '' : ` in ${quoted(issue.label)}`;
}

/** What became of the cell or its row, as the end of a sentence. */
export function outcome(issue: Issue): string {
  if (issue.effect === 'row-skipped') return 'the row was skipped';
  if (issue.facts.rowSkipped === true) return 'the row was skipped for another reason';
  if (issue.facts.usedDefault === true) return 'the default was used instead';
  if (issue.effect === 'cell-dropped') return 'the cell was left out, the rest of the row was read';
  return 'the row was read';
}

export function factText(issue: Issue, name: string): string {
  const fact = issue.facts[name];
  return typeof fact === 'string' ? fact : '';
}

export function factNumber(issue: Issue, name: string): number {
  const fact = issue.facts[name];
  return typeof fact === 'number' ? fact : 0;
}

export function factList(issue: Issue, name: string): string[] {
  const fact = issue.facts[name];
  return Array.isArray(fact) ? fact.map(String) : [];
}

/** `1 row`, `1,204 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `rows 4, 9 and 12` of a list that may be shorter than its count. */
export function listedRows(rows: readonly string[], count: number): string {
  if (rows.length === 0) return counted(count, 'row');
  const shown = rows.slice(0, 5);
  const more = count - shown.length;
  const all = more > 0 ? [...shown, `${more.toLocaleString('en-US')} more`] : shown;
  return `${count === 1 ? 'row' : 'rows'} ${joinWords(all)}`;
}
