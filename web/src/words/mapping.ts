// A mapping while it is edited: pure steps on a list of rows.
// Invariant: the four required fields always have a row, mapped or not, and stand first.

import type { Feed, MappingRequest, Preview } from '@api/feeds.ts';
import { requiredFields } from './feeds.ts';

export type Column = Feed['columns'][number];
/** `key` tells rows apart while their field is not chosen yet. */
export type DraftRow = { key: string; column: Column };
export type Suggestion = Preview['suggestions'][number];

/** A column with the policies that a new one begins with. */
export function newColumn(field: string, labels: string[]): Column {
  return {
    field,
    labels,
    combine: 'first',
    separator: '',
    required: isRequiredField(field),
    trim: true,
    ignoreValues: [],
    valueMap: {},
    dateFormat: null,
    onBlank: 'keep',
    onBad: 'drop',
    default: null,
  };
}

export function isRequiredField(field: string): boolean {
  return requiredFields.some((name) => name === field);
}

export function startDraft(columns: Column[]): DraftRow[] {
  const first = requiredFields.map((field) => columns.find((column) => column.field === field) ?? newColumn(field, []));
  const rest = columns.filter((column) => !isRequiredField(column.field));
  return [...first, ...rest].map((column) => ({ key: column.field, column }));
}

/** What is saved or previewed: rows with a field and at least one label. */
export function mappingOf(rows: DraftRow[]): MappingRequest {
  return {
    columns: rows
      .map(({ column }) => ({ ...column, labels: column.labels.filter((label) => label !== '') }))
      .filter((column) => column.field !== '' && column.labels.length > 0),
  };
}

/** Are these two the same mapping, whatever the order of their columns? */
export function sameMapping(one: MappingRequest, other: MappingRequest): boolean {
  const text = (mapping: MappingRequest) =>
    JSON.stringify(
      mapping.columns.toSorted((a, b) => a.field.localeCompare(b.field)).map((c) => Object.entries(c).toSorted()),
    );
  return text(one) === text(other);
}

export function missingRequired(rows: DraftRow[]): string[] {
  const mapped = new Set(mappingOf(rows).columns.map((column) => column.field));
  return requiredFields.filter((field) => !mapped.has(field));
}

export function changeRow(rows: DraftRow[], key: string, change: Partial<Column>): DraftRow[] {
  return rows.map((row) => (row.key === key ? { key, column: { ...row.column, ...change } } : row));
}

/** A required field keeps its row and loses its labels; any other row goes. */
export function removeRow(rows: DraftRow[], key: string): DraftRow[] {
  return rows.flatMap((row) => {
    if (row.key !== key) return [row];
    return isRequiredField(row.column.field) ? [{ key, column: newColumn(row.column.field, []) }] : [];
  });
}

/** Gives a field its label: in the row that it has, or in a new one at the end. */
export function mapLabel(rows: DraftRow[], field: string, label: string): DraftRow[] {
  const row = rows.find((one) => one.column.field === field);
  if (row !== undefined) return changeRow(rows, row.key, { labels: [label, ...row.column.labels.slice(1)] });
  return [...rows, { key: field, column: newColumn(field, [label]) }];
}

/** Suggestions that would change something: their field has no label yet, or one that the file does not have. */
export function openSuggestions(rows: DraftRow[], preview: Preview | undefined): Suggestion[] {
  if (preview === undefined) return [];
  const taken = new Set(
    mappingOf(rows)
      .columns.filter((column) => preview.columns.find((one) => one.field === column.field)?.found !== 'missing')
      .map((column) => column.field),
  );
  return preview.suggestions.filter((suggestion) => !taken.has(suggestion.field));
}

/** Labels of the file that no row uses, in the order of the file. */
export function unusedLabels(rows: DraftRow[], preview: Preview | undefined): string[] {
  if (preview === undefined) return [];
  const used = new Set(
    mappingOf(rows).columns.flatMap((column) => [
      ...column.labels,
      ...(preview.columns.find((one) => one.field === column.field && one.found === 'near')?.nearest.slice(0, 1) ?? []),
    ]),
  );
  return preview.labels.filter((label) => label.trim() !== '' && !used.has(label));
}

/** The field that a label of the file fills, `` when none. A label that is nearly the mapped one counts. */
export function fieldOfLabel(rows: DraftRow[], preview: Preview, label: string): string {
  const exact = rows.find((row) => row.column.labels.includes(label));
  if (exact !== undefined) return exact.column.field;
  const near = preview.columns.find((one) => one.found === 'near' && one.nearest[0] === label);
  return near?.field ?? '';
}

/** Gives a label of the file another field, or none (``). */
export function assignLabel(rows: DraftRow[], preview: Preview, label: string, field: string): DraftRow[] {
  const before = fieldOfLabel(rows, preview, label);
  const freed = rows.flatMap((row) => {
    if (before === '' || row.column.field !== before) return [row];
    const labels = row.column.labels.filter((one) => one !== label && preview.labels.includes(one));
    if (labels.length === 0) return removeRow([row], row.key);
    return [{ key: row.key, column: { ...row.column, labels } }];
  });
  return field === '' ? freed : mapLabel(freed, field, label);
}

/** Required fields that this file would not fill under the mapping. */
export function missingInFile(rows: DraftRow[], preview: Preview): string[] {
  const unmapped = missingRequired(rows);
  return requiredFields.filter(
    (field) =>
      unmapped.includes(field) || preview.columns.some((one) => one.field === field && one.found === 'missing'),
  );
}
