// Suggests a mapping for the labels of a file, each part with a reason that people can judge.
// Invariant: a label is suggested once, a field is suggested once, and what could mean another person is not suggested.

import { trimmed } from './cell-policy.ts';
import type { Field } from './fields.ts';
import { labelIndex } from './label-index.ts';
import { isOfAnother, knownLabels, matchLabel, splitPrefix } from './label-matches.ts';
import { normaliseLabel, showLabel } from './labels.ts';
import { type Mapping, newColumn } from './mapping.ts';
import { findSplitColumns } from './split-columns.ts';
import { valueParser } from './values.ts';

export type Suggestion = { field: string; label: string; reason: string };

export type SuggestOptions = {
  /** First data rows, cells in the order of the labels: they decide between labels that mean the same. */
  samples?: readonly (readonly string[])[];
  country?: string;
};

type Offer = { field: string; positions: number[]; cost: number; reason: string; separator?: string };

/** The best mapping that can be suggested, and the reasons, one per label. Fields without a good candidate are left out. */
export function suggestMapping(
  labels: readonly string[],
  fields: readonly Field[],
  { samples = [], country = 'US' }: SuggestOptions = {},
): { mapping: Mapping; suggestions: Suggestion[] } {
  const index = labelIndex(labels);
  const positions = [...index.trimmed.values()].filter((same) => same.length === 1).flat();
  const cells = (position: number) => samples.map((row) => trimmed(row[position] ?? '')).filter((cell) => cell !== '');
  const judges = new Map(fields.map((field) => [field.name, { field, parse: valueParser(field, { country }) }]));
  const fits = (field: string, position: number): number | null => {
    const judge = judges.get(field);
    const filled = cells(position);
    if (judge === undefined || filled.length === 0) return null;
    return filled.filter((cell) => typeof judge.parse(cell) === 'string').length / filled.length;
  };
  const known = knownLabels(fields);
  const prefixes = commonPrefixes(positions.map((position) => labels[position] ?? ''));
  const offers: Offer[] = findSplitColumns(labels, positions, cells);
  for (const position of positions) {
    const match = matchLabel(labels[position] ?? '', known, prefixes);
    if (match === null) continue;
    const doubt = samples.length === 0 ? 0 : 50 * (1 - (fits(match.field, position) ?? 0.2));
    offers.push({ ...match, positions: [position], cost: match.cost + doubt });
  }
  const chosen = chooseOffers(offers);
  const byValues = emailByValues(labels, positions, chosen, fits, samples.length);
  if (byValues !== null && judges.has('email')) chosen.push(byValues);
  const order = new Map(fields.map((field, at) => [field.name, at]));
  chosen.sort((a, b) => (order.get(a.field) ?? 0) - (order.get(b.field) ?? 0));
  return {
    mapping: { columns: chosen.map((offer) => columnOf(offer, labels)) },
    suggestions: chosen.flatMap(({ field, positions: at, reason }) =>
      at.map((position) => ({ field, label: labels[position] ?? '', reason })),
    ),
  };
}

function columnOf({ field, positions, separator }: Offer, labels: readonly string[]) {
  const column = newColumn(
    field,
    positions.map((position) => labels[position] ?? ''),
  );
  return separator === undefined ? column : { ...column, separator };
}

/** Best offers first; each field and each label once. */
function chooseOffers(offers: readonly Offer[]): Offer[] {
  const fields = new Set<string>();
  const used = new Set<number>();
  const chosen: Offer[] = [];
  for (const offer of offers.toSorted((a, b) => a.cost - b.cost)) {
    if (fields.has(offer.field) || offer.positions.some((position) => used.has(position))) continue;
    fields.add(offer.field);
    for (const position of offer.positions) used.add(position);
    chosen.push(offer);
  }
  return chosen;
}

/** `STUDENTS` when at least half of the labels, and two, are written `STUDENTS.Something`. */
function commonPrefixes(labels: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const label of labels) {
    const { prefix } = splitPrefix(label);
    if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= 2 && count * 2 >= labels.length).map(([prefix]) => prefix));
}

/** The only column full of e-mail addresses is the e-mail, whatever its name, unless that speaks of somebody else. */
function emailByValues(
  labels: readonly string[],
  positions: readonly number[],
  chosen: readonly Offer[],
  fits: (field: string, position: number) => number | null,
  rows: number,
): Offer | null {
  if (rows < 3 || chosen.some((offer) => offer.field === 'email')) return null;
  const used = new Set(chosen.flatMap((offer) => offer.positions));
  const full = positions.filter((position) => !used.has(position) && (fits('email', position) ?? 0) >= 0.8);
  const position = full[0];
  const label = labels[position ?? -1];
  if (position === undefined || label === undefined || full.length > 1 || isOfAnother(normaliseLabel(label)))
    return null;
  return {
    field: 'email',
    positions: [position],
    cost: 0,
    reason: `the values of “${showLabel(label)}” are e-mail addresses`,
  };
}
