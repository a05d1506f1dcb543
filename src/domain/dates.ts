// Dates as text to ISO days, by hand: no Date object, no clock, no zone.
// Invariant: what could be two different days is refused, never guessed.

/** The order of the numbers in `3/1/2005` where no format is set (ruling 20). */
export type DateOrder = 'mdy' | 'dmy';

export function dateOrderOf(country: string): DateOrder {
  return country === 'US' ? 'mdy' : 'dmy';
}

/** A compiled date pattern. */
export type DateFormat = { pattern: string; expression: RegExp; parts: ('year' | 'month' | 'day')[] };

const months: Record<string, number> = {
  jan: 1,
  feb: 2,
  mar: 3,
  apr: 4,
  may: 5,
  jun: 6,
  jul: 7,
  aug: 8,
  sep: 9,
  sept: 9,
  oct: 10,
  nov: 11,
  dec: 12,
};
const longMonths = 'january february march april may june july august september october november december'.split(' ');
for (const [index, name] of longMonths.entries()) months[name] = index + 1;

const longestDate = 60;
const daysOfMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The day as `YYYY-MM-DD`, or null. Understands ISO 8601 (also without hyphens), the country's order with `/`, `-` or `.`,
 * and English month names (`31-MAR-2005`, `Mar 31, 2005`); a time behind it must be midnight. Years have four digits,
 * 1800 to 2199. With a format only the format counts.
 */
export function parseDate(text: string, order: DateOrder, format: DateFormat | null = null): string | null {
  if (format !== null) return parseWithFormat(text, format);
  if (text.length > longestDate) return null;
  const usual = isoDay(text) ?? yearLastDay(text, order);
  if (usual !== null) return usual;
  const day = withoutMidnight(text);
  return day === null ? null : (isoDay(day) ?? numericDay(day, order) ?? namedDay(day));
}

/** `2005-03-31` exactly; the common case, before any regular expression. */
function isoDay(text: string): string | null {
  if (text.length !== 10 || text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  return isDay(year, month, day) ? text : null;
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (daysOfMonth[month] ?? 0);
}

function isoText(year: number, month: number, day: number): string | null {
  if (!isDay(year, month, day)) return null;
  return `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}

const midnight =
  /^(.*?\d)(?:T|\s+|:)(?:0?0:00(?::00(?:[.,]0+)?)?|12:00(?::00(?:[.,]0+)?)?\s?AM)(?:\s?Z|\s?[+-]\d\d:?\d\d)?$/i;
const anyTime = /\d:\d\d/;

/** The text without a time of midnight; null when it has another time, which would depend on a zone. */
function withoutMidnight(text: string): string | null {
  if (!text.includes(':')) return text;
  const found = midnight.exec(text);
  if (found !== null) return found[1] ?? null;
  return anyTime.test(text) ? null : text;
}

const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const compact = /^(\d{4})(\d{2})(\d{2})$/;

/** `3/31/2005`, `31.3.2005`: by hand, as a million rows may have it. Null also when it is not of this form. */
function yearLastDay(text: string, order: DateOrder): string | null {
  const { length } = text;
  if (length < 8 || length > 10) return null;
  const sign = text.charCodeAt(length - 5);
  if (sign !== 0x2f && sign !== 0x2d && sign !== 0x2e) return null;
  const cut = text.charCodeAt(1) === sign ? 1 : 2;
  if (text.charCodeAt(cut) !== sign || cut + 1 === length - 5 || length - 6 - cut > 2) return null;
  const first = digits(text, 0, cut);
  const second = digits(text, cut + 1, length - 5);
  const year = digits(text, length - 4, length);
  return order === 'mdy' ? isoText(year, first, second) : isoText(year, second, first);
}

function numericDay(text: string, order: DateOrder): string | null {
  const last = yearLastDay(text, order);
  if (last !== null) return last;
  const first = yearFirst.exec(text);
  if (first !== null) return isoText(Number(first[1]), Number(first[3]), Number(first[4]));
  // Eight digits are year, month, day: read in another order they would give no month or no year of our centuries.
  const plain = compact.exec(text);
  return plain === null ? null : isoText(Number(plain[1]), Number(plain[2]), Number(plain[3]));
}

const dayNameYear = /^(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3,9})\.?[-/., ]*(\d{4})$/i;
const nameDayYear = /^([a-z]{3,9})\.?[- ]+(\d{1,2})(?:st|nd|rd|th)?(?:,|-| )\s*(\d{4})$/i;

function namedDay(text: string): string | null {
  const dayFirst = dayNameYear.exec(text);
  if (dayFirst !== null) return isoText(Number(dayFirst[3]), monthNumber(dayFirst[2]), Number(dayFirst[1]));
  const nameFirst = nameDayYear.exec(text);
  if (nameFirst === null) return null;
  return isoText(Number(nameFirst[3]), monthNumber(nameFirst[1]), Number(nameFirst[2]));
}

function monthNumber(name: string | undefined): number {
  return months[(name ?? '').toLowerCase()] ?? 0;
}

const formatParts: Record<string, { part: 'year' | 'month' | 'day'; expression: string }> = {
  YYYY: { part: 'year', expression: '(\\d{4})' },
  YY: { part: 'year', expression: '(\\d{2})' },
  MMMM: { part: 'month', expression: '([a-z]{3,9})' },
  MMM: { part: 'month', expression: '([a-z]{3,9})' },
  MM: { part: 'month', expression: '(\\d{2})' },
  M: { part: 'month', expression: '(\\d{1,2})' },
  DD: { part: 'day', expression: '(\\d{2})' },
  D: { part: 'day', expression: '(\\d{1,2})' },
};

/**
 * Compiles a pattern such as `DD.MM.YYYY`, `M/D/YY` or `DD-MMM-YYYY`; null when it does not hold year, month and day once
 * each. Two-digit years mean 1930 to 2029, always.
 */
export function dateFormat(pattern: string): DateFormat | null {
  const parts: DateFormat['parts'] = [];
  let expression = '';
  for (const [piece] of pattern.matchAll(/Y+|M+|D+|[^YMD]/g)) {
    const known = formatParts[piece];
    if (known !== undefined) {
      parts.push(known.part);
      expression += known.expression;
    } else if (/^[YMD]/.test(piece) || /[A-Za-z0-9]/.test(piece)) return null;
    else expression += piece === ' ' ? '\\s+' : `\\${piece}`;
  }
  if (parts.length !== 3 || new Set(parts).size !== 3) return null;
  return { pattern, expression: new RegExp(`^${expression}$`, 'i'), parts };
}

function parseWithFormat(text: string, format: DateFormat): string | null {
  if (text.length > longestDate) return null;
  const found = format.expression.exec(withoutMidnight(text) ?? text);
  if (found === null) return null;
  const day = { year: 0, month: 0, day: 0 };
  for (const [index, part] of format.parts.entries()) {
    const piece = found[index + 1] ?? '';
    day[part] = part === 'month' && !/^\d/.test(piece) ? monthNumber(piece) : Number(piece);
    if (part === 'year' && piece.length === 2) day.year += day.year < 30 ? 2000 : 1900;
  }
  return isoText(day.year, day.month, day.day);
}
