// Turns what the reader found (problems) into issues of the dictionary, with the effect that each really has.
// Invariant: every problem of the reader becomes exactly one issue, but `duplicate-label`, which `resolveMapping` judges.

import type { DataRow, Problem, Signature } from '../csv/types.ts';
import type { Issue, IssueEffect } from '../domain/issue.ts';
import { newIssue } from '../domain/issues.ts';
import type { ResolvedMapping } from '../domain/resolve-mapping.ts';
import { type RowInput, rowValidator, type ValidatedRow, type ValidateOptions } from '../domain/validate-row.ts';

/** A problem of the file or its header as an issue; null for `duplicate-label`. Strict feeds reject other delimiters. */
export function fileIssue(problem: Problem, { strict }: { strict: boolean }): Issue | null {
  switch (problem.code) {
    case 'duplicate-label':
      return null;
    case 'delimiter-not-comma':
      return issueOf(problem, strict ? 'file-rejected' : 'notice');
    case 'row-too-large':
      return issueOf(problem, problem.scope === 'header' ? 'file-rejected' : 'row-skipped');
    case 'malformed-quoting':
      return issueOf(problem, problem.scope === 'header' ? 'notice' : 'row-skipped');
    case 'column-count-mismatch':
      return issueOf(problem, problem.facts.kind === 'long' ? 'row-skipped' : 'notice');
    case 'preamble-skipped':
    case 'empty-file':
    case 'no-data-rows':
    case 'bad-encoding':
    case 'blank-row':
    case 'blank-label':
      return issueOf(problem);
  }
}

function issueOf(problem: Problem, effect?: IssueEffect): Issue {
  return newIssue(problem.code, {
    ...(problem.scope === 'header' ? { scope: problem.scope } : {}),
    ...(effect === undefined ? {} : { effect }),
    row: problem.row ?? null,
    line: problem.line ?? null,
    label: problem.label ?? null,
    value: problem.value ?? null,
    facts: { ...problem.facts },
  });
}

/** A file that is no CSV by its first bytes, as an issue that rejects it; the name only makes the words better. */
export function signatureIssue(signature: Signature, fileName: string): Issue {
  const isWorkbook = signature === 'zip' && /\.xls[xmb]$/i.test(fileName);
  return newIssue('unsupported-file-type', { facts: { kind: isWorkbook ? 'xlsx' : signature } });
}

/**
 * `rowValidator` plus the problems that the reader found in the row: the one function from a `DataRow` to values, issues and
 * outcome. A row that is longer than its header, has broken quotes in a mapped column, or is too large, is skipped for that
 * alone: its values may stand in wrong columns, so they are not judged. Its CRM ID counts as seen all the same (ruling 7).
 * Mere spaces behind a closing quote are repaired and told.
 */
export function rowJudge(resolved: ResolvedMapping, options: ValidateOptions): (row: DataRow) => ValidatedRow {
  const validate = rowValidator(resolved, options);
  const labels = new Map(resolved.columns.flatMap((column) => column.indexes.map((at, i) => [at, column.labels[i]])));
  return (row) => {
    if (row.problems.length === 0) return validate(row);
    const { row: number, line } = row;
    const input: RowInput = { row: number, line, cells: row.cells };
    const structural: Issue[] = [];
    for (const problem of row.problems) {
      if (problem.code === 'column-count-mismatch' && problem.facts.kind === 'short') input.found = problem.facts.found;
      const repaired = isTextAfterQuote(problem) ? withoutOuterQuotes(row.cells) : null;
      if (repaired !== null) input.cells = repaired;
      structural.push(rowIssue(problem, row, labels, repaired !== null));
    }
    const judged = validate(input);
    const isBroken = structural.some((issue) => issue.effect === 'row-skipped');
    if (isBroken) return { ...judged, issues: structural, skipped: true };
    return { ...judged, issues: [...structural, ...judged.issues] };
  };
}

/**
 * The cells when nothing but spaces stands behind the closing quotes (`"Lee" ,`): then it is clear what is meant. Null when
 * a cell has other text there.
 */
function withoutOuterQuotes(cells: readonly string[]): string[] | null {
  const repaired = cells.map((cell) => /^"([^"]*)"\s*$/.exec(cell)?.[1] ?? cell);
  return repaired.some((cell) => cell.startsWith('"')) ? null : repaired;
}

function rowIssue(
  problem: Problem,
  row: DataRow,
  labels: ReadonlyMap<number, string | undefined>,
  isRepaired: boolean,
): Issue {
  const label = problem.column === undefined ? undefined : labels.get(problem.column - 1);
  const isElsewhere = isTextAfterQuote(problem) && problem.column !== undefined && label === undefined;
  return newIssue(problem.code, {
    scope: 'row',
    effect: isRepaired || isElsewhere || isPadded(problem) ? 'notice' : 'row-skipped',
    row: row.row,
    line: problem.line ?? row.line,
    label: label ?? null,
    facts: { ...problem.facts, ...(isRepaired ? { repaired: true } : {}) },
  });
}

/** Text behind a closing quote concerns its own cell, as long as the row has as many cells as the header. */
function isTextAfterQuote(problem: Problem): boolean {
  return problem.code === 'malformed-quoting' && problem.facts.kind === 'text-after-quote';
}

function isPadded(problem: Problem): boolean {
  return problem.code === 'column-count-mismatch' && problem.facts.kind === 'short';
}
