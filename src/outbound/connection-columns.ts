// Labels of a CSV file and keys of JSON to the columns of connections.
// Invariant: case, spaces, underscores and hyphens do not matter; `connectionId` stands for `externalId` where that is missing.

import { type ConnectionColumn, connectionColumns } from '../domain/dataset.ts';

const byName = new Map(connectionColumns.map((name, at) => [plain(name), at]));
export const indexOfId = connectionColumns.indexOf('externalId');
const otherNameOfId = plain('connectionId');

/** Labels that a header of connections should have. */
export const knownLabels: readonly string[] = [...connectionColumns, 'connectionId'];

function plain(label: string): string {
  return label.toLowerCase().replace(/[\s_\-."']/g, '');
}

/** Where the column stands in `connectionColumns`: -1 for none, and for the other name of the id `otherId`. */
export const otherId = -2;

export function columnOf(label: string): number {
  const name = plain(label);
  return byName.get(name) ?? (name === otherNameOfId ? otherId : -1);
}

/** The same with what was asked before kept, for keys that come a million times. */
export function columnFinder(): (key: string) => number {
  const known = new Map<string, number>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const column = key.length > 200 ? -1 : columnOf(key);
    if (known.size < 1_000) known.set(key, column);
    return column;
  };
}

/** Which column of the file each column of connections is; -1 where it has none. */
export type HeaderColumns = { indexes: number[]; unknown: string[]; repeated: ConnectionColumn[] };

export function headerColumns(labels: readonly string[]): HeaderColumns {
  const indexes = connectionColumns.map(() => -1);
  const unknown: string[] = [];
  const repeated = new Set<ConnectionColumn>();
  const hasId = labels.some((label) => columnOf(label) === indexOfId);
  for (const [at, label] of labels.entries()) {
    const found = columnOf(label);
    const column = found === otherId && !hasId ? indexOfId : found;
    const name = connectionColumns[column];
    if (name === undefined) unknown.push(label);
    else if ((indexes[column] ?? -1) >= 0) repeated.add(name);
    else indexes[column] = at;
  }
  return { indexes, unknown: unknown.filter((label) => label.trim() !== ''), repeated: [...repeated] };
}
