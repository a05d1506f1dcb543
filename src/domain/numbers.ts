// Numbers as text to canonical decimal text: `1,234.50` becomes `1234.5`. No floating point, so no digit is lost.
// Invariant: `1,234` is read only where its comma can mean one thing in that country; else it is refused.

/** Countries that write a decimal point and group by commas. In all others either sign may be the decimal one. */
const pointCountries = new Set(
  'US GB IE AU NZ IN PK BD LK NP MY SG PH HK TW CN JP KR TH IL NG KE GH UG ZW TZ MX GT HN NI SV DO PR PA GU VI BS BB JM TT MT CY'.split(
    ' ',
  ),
);

const longestNumber = 60;
const plain = /^(?:\d+\.?\d*|\.\d+)$/;
const grouped = /^\d{1,3}(?:,\d{3})+$/;
const groupedByPoints = /^\d{1,3}(?:\.\d{3})+$/;
const scientific = /^[+-]?\d(?:[.,]\d+)?e[+-]?\d{1,3}$/i;

/** Scientific notation is what a spreadsheet makes of a long number: its last digits are lost. */
export function isScientific(text: string): boolean {
  return text.length < longestNumber && scientific.test(text);
}

/**
 * The number as decimal text without leading or trailing zeros, or null when it is none or could be two. Spaces,
 * apostrophes, commas or points may group thousands; currency, percent and exponents are refused.
 */
export function parseNumber(text: string, country: string): string | null {
  if (text.length > longestNumber) return null;
  const usual = usualNumber(text, country);
  if (usual !== null) return usual;
  const written = isAscii(text) ? text : text.normalize('NFKC').replaceAll('\u2212', '-').replaceAll('\u2019', "'");
  const negative = written.startsWith('-');
  const unsigned = withoutSpaceGroups(negative || written.startsWith('+') ? written.slice(1) : written);
  const decimal = unsigned === null ? null : decimalText(unsigned, pointCountries.has(country));
  if (decimal === null || !plain.test(decimal)) return null;
  return canonical(decimal, negative);
}

/** `2027`, and `3.45` or `3.50` where the point is the decimal sign: the common case, which needs little work; else null. */
function usualNumber(text: string, country: string): string | null {
  const { length } = text;
  let point = -1;
  // Behind the last digit that counts.
  let end = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e && point < 0) point = i;
    else if (code < 0x30 || code > 0x39) return null;
    else if (code > 0x30 || point < 0) end = i + 1;
  }
  const whole = point < 0 ? length : point;
  if (whole < 1 || (whole > 1 && text.charCodeAt(0) === 0x30)) return null;
  if (point === length - 1 || (point >= 0 && !pointCountries.has(country))) return null;
  return end === length ? text : text.slice(0, end);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return false;
  return true;
}

/** `1 234` and `1'234` without their marks; null when the groups are not of three digits. */
function withoutSpaceGroups(text: string): string | null {
  if (!/[ ']/.test(text)) return text;
  return /^\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/.test(text) ? text.replace(/[ ']/g, '') : null;
}

/** With a point as the decimal sign and nothing else; null when the signs make no number, or two. */
function decimalText(text: string, pointCountry: boolean): string | null {
  const comma = text.lastIndexOf(',');
  const point = text.lastIndexOf('.');
  if (comma < 0 && point < 0) return text;
  if (comma >= 0 && point >= 0) return bothSigns(text, comma, point, pointCountry);
  if (pointCountry) return point >= 0 ? text : grouped.test(text) ? text.replaceAll(',', '') : null;
  return oneSign(text, comma >= 0 ? ',' : '.');
}

function bothSigns(text: string, comma: number, point: number, pointCountry: boolean): string | null {
  if (point > comma) return grouped.test(text.slice(0, point)) ? text.replaceAll(',', '') : null;
  if (pointCountry || !groupedByPoints.test(text.slice(0, comma))) return null;
  return text.replaceAll('.', '').replace(',', '.');
}

/** Where both signs are in use: several are groups; one before three digits after one to three is refused as ambiguous. */
function oneSign(text: string, sign: ',' | '.'): string | null {
  const [whole = '', ...rest] = text.split(sign);
  if (rest.length > 1) return (sign === ',' ? grouped : groupedByPoints).test(text) ? text.replaceAll(sign, '') : null;
  const ambiguous = rest[0]?.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return ambiguous ? null : `${whole}.${rest[0] ?? ''}`;
}

function canonical(decimal: string, negative: boolean): string | null {
  const [whole = '', fraction = ''] = decimal.split('.');
  const integer = whole.replace(/^0+/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const number = rest === '' ? integer : `${integer}.${rest}`;
  return negative && number !== '0' ? `-${number}` : number;
}

/** Is canonical decimal text within bounds? Compared as a double, which is exact enough for the bounds of fields. */
export function inRange(canonicalNumber: string, range: { min: number; max: number; whole: boolean }): boolean {
  const number = doubleOf(canonicalNumber);
  return number >= range.min && number <= range.max && !(range.whole && canonicalNumber.includes('.'));
}

const powersOfTen = Array.from({ length: 16 }, (_, at) => 10 ** at);

/** What `Number` gives, sooner: with 15 digits at most both parts of the quotient are exact, so that it is rounded but once. */
function doubleOf(canonicalNumber: string): number {
  const { length } = canonicalNumber;
  if (length > 15) return Number(canonicalNumber);
  let digits = 0;
  let point = length - 1;
  for (let i = 0; i < length; i++) {
    const code = canonicalNumber.charCodeAt(i);
    if (code === 0x2e) point = i;
    else if (code === 0x2d) return Number(canonicalNumber);
    else digits = digits * 10 + (code - 0x30);
  }
  return digits / (powersOfTen[length - 1 - point] as number);
}
