// Validated rows and issues as COPY text for the staging tables.
// Invariant: whatever the file holds, a line is one row of exactly the columns that `copyRows` names; NUL becomes U+FFFD.

import type { Field } from '../domain/fields.ts';
import type { Issue } from '../domain/issue.ts';
import type { ResolvedMapping } from '../domain/resolve-mapping.ts';
import type { ValidatedRow } from '../domain/validate-row.ts';
import type { RowPlace, StagedField } from '../store/import-staging.ts';

const needsEscape = /[\\\t\n\r\0]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\ufffd' };
export const nothing = '\\N';

/** Canonical texts of these types hold nothing that would need an escape. */
export const plainTypes: ReadonlySet<Field['type']> = new Set<Field['type']>([
  'number',
  'date',
  'boolean',
  'phone',
  'email',
]);

/** A text as a cell of COPY text (PostgreSQL, "COPY", text format). */
export function copyCell(text: string | null | undefined): string {
  if (text === null || text === undefined) return nothing;
  return needsEscape.test(text) ? text.replace(/[\\\t\n\r\0]/g, (sign) => escapes[sign] ?? sign) : text;
}

/** Makes the line of one row; `newId` is asked for rows that may become contacts. `hash` in hex, null to carry none. */
export function rowEncoder(
  resolved: ResolvedMapping,
  fields: readonly StagedField[],
  newId: () => string,
): (row: RowPlace, validated: ValidatedRow, hash: string | null) => string {
  const indexOf = (name: string) => resolved.columns.findIndex((column) => column.field.name === name);
  const causewayId = indexOf('causewayId');
  const phone = indexOf('phone');
  const standard = fields.map((field) => {
    const index = indexOf(field.name);
    return { index, isPlain: plainTypes.has(resolved.columns[index]?.field.type ?? 'text') };
  });
  const custom = resolved.columns.flatMap(({ field }, index) => (field.custom ? [{ field, index }] : []));
  const skippedRest = `${`\t${nothing}`.repeat(5 + fields.length)}\n`;
  return (at, { crmId, values, phoneRaw, skipped }, hash) => {
    if (skipped) return `${at.row}\t${at.line}\t${nothing}\tt\t${copyCell(crmId)}${skippedRest}`;
    let line = `${at.row}\t${at.line}\t${newId()}\tf\t${copyCell(crmId)}\t`;
    // A blank Causeway ID names nobody, whatever its policy for blanks is.
    line += (causewayId < 0 ? '' : values[causewayId]) || nothing;
    line += phone < 0 ? `\t${nothing}\t${nothing}` : `\t${values[phone] ?? nothing}\t${copyCell(phoneRaw)}`;
    line += `\t${custom.length === 0 ? nothing : copyCell(customJson(custom, values))}`;
    line += hash === null ? `\t${nothing}` : `\t\\\\x${hash}`;
    for (const { index, isPlain } of standard)
      line += isPlain ? `\t${values[index] ?? nothing}` : `\t${copyCell(values[index])}`;
    return `${line}\n`;
  };
}

/**
 * The line of a row that changes nothing, for the sake of its CRM ID: another row of the file names the same contact, and
 * which of the two has it is decided among the staged rows.
 */
export function keptLine(at: RowPlace, crmId: string, fields: readonly StagedField[]): string {
  return `${at.row}\t${at.line}\t${nothing}\tf\t${copyCell(crmId)}${`\t${nothing}`.repeat(5 + fields.length)}\n`;
}

/** The given custom values as a JSON object, null to clear; null when none is given. */
function customJson(
  columns: readonly { field: Field; index: number }[],
  values: readonly (string | undefined)[],
): string | null {
  const members = columns.flatMap(({ field, index }) => {
    const value = values[index];
    if (value === undefined) return [];
    const name = JSON.stringify(field.name.slice('custom.'.length));
    return [`${name}:${customValue(field, value)}`];
  });
  return members.length === 0 ? null : `{${members.join(',')}}`;
}

/** A canonical text as the JSON that is kept: numbers and booleans as such, several options as a list. */
export function customValue(field: Field, text: string): string {
  if (text === '') return 'null';
  if (field.type === 'number' || field.type === 'boolean') return text;
  const storable = text.replaceAll('\0', '\ufffd').toWellFormed();
  return JSON.stringify(field.type === 'multi-select' ? storable.split(';') : storable);
}

/** The line of one issue; `ordinal` keeps the order in which they were found. */
export function issueLine(issue: Issue, ordinal: number): string {
  const facts = JSON.stringify(issue.facts).replaceAll('\\u0000', '\\ufffd');
  return `${ordinal}\t${issue.code}\t${issue.scope}\t${issue.effect}\t${issue.row ?? nothing}\t${issue.line ?? nothing}\t${copyCell(issue.label)}\t${copyCell(issue.value)}\t${copyCell(facts)}\n`;
}
