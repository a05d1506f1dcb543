// An issue: one data problem, as a value. The dictionary of codes is `issues.ts`; the words are made from both.
// Invariant: issues are returned and stored, never thrown.

export const issueScopes = ['file', 'header', 'row', 'cell'] as const;
export type IssueScope = (typeof issueScopes)[number];

export const issueEffects = ['file-rejected', 'file-held', 'row-skipped', 'cell-dropped', 'kept', 'notice'] as const;
export type IssueEffect = (typeof issueEffects)[number];

/** Issues with these effects put their row into the error file. */
export const errorEffects: readonly IssueEffect[] = ['row-skipped', 'cell-dropped'];

/** `row` as a spreadsheet shows it; `line` is the physical line, both from 1. `facts` fill the words of the dictionary. */
export type Issue = {
  code: string;
  scope: IssueScope;
  effect: IssueEffect;
  row: number | null;
  line: number | null;
  label: string | null;
  value: string | null;
  facts: Record<string, unknown>;
};
