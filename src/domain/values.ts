// One cell text to the canonical text of its field's type, or to what is wrong with it.
// Invariant: canonical texts of a type are equal exactly when the values are: `1`, `Y` and `yes` all become `true`.

import { dateFormat, dateOrderOf, parseDate } from './dates.ts';
import { emailAddress } from './emails.ts';
import type { Field } from './fields.ts';
import { nearestTo } from './labels.ts';
import { inRange, isScientific, parseNumber } from './numbers.ts';
import { phoneParser } from './phones.ts';

/** Why a text cannot be a value: an issue code and the facts for its words. */
export type BadValue = { code: string; facts: Record<string, unknown> };

/** Takes trimmed text that is not blank. Bad results are shared: do not change them. */
export type ValueParser = (text: string) => string | BadValue;

export type ParserOptions = { country: string; dateFormat?: string | null };

const damagedCell: BadValue = { code: 'spreadsheet-damaged-value', facts: { kind: 'error' } };
const damagedNumber: BadValue = { code: 'spreadsheet-damaged-value', facts: { kind: 'scientific' } };
const notText: BadValue = { code: 'bad-encoding', facts: { kind: 'nul' } };

/** What spreadsheets write instead of a value, English and German. */
const spreadsheetErrors =
  /^#(?:REF!|N\/A|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BUSY!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA|NV|BEZUG!|WERT!|#{2,})$/i;

/** The parser of a field, made once per column. The same text always gives the same result. */
export function valueParser(field: Field, options: ParserOptions): ValueParser {
  const parse = plainParser(field, options);
  return (text) => (text.charCodeAt(0) === 0x23 && spreadsheetErrors.test(text) ? damagedCell : parse(text));
}

/** Does the field take any text up to its length, but for U+0000 and what spreadsheets write for errors? */
export function isFreeText({ type, name }: Field): boolean {
  return type === 'text' && !['causewayId', 'crmId', 'enrollmentId', 'majors'].includes(name);
}

/** `valueParser` for texts that do not begin with `#`: one call less for each of a million cells. */
export function plainParser(field: Field, options: ParserOptions): ValueParser {
  if (field.name === 'causewayId') return parseId;
  if (field.name === 'crmId' || field.name === 'enrollmentId') return keyParser(field);
  if (field.name === 'majors') return majorsParser(field);
  switch (field.type) {
    case 'text':
      return textParser(field);
    case 'number':
      return numberParser(field, options.country);
    case 'date':
      return dateParser(options);
    case 'boolean':
      return parseBoolean;
    case 'phone':
      return phoneValueParser(options.country);
    case 'email':
      return parseEmail;
    case 'url':
      return parseUrl;
    case 'single-select':
      return selectParser(field, false);
    case 'multi-select':
      return selectParser(field, true);
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const unknownContact: BadValue = { code: 'unknown-contact-id', facts: { kind: 'form' } };

function parseId(text: string): string | BadValue {
  return uuid.test(text) ? text.toLowerCase() : unknownContact;
}

function textParser(field: Field): ValueParser {
  const limit = field.maxLength;
  return (text) => {
    if (text.length > limit) return { code: 'value-too-long', facts: { limit, length: text.length } };
    return text.includes('\0') ? notText : text;
  };
}

/** Ids are not to be trusted when a spreadsheet has made a rounded number of them; they always write `E+` and two digits. */
const roundedId = /^\d(?:[.,]\d+)?E\+\d{2,3}$/i;

/** A second sign of `.`, `,`, `E` or `e`: what a million ids are asked before the pattern. */
function mayBeRounded(text: string): boolean {
  const second = text.charCodeAt(1);
  return (second === 0x2e || second === 0x2c || second === 0x45 || second === 0x65) && text.length < 30;
}

function keyParser(field: Field): ValueParser {
  const parse = textParser(field);
  return (text) => (mayBeRounded(text) && roundedId.test(text) ? damagedNumber : parse(text));
}

function majorsParser(field: Field): ValueParser {
  const parse = textParser(field);
  return (text) => parse(text.includes(';') ? [...new Set(splitList(text))].join(';') : text);
}

function splitList(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function numberParser(field: Field, country: string): ValueParser {
  const range = field.range;
  const bad: BadValue = { code: 'invalid-number', facts: range === null ? {} : { ...range } };
  return (text) => {
    const number = parseNumber(text, country);
    if (number === null) return isScientific(text) ? damagedNumber : bad;
    return range === null || inRange(number, range) ? number : bad;
  };
}

function dateParser(options: ParserOptions): ValueParser {
  const pattern = options.dateFormat ?? null;
  const format = pattern === null ? null : dateFormat(pattern);
  const order = dateOrderOf(options.country);
  const bad: BadValue = { code: 'invalid-date', facts: { order, format: pattern } };
  return (text) => parseDate(text, order, format) ?? bad;
}

const booleans = new Map([
  ['y', 'true'],
  ['yes', 'true'],
  ['true', 'true'],
  ['1', 'true'],
  ['n', 'false'],
  ['no', 'false'],
  ['false', 'false'],
  ['0', 'false'],
]);
const notBoolean: BadValue = { code: 'invalid-boolean', facts: {} };

function parseBoolean(text: string): string | BadValue {
  if (text.length > 5) return notBoolean;
  return booleans.get(text.toLowerCase()) ?? notBoolean;
}

function phoneValueParser(country: string): ValueParser {
  const parse = phoneParser(country);
  const bad: BadValue = { code: 'invalid-phone', facts: { country } };
  return (text) => parse(text) ?? (isScientific(text) ? damagedNumber : bad);
}

const notEmail: BadValue = { code: 'invalid-email', facts: {} };

function parseEmail(text: string): string | BadValue {
  return emailAddress(text) ?? notEmail;
}

const notUrl: BadValue = { code: 'invalid-url', facts: {} };

function parseUrl(text: string): string | BadValue {
  if (text.length > 2048 || !/^https?:\/\/[^\s/?#]/i.test(text) || /[\s\0]/.test(text)) return notUrl;
  return URL.canParse(text) ? text : notUrl;
}

/** Comparisons for likeness that one column may cost in all; they take about ten microseconds each. */
const mostComparisons = 100_000;

/** Finds the option that a text comes near to; the same text costs nothing again, and beyond the bound nothing is named. */
function nearestFinder(options: readonly string[]): (text: string) => string[] {
  const found = new Map<string, string[]>();
  return (text) => {
    const known = found.get(text);
    if (known !== undefined) return known;
    if (text.length > 200 || (found.size + 1) * options.length > mostComparisons) return [];
    const near = nearestTo(text, options, 1);
    found.set(text, near);
    return near;
  };
}

/** Options are found without regard to case and get the spelling of the field; several are separated by semicolons. */
function selectParser(field: Field, several: boolean): ValueParser {
  const spelling = new Map(field.options.map((option) => [option.trim().toLowerCase(), option]));
  const find = (text: string) => spelling.get(text.toLowerCase());
  const nearest = nearestFinder(field.options);
  const unknownOption = (text: string): BadValue => ({
    code: 'unknown-option',
    facts: {
      options: field.options.slice(0, 20),
      optionCount: field.options.length,
      nearest: nearest(text),
    },
  });
  return (text) => {
    const whole = find(text);
    if (whole !== undefined) return whole;
    if (!several || text.length > field.maxLength) return unknownOption(text);
    const chosen = new Set<string>();
    for (const part of splitList(text)) {
      const option = find(part);
      if (option === undefined) return unknownOption(part);
      chosen.add(option);
    }
    return chosen.size === 0 ? unknownOption(text) : [...chosen].join(';');
  };
}
