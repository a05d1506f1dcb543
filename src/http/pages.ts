// Lists in pages: cursors that callers carry and do not read.
// Invariant: a cursor that is not ours is refused, never passed on to a statement.

import { isUuid } from '../domain/ids.ts';
import { invalidRequest } from './checked-input.ts';

/** One more than asked for tells whether there is a next page. */
export function fetchLimit(query: { limit: number }): number {
  return query.limit + 1;
}

/** The page for what `fetchLimit` fetched; `key` gives the position of a record in the list. */
export function pageOf<Stored, Item>(
  fetched: readonly Stored[],
  query: { limit: number },
  key: (record: Stored) => string | number,
  view: (record: Stored) => Item,
): { items: Item[]; next: string | null } {
  const shown = fetched.slice(0, query.limit);
  const last = shown.at(-1);
  const more = fetched.length > query.limit && last !== undefined;
  return { items: shown.map(view), next: more ? encoded(key(last)) : null };
}

function encoded(position: string | number): string {
  return Buffer.from(String(position)).toString('base64url');
}

/** A short list that is all there: one page, or pages of the limit that was asked for. */
export function shortList<Item>(
  items: readonly Item[],
  query: { limit?: number | undefined; cursor?: string | undefined },
): { items: Item[]; next: string | null } {
  const from = integerCursor(query) ?? 0;
  const to = from + (query.limit ?? items.length);
  return { items: items.slice(from, to), next: to < items.length ? encoded(to) : null };
}

/** The position in a list of ids, or null at its beginning. */
export function idCursor(query: { cursor?: string | undefined }): string | null {
  const text = plain(query.cursor);
  if (text === null || isUuid(text)) return text;
  throw badCursor();
}

/** The position in a list of numbers, or null at its beginning. */
export function numberCursor(query: { cursor?: string | undefined }): number | null {
  const text = plain(query.cursor);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw badCursor();
  return Number(text);
}

/** Rows and issues of one import are counted in 32 bits. */
const largestInteger = 2 ** 31 - 1;

/** The position in a list whose numbers the database keeps in 32 bits, or null at its beginning. */
export function integerCursor(query: { cursor?: string | undefined }): number | null {
  const position = numberCursor(query);
  if (position !== null && position > largestInteger) throw badCursor();
  return position;
}

function plain(cursor: string | undefined): string | null {
  return cursor === undefined || cursor === '' ? null : Buffer.from(cursor, 'base64url').toString('utf8');
}

function badCursor() {
  return invalidRequest([{ name: 'cursor', message: 'Is not one that this list gave. Begin again without it.' }]);
}
