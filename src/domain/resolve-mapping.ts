// Turns the labels of a mapping into the columns of one file.
// Invariant: a column is used only when its label is exact or differs in nothing but writing, and nothing is guessed between two.

import type { Field } from './fields.ts';
import type { Issue } from './issue.ts';
import { newIssue } from './issues.ts';
import { type LabelIndex, type LabelPlace, labelIndex, placeOf } from './label-index.ts';
import { describeDifference, nearestTo } from './labels.ts';
import { type MappedColumn, type Mapping, requiredFields } from './mapping.ts';

/** A mapped column that the file has. `indexes[i]` is where `labels[i]` (as the file writes it) stands in `cells`. */
export type ResolvedColumn = {
  column: MappedColumn;
  field: Field;
  indexes: number[];
  labels: string[];
};

/** How the labels of one mapped column were found in the file, whether it can be used or not. */
export type LabelMatch = {
  field: string;
  /** As the mapping has them. */
  labels: string[];
  found: 'exact' | 'near' | 'missing';
  /** When missing: the labels of the file that come nearest, best first, at most three. */
  nearest: string[];
};

export type ResolvedMapping = {
  /** The columns that can be used, in the order of the mapping. */
  columns: ResolvedColumn[];
  matches: LabelMatch[];
  /** Every issue of the header that has to do with labels, `duplicate-label` included. */
  issues: Issue[];
  /** One of the issues is `file-rejected`: no row may be imported. */
  rejected: boolean;
};

export type ResolveOptions = {
  /** A label must be exact. */
  strict: boolean;
  /** Where the header stands, for the issues. */
  headerRow?: number | null;
  headerLine?: number | null;
};

type Work = {
  index: LabelIndex;
  mapped: ReadonlySet<string>;
  used: Set<number>;
  strict: boolean;
  /** How many labels may still be compared for likeness. */
  comparisons: number;
  report: (code: string, given: Partial<Issue>) => void;
};

/**
 * A mapping of 20 labels and a header of 200 take 4,000 comparisons, about 0.1 s in all when every label is long and missing.
 * Beyond the bound a label is reported as missing without naming what comes near.
 */
const mostComparisons = 10_000;

/** Finds each mapped label among the labels of the file (as read, untrimmed). Pure; never throws on data. */
export function resolveMapping(
  mapping: Mapping,
  labels: readonly string[],
  fields: readonly Field[],
  options: ResolveOptions,
): ResolvedMapping {
  const issues: Issue[] = [];
  const at = { row: options.headerRow ?? null, line: options.headerLine ?? null };
  const work: Work = {
    index: labelIndex(labels),
    mapped: new Set(mapping.columns.flatMap((column) => column.labels)),
    used: new Set(),
    strict: options.strict,
    comparisons: mostComparisons,
    report: (code, given) => issues.push(newIssue(code, { ...at, ...given })),
  };
  const byName = new Map(fields.map((field) => [field.name, field]));
  const columns: ResolvedColumn[] = [];
  const matches: LabelMatch[] = [];
  for (const column of mapping.columns) {
    if (column.labels.length === 0) continue;
    const field = byName.get(column.field);
    if (field === undefined) {
      const effect = column.required ? 'file-rejected' : 'notice';
      work.report('unknown-field', { effect, label: column.labels[0] ?? null, facts: { field: column.field } });
      continue;
    }
    const { resolved, match } = resolveColumn(column, field, work);
    matches.push(match);
    if (resolved !== null) columns.push(resolved);
  }
  reportUnmappedFields(mapping, columns, byName, work);
  reportOtherColumns(work);
  return { columns, matches, issues, rejected: issues.some((issue) => issue.effect === 'file-rejected') };
}

function resolveColumn(column: MappedColumn, field: Field, work: Work) {
  const match: LabelMatch = { field: field.name, labels: column.labels, found: 'exact', nearest: [] };
  const indexes: number[] = [];
  const missing: { label: string; place: LabelPlace }[] = [];
  for (const label of column.labels) {
    const place = placeOf(label, work.index, work.mapped);
    if (place.kind === 'exact' || (place.kind === 'near' && !work.strict)) {
      indexes.push(place.index);
      work.used.add(place.index);
      if (place.kind === 'near') match.found = 'near';
      if (place.kind === 'near') reportNearMiss(label, place.index, field, work);
    } else if (place.kind === 'duplicate') {
      for (const i of place.indexes) work.used.add(i);
      reportDuplicate(place.indexes, 'file-rejected', work);
    } else missing.push({ label, place });
  }
  const usable = indexes.length > 0 && (column.combine === 'first' || indexes.length === column.labels.length);
  for (const { label, place } of missing)
    match.nearest.push(...reportMissing(label, place, field, column.required && !usable, work));
  if (usable) {
    const labels = indexes.map((i) => work.index.labels[i] ?? '');
    return { resolved: { column, field, indexes, labels }, match: { ...match, nearest: [] } };
  }
  return { resolved: null, match: { ...match, found: 'missing' as const, nearest: match.nearest.slice(0, 3) } };
}

function reportNearMiss(label: string, index: number, field: Field, work: Work): void {
  const inFile = work.index.labels[index] ?? '';
  const facts = { mapped: label, field: field.name, title: field.title, difference: describeDifference(inFile, label) };
  work.report('label-normalised', { label: inFile, facts });
}

/** Returns the nearest labels of the file. */
function reportMissing(label: string, place: LabelPlace, field: Field, reject: boolean, work: Work): string[] {
  const facts: Record<string, unknown> = { field: field.name, title: field.title, required: reject };
  let nearest: string[];
  if (place.kind === 'ambiguous') {
    nearest = place.indexes.map((i) => work.index.labels[i] ?? '').slice(0, 3);
    facts.ambiguous = true;
  } else if (place.kind === 'near') {
    const inFile = work.index.labels[place.index] ?? '';
    nearest = [inFile];
    facts.difference = describeDifference(inFile, label);
  } else {
    nearest = work.comparisons > 0 ? nearestTo(label, freeLabels(work), 3) : [];
  }
  work.report('missing-mapped-column', {
    label,
    effect: reject ? 'file-rejected' : 'notice',
    facts: { ...facts, nearest },
  });
  return nearest;
}

/** Labels of the file that no mapped one names, as many as may still be compared. */
function freeLabels(work: Work): string[] {
  const free = [...work.index.exact.keys()].filter((other) => !work.mapped.has(other)).slice(0, work.comparisons);
  work.comparisons -= free.length;
  return free;
}

function reportDuplicate(indexes: readonly number[], effect: 'file-rejected' | 'notice', work: Work): void {
  const label = work.index.labels[indexes[0] ?? 0] ?? '';
  work.report('duplicate-label', { label, effect, facts: { columns: indexes.map((i) => i + 1) } });
}

/** Rows cannot become contacts without the four required fields; CRM ID also not when its column is optional and not there. */
function reportUnmappedFields(
  mapping: Mapping,
  columns: readonly ResolvedColumn[],
  byName: ReadonlyMap<string, Field>,
  work: Work,
): void {
  const mapped = new Set(mapping.columns.filter((c) => c.labels.length > 0).map((c) => c.field));
  const found = new Set(columns.map((c) => c.field.name));
  for (const name of requiredFields) {
    const keyless = name === 'crmId' && !found.has('crmId') && !found.has('causewayId');
    const column = mapping.columns.find((c) => c.field === name);
    if (mapped.has(name) && !(keyless && column?.required === false)) continue;
    const title = byName.get(name)?.title ?? name;
    work.report('missing-mapped-column', {
      effect: 'file-rejected',
      facts: { field: name, title, required: true, unmapped: !mapped.has(name), nearest: [] },
    });
  }
}

function reportOtherColumns(work: Work): void {
  const reported = new Set<number>();
  for (const indexes of work.index.trimmed.values()) {
    if (indexes.length < 2 || indexes.some((i) => work.used.has(i))) continue;
    reportDuplicate(indexes, 'notice', work);
    for (const i of indexes.slice(1)) reported.add(i);
  }
  for (const indexes of work.index.exact.values())
    for (const i of indexes) {
      if (work.used.has(i) || reported.has(i)) continue;
      work.report('unmapped-column', { label: work.index.labels[i] ?? '', facts: { column: i + 1 } });
    }
}
