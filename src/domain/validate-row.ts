// Turns the cells of one row into values and issues.
// Invariant: the same row under the same mapping gives the same result always: no clock, no randomness, no database.

import { type CellPolicy, cellLabel, cellPolicy, cellText, rawText, standsAsIs } from './cell-policy.ts';
import type { Issue } from './issue.ts';
import { newIssue } from './issues.ts';
import type { ResolvedMapping } from './resolve-mapping.ts';
import type { BadValue } from './values.ts';
import { zipWithoutZeros } from './zip-codes.ts';

/** One data row as the reader gives it. `found`: how many cells the row really had, when some were added as padding. */
export type RowInput = { row: number; line: number; cells: readonly string[]; found?: number };

export type ValidatedRow = {
  /** Also given for a skipped row when it is known: the first row with a CRM ID has it. */
  crmId: string | null;
  /** One per `resolved.columns`, in that order: undefined keeps, '' clears, else the canonical text. */
  values: (string | undefined)[];
  /** The text of the standard field `phone` as it came (trimmed, parts joined), when it gave a phone; else null. */
  phoneRaw: string | null;
  /** All of them, also after the one that skips the row. The same frozen empty array when there are none. */
  issues: readonly Issue[];
  skipped: boolean;
};

export type ValidateOptions = {
  /** ISO 3166 alpha-2: decides phones without country code, the order of dates and decimal signs. */
  country: string;
};

type RowValidator = (row: RowInput) => ValidatedRow;

const none: readonly Issue[] = Object.freeze([]);

/** A function that validates rows of one file. Its results share nothing with the next row's. */
export function rowValidator(resolved: ResolvedMapping, { country }: ValidateOptions): RowValidator {
  const policies = resolved.columns.map((column) => cellPolicy(column, country));
  const at = (name: string) => policies.findIndex((policy) => policy.name === name);
  const crmIdAt = at('crmId');
  const causewayIdAt = at('causewayId');
  const phoneAt = at('phone');
  const zip = { postalCode: at('postalCode'), state: at('state'), country: at('country') };

  return (row) => {
    const { cells } = row;
    const values = new Array<string | undefined>(policies.length);
    let issues: Issue[] | null = null;
    let phoneRaw: string | null = null;
    for (let i = 0; i < policies.length; i++) {
      const policy = policies[i] as CellPolicy;
      const { simpleAt } = policy;
      let text = simpleAt < 0 ? undefined : cells[simpleAt];
      let verdict: string | BadValue | undefined;
      if (text !== undefined && standsAsIs(text)) {
        // What `parseAsIs` does with most cells, without the call.
        const isFree = text.length <= policy.freeLength && !text.includes('\0');
        verdict = isFree ? text : policy.parseAsIs(text);
      } else {
        text = cellText(policy, cells);
        if (text !== '') verdict = policy.parse(text);
        else if (policy.required) verdict = blank;
        else verdict = blankValue(policy, row);
      }
      if (typeof verdict !== 'object') {
        values[i] = verdict;
        if (i === phoneAt && verdict) phoneRaw = text;
        continue;
      }
      const issue = cellIssue(policy, row, verdict);
      values[i] = issue.facts.usedDefault === true ? policy.fallback : undefined;
      issues ??= [];
      issues.push(issue);
    }
    if (zip.postalCode >= 0) {
      const damage = zipDamage(values, zip, country);
      if (damage !== null) {
        const policy = policies[zip.postalCode] as CellPolicy;
        const issue = cellIssue(policy, row, damage);
        values[zip.postalCode] = issue.facts.usedDefault === true ? policy.fallback : undefined;
        issues ??= [];
        issues.push(issue);
      }
    }
    const crmId = values[crmIdAt] || null;
    const isKeyless = crmId === null && !values[causewayIdAt];
    if (isKeyless && !issues?.some((issue) => issue.effect === 'row-skipped')) {
      issues ??= [];
      issues.push(keylessIssue(policies[crmIdAt], row));
    }
    if (issues === null) return { crmId, values, phoneRaw, issues: none, skipped: false };
    const skipped = issues.some((issue) => issue.effect === 'row-skipped');
    if (skipped) for (const issue of issues) if (issue.effect === 'cell-dropped') issue.facts.rowSkipped = true;
    return { crmId, values, phoneRaw, issues, skipped };
  };
}

const blank: BadValue = { code: 'blank-required-data-in-record', facts: {} };

/** What a blank cell of an optional column does. A cell that the row does not have at all was not sent, and keeps. */
function blankValue(policy: CellPolicy, row: RowInput): string | undefined {
  const { found } = row;
  if (policy.column.onBlank === 'keep') return undefined;
  if (found !== undefined && policy.indexes.some((index) => index >= found)) return undefined;
  return policy.column.onBlank === 'clear' ? '' : policy.fallback;
}

/** The issue of a cell that gave no value, with what really happens under the column's policy. */
function cellIssue(policy: CellPolicy, row: RowInput, bad: BadValue): Issue {
  const { onBad } = policy.column;
  const skips = policy.required || onBad === 'skip-row' || bad.code === 'unknown-contact-id';
  const usedDefault = !skips && onBad === 'default' && policy.fallback !== undefined;
  return newIssue(bad.code, {
    ...(bad.code === 'bad-encoding' ? { scope: 'cell' } : {}),
    effect: skips ? 'row-skipped' : 'cell-dropped',
    row: row.row,
    line: row.line,
    label: cellLabel(policy, row.cells),
    value: rawText(policy, row.cells),
    facts: { ...bad.facts, field: policy.name, title: policy.title, ...(usedDefault ? { usedDefault } : {}) },
  });
}

/** A row that neither id can find a contact for. */
function keylessIssue(policy: CellPolicy | undefined, row: RowInput): Issue {
  if (policy !== undefined) return { ...cellIssue(policy, row, blank), effect: 'row-skipped' };
  return newIssue(blank.code, { row: row.row, line: row.line, facts: { field: 'crmId', title: 'CRM ID' } });
}

function zipDamage(
  values: readonly (string | undefined)[],
  at: { postalCode: number; state: number; country: number },
  country: string,
): BadValue | null {
  const postalCode = values[at.postalCode];
  if (postalCode === undefined || postalCode.length === 5 || postalCode.length > 9) return null;
  const expected = zipWithoutZeros(postalCode, values[at.state] ?? '', values[at.country] ?? '', country);
  return expected === null ? null : { code: 'spreadsheet-damaged-value', facts: { kind: 'leading-zeros', expected } };
}
