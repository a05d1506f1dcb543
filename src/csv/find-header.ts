// Owns the question which of the first rows holds the labels.
// Invariant: without expected labels, no row as full as the body is ever passed over for a later one.
import { HEADER_WINDOW } from './limits.ts';

/** A row with text in it. */
export interface SampleRow {
  /** As a spreadsheet shows it. */
  row: number;
  cells: readonly string[];
}

/** For comparing labels loosely: case, spaces, quotes, punctuation and compatibility forms do not count. */
function looseLabel(label: string): string {
  return label
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

export function looseLabels(labels: readonly string[]): ReadonlySet<string> {
  return new Set(labels.map(looseLabel).filter((label) => label !== ''));
}

/** How many of the expected labels stand in these cells. */
export function expectedFound(cells: readonly string[], expected: ReadonlySet<string>): number {
  if (expected.size === 0) return 0;
  const found = new Set<string>();
  for (const cell of cells) {
    if (cell.length > 200) continue;
    const label = looseLabel(cell);
    if (expected.has(label)) found.add(label);
  }
  return found.size;
}

export function filledCells(cells: readonly string[]): number {
  let filled = 0;
  for (const cell of cells) if (cell.trim() !== '') filled++;
  return filled;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T].*)?$/;
const PHONE = /^\+?[\d\s().-]{7,20}$/;
const NUMBER = /^[-+$€£]?\d[\d,.\s]*%?$/;

/** A row like a record: an e-mail address, a date or a phone number in it, or half of its cells numbers. */
export function looksLikeData(cells: readonly string[]): boolean {
  let numbers = 0;
  let filled = 0;
  for (const cell of cells) {
    const text = cell.length > 200 ? '' : cell.trim();
    if (text === '') continue;
    filled++;
    if (EMAIL.test(text) || DATE.test(text)) return true;
    if (PHONE.test(text) && text.replace(/\D/g, '').length >= 7) return true;
    if (NUMBER.test(text)) numbers++;
  }
  return filled > 0 && numbers * 2 >= filled;
}

/**
 * Index of the header, which is looked for in the first 50 of these rows (blank ones left out); -1 when there are none.
 * Expected labels decide when two of them (or the only one) stand in one row. Else it is the first row that is not narrow (a
 * title or a date above the table fills at most half of what the body fills), unless a blank row and then a wider row of
 * labels follow it.
 */
export function findHeader(rows: readonly SampleRow[], expected: ReadonlySet<string>): number {
  if (rows.length === 0) return -1;
  let best = -1;
  let most = Math.min(2, expected.size) - 1;
  const candidates = rows.filter((row) => row.row < (rows[0]?.row ?? 0) + HEADER_WINDOW);
  candidates.forEach((row, index) => {
    const found = expectedFound(row.cells, expected);
    if (found > most) {
      most = found;
      best = index;
    }
  });
  if (best >= 0 && expected.size > 0) return best;
  const filled = rows.map((row) => filledCells(row.cells));
  const full = fullWidth(filled);
  for (let index = 0; index < candidates.length; index++) {
    const here = filled[index] as number;
    if (here * 2 <= full && full > 1) continue;
    const next = rows[index + 1];
    const isApart = next !== undefined && next.row > (rows[index]?.row ?? 0) + 1;
    if (isApart && here < full && (filled[index + 1] as number) > here && !looksLikeData(next.cells)) continue;
    if (!standsAboveTable(rows, index, filled, full)) return 0;
    // A record under a narrow row: better a short header than a record taken for one.
    return index > 0 && looksLikeData(rows[index]?.cells ?? []) ? index - 1 : index;
  }
  return 0;
}

/** Most of the rows below are as full or as wide; or there are none, and the row has as many labels as a useful header. */
function standsAboveTable(rows: readonly SampleRow[], index: number, filled: readonly number[], full: number): boolean {
  const below = rows.slice(index + 1);
  if (index === 0) return true;
  if (below.length === 0) return full >= 4;
  const width = rows[index]?.cells.length ?? 0;
  const isBody = (row: SampleRow, at: number): boolean =>
    (filled[index + 1 + at] as number) * 2 > full || row.cells.length >= width;
  return below.filter(isBody).length * 2 >= below.length;
}

/** What the fullest rows fill; titles do not count, nor do one or two freak rows among many. */
function fullWidth(filled: readonly number[]): number {
  const widest = filled.filter((cells) => cells > 1).toSorted((a, b) => b - a);
  const skip = widest.length >= 10 ? 2 : widest.length >= 4 ? 1 : 0;
  return widest[skip] ?? 1;
}
