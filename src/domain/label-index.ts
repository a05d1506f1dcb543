// The labels of one file, ready to be asked: where is this one, which ones differ from it in writing only, which stand twice.
// Invariant: blank labels and the columns that Causeway adds to its error files are not in it.

import { normaliseLabel } from './labels.ts';

/** Columns that Causeway adds to its error files; they are dropped without a word when such a file comes back (ruling 24). */
export const ownColumns = ['causeway_row', 'causeway_codes', 'causeway_reasons'] as const;
const ownNames = new Set<string>(ownColumns);

/** Is this a column that Causeway added to an error file? */
export function isOwnColumn(label: string): boolean {
  return ownNames.has(label.trim().toLowerCase());
}

export type LabelIndex = {
  labels: readonly string[];
  /** Indexes by the text as it stands, by the text without outer space, and by what remains when writing is disregarded. */
  exact: Map<string, number[]>;
  trimmed: Map<string, number[]>;
  normalised: Map<string, number[]>;
};

export function labelIndex(labels: readonly string[]): LabelIndex {
  const index: LabelIndex = { labels, exact: new Map(), trimmed: new Map(), normalised: new Map() };
  for (const [position, label] of labels.entries()) {
    const trimmed = label.trim();
    if (trimmed === '' || isOwnColumn(label)) continue;
    add(index.exact, label, position);
    add(index.trimmed, trimmed, position);
    add(index.normalised, normaliseLabel(label), position);
  }
  return index;
}

function add(map: Map<string, number[]>, key: string, position: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [position]);
  else known.push(position);
}

/** Where a mapped label is: once, in near-miss writing, more than once, at several near misses, or nowhere. */
export type LabelPlace =
  | { kind: 'exact' | 'near'; index: number }
  | { kind: 'duplicate' | 'ambiguous'; indexes: number[] }
  | { kind: 'missing' };

/**
 * Finds one mapped label. `mapped` are all labels of the mapping: a column that another one names exactly is not a near miss
 * of this one, and a near miss that two of them would claim is ambiguous.
 */
export function placeOf(label: string, index: LabelIndex, mapped: ReadonlySet<string>): LabelPlace {
  const exact = index.exact.get(label)?.[0];
  if (exact !== undefined) {
    const same = index.trimmed.get(label.trim()) ?? [];
    return same.length > 1 ? { kind: 'duplicate', indexes: same } : { kind: 'exact', index: exact };
  }
  const remainder = normaliseLabel(label);
  if (remainder === '') return { kind: 'missing' };
  const near = (index.normalised.get(remainder) ?? []).filter((i) => !mapped.has(index.labels[i] ?? ''));
  const first = near[0];
  if (first === undefined) return { kind: 'missing' };
  const rivals = [...mapped].filter(
    (other) => other !== label && !index.exact.has(other) && normaliseLabel(other) === remainder,
  );
  if (near.length === 1 && rivals.length === 0) return { kind: 'near', index: first };
  const texts = new Set(near.map((i) => index.labels[i]?.trim()));
  return { kind: near.length > 1 && texts.size === 1 ? 'duplicate' : 'ambiguous', indexes: near };
}
