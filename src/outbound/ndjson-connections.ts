// NDJSON to rows of connections: one JSON object a line.
// Invariant: whatever a line holds, it becomes one row; numbers that a double cannot hold keep their digits.

import { connectionColumns } from '../domain/dataset.ts';
import { columnFinder, indexOfId, otherId } from './connection-columns.ts';
import { type ReadRow, unreadable } from './connection-rows.ts';
import type { LoadProblems } from './load-problems.ts';
import { type Line, longestLine, ndjsonLines } from './ndjson-lines.ts';

/** `problems` is told of unknown keys. Errors of the source pass through. */
export async function* ndjsonConnections(
  source: AsyncIterable<Uint8Array>,
  problems: LoadProblems,
): AsyncGenerator<ReadRow[]> {
  const columnOf = columnFinder();
  for await (const lines of ndjsonLines(source)) yield lines.map((line) => rowOf(line, columnOf, problems));
}

function rowOf(given: Line, columnOf: (key: string) => number, problems: LoadProblems): ReadRow {
  const { line } = given;
  if ('fault' in given)
    return given.fault === 'too-long'
      ? unreadable(line, 'row-too-large', { limit: longestLine })
      : unreadable(line, 'bad-encoding');
  const value = parsed(given.text);
  if (value === undefined) return unreadable(line, 'malformed-json');
  if (value === null || typeof value !== 'object') return unreadable(line, 'malformed-json', { kind: 'value' });
  if (Array.isArray(value)) return unreadable(line, 'malformed-json', { kind: 'array' });
  const cells = cellsOf(value as Record<string, unknown>, columnOf, (key) => problems.addUnknownColumn(key, line));
  if (!cells.some(hasLostDigits)) return { row: line, cells };
  const exact = parsed(given.text, keepDigits) as Record<string, unknown>;
  return { row: line, cells: cellsOf(exact, columnOf, () => undefined) };
}

/** Undefined when it is not JSON, or nested too deeply to be read. */
function parsed(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver) as unknown;
  } catch {
    // A SyntaxError, whose message quotes the line; or a RangeError of the depth.
    return undefined;
  }
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** ids such as 12345678901234567890 lose their last digits as numbers: two records would become one. */
const keepDigits: Reviver = (_key, value, context) => (hasLostDigits(value) ? (context?.source ?? value) : value);

function hasLostDigits(value: unknown): boolean {
  return (
    typeof value === 'number' && (Math.abs(value) > Number.MAX_SAFE_INTEGER || (value !== 0 && Math.abs(value) < 1e-6))
  );
}

function cellsOf(
  object: Readonly<Record<string, unknown>>,
  columnOf: (key: string) => number,
  onUnknown: (key: string) => void,
): unknown[] {
  const cells: unknown[] = connectionColumns.map(() => undefined);
  let secondId: unknown;
  for (const [key, value] of Object.entries(object)) {
    const column = columnOf(key);
    if (column === otherId) secondId = value;
    else if (column < 0) onUnknown(key);
    // Of two keys for one column the exact one counts, else the first that holds something.
    else if ((cells[column] ?? null) === null || connectionColumns[column] === key) cells[column] = value;
  }
  if ((cells[indexOfId] ?? null) === null) cells[indexOfId] = secondId;
  return cells;
}
