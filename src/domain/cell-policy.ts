// The policies of one mapped column, compiled: from the cells of a row to the text that counts, and what a blank or bad one does.
// Invariant: a text is blank when nothing is left of it without outer space, or when the mapping ignores it.

import type { MappedColumn } from './mapping.ts';
import type { ResolvedColumn } from './resolve-mapping.ts';
import { isFreeText, plainParser, type ValueParser, valueParser } from './values.ts';

export type CellPolicy = {
  column: MappedColumn;
  name: string;
  title: string;
  required: boolean;
  /** Outer space belongs to the value: text fields with trimming switched off. */
  keepsSpace: boolean;
  /** Where its cells stand, and what the file calls them. */
  indexes: readonly number[];
  labels: readonly string[];
  parse: ValueParser;
  /** Where its cell stands when it has one and neither ignores nor translates texts; else -1. */
  simpleAt: number;
  /** `parse` for a cell of that kind that `standsAsIs`. */
  parseAsIs: ValueParser;
  /** Longest text of a field that takes any text; -1 for other fields. */
  freeLength: number;
  /** The default as canonical text; undefined when there is none, or none that the field can take. */
  fallback: string | undefined;
  ignored: ReadonlySet<string> | null;
  translated: ReadonlyMap<string, string> | null;
};

export function cellPolicy({ column, field, indexes, labels }: ResolvedColumn, country: string): CellPolicy {
  const options = { country, dateFormat: column.dateFormat };
  const parse = valueParser(field, options);
  const translations = Object.entries(column.valueMap);
  const fallback = column.default === null ? '' : trimmed(column.default);
  const value = fallback === '' ? undefined : parse(fallback);
  const isSimple = indexes.length === 1 && column.ignoreValues.length === 0 && translations.length === 0;
  return {
    column,
    name: field.name,
    title: field.title,
    required: column.required,
    keepsSpace: !column.trim && field.type === 'text',
    indexes,
    labels,
    parse,
    simpleAt: isSimple ? (indexes[0] ?? -1) : -1,
    parseAsIs: plainParser(field, options),
    freeLength: isFreeText(field) ? field.maxLength : -1,
    fallback: typeof value === 'string' ? value : undefined,
    ignored: column.ignoreValues.length === 0 ? null : new Set(column.ignoreValues.map(folded)),
    translated:
      translations.length === 0 ? null : new Map(translations.map(([from, to]) => [folded(from), trimmed(to)])),
  };
}

function folded(text: string): string {
  return trimmed(text).toLowerCase();
}

/**
 * The text of a column in one row: of its only cell, of the parts joined, or of the first part that is not blank. Trimmed;
 * '' when blank or ignored. Spreadsheet text in the form `="00123"` stands for what is within.
 */
export function cellText(policy: CellPolicy, cells: readonly string[]): string {
  const { indexes, column } = policy;
  if (indexes.length === 1) return partText(policy, cells[indexes[0] as number]);
  if (column.combine === 'first') {
    const position = firstFilled(policy, cells);
    return position < 0 ? '' : partText(policy, cells[indexes[position] as number]);
  }
  const parts: string[] = [];
  for (const index of indexes) {
    const part = partText(policy, cells[index], true);
    if (part !== '') parts.push(part);
  }
  return partText(policy, parts.join(column.separator));
}

/** The label that an issue of this column names: all of a joined one, the one that was used, or the first. */
export function cellLabel(policy: CellPolicy, cells: readonly string[]): string {
  if (policy.labels.length === 1) return policy.labels[0] ?? '';
  if (policy.column.combine === 'join') return policy.labels.join(' + ');
  return policy.labels[Math.max(0, firstFilled(policy, cells))] ?? '';
}

/** The cells as they came, for an issue. */
export function rawText(policy: CellPolicy, cells: readonly string[]): string {
  if (policy.indexes.length === 1) return cells[policy.indexes[0] as number] ?? '';
  if (policy.column.combine === 'first')
    return cells[policy.indexes[Math.max(0, firstFilled(policy, cells))] as number] ?? '';
  return policy.indexes.map((index) => cells[index] ?? '').join(policy.column.separator);
}

function firstFilled(policy: CellPolicy, cells: readonly string[]): number {
  return policy.indexes.findIndex((index) => partText(policy, cells[index]) !== '');
}

/** One cell without outer space and spreadsheet wrapping, ignored texts as '', and translated unless it is a part of a whole. */
function partText(policy: CellPolicy, cell: string | undefined, isPart = false): string {
  if (cell === undefined || cell === '') return '';
  let text = trimmed(cell);
  if (text === '') return '';
  const wrapped = text.charCodeAt(0) === 0x3d && text.length > 2 && text.startsWith('="') && text.endsWith('"');
  if (wrapped) text = trimmed(text.slice(2, -1));
  if (policy.ignored?.has(text.toLowerCase())) return '';
  if (isPart) return text;
  const translation = policy.translated?.get(text.toLowerCase());
  if (translation !== undefined) return translation;
  return policy.keepsSpace && !wrapped ? cell : text;
}

/**
 * Is a cell its own text, with no outer space, no spreadsheet wrapping and no `#` in front? Nearly all filled cells are, and
 * two looks tell. False is no judgement.
 */
export function standsAsIs(cell: string): boolean {
  const first = cell.charCodeAt(0);
  const last = cell.charCodeAt(cell.length - 1);
  return first > 0x23 && first < 0x7f && first !== 0x3d && last > 0x20 && last < 0x7f;
}

/** Without outer space of any kind, zero-width characters included. By hand: a pattern is slow on long runs of spaces. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isSpace(code: number): boolean {
  if (code > 0x20 && code < 0x7f) return false;
  if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return true;
  if (code < 0xa0) return false;
  if (code < 0x1680) return code === 0xa0;
  if (code >= 0x2000)
    return code <= 0x200f || code === 0x2028 || code === 0x2029 || code === 0x202f || isRareSpace(code);
  return code === 0x1680;
}

function isRareSpace(code: number): boolean {
  return code === 0x205f || code === 0x2060 || code === 0x3000 || code === 0xfeff;
}
