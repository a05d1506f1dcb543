// A cell of a load as text: of CSV, or a scalar of JSON.
// Invariant: what comes out has no control characters, no blanks around it, and can be stored.

/** Control characters and the line separators of Unicode, line ends among them. */
const controls = /[\p{Cc}\u2028\u2029]/u;
const runsOfControls = new RegExp(`${controls.source}+`, 'gu');

export function hasControls(text: string): boolean {
  return controls.test(text);
}

/** The text of a scalar as it is; null for nothing, undefined for what is no scalar. */
export function scalarText(cell: unknown): string | null | undefined {
  if (typeof cell === 'string') return cell;
  if (cell === null || cell === undefined) return null;
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : undefined;
}

/** The same with a space for control characters and without blanks around it; null when nothing is left. */
export function cellText(cell: unknown): string | null | undefined {
  const raw = scalarText(cell);
  if (raw === null || raw === undefined) return raw;
  const clean = controls.test(raw) ? raw.replace(runsOfControls, ' ') : raw;
  const text = clean.trim();
  if (text === '') return null;
  return text.isWellFormed() ? text : text.toWellFormed();
}
