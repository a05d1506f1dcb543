// Phone numbers: any usual writing to E.164, and back to what people of a country write.
// Invariant: the fast path for North America answers exactly what libphonenumber-js with full metadata answers.

import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isNanpNumber } from './nanp-plans.ts';
import { parseByLibrary } from './phone-library.ts';

/** The number as E.164 (`+12125550143`), or null when it is none. An extension is dropped. */
export type PhoneParser = (text: string) => string | null;

/** Longer texts are no usual writing of one number. */
const longestPlain = 30;
const mostDigits = 11;

const other = 10;
const between = 11;
/** What each ASCII sign is: a digit (its value), one that may stand between digits, or another. */
const signs = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return ' ()-./'.includes(String.fromCharCode(code)) ? between : other;
});
/** A digit, or a sign beyond ASCII that may be one. */
const maybeDigit = /[^\0-/:-\x7f]/;

/** The digits of the text that is being read; all of a parser's work is done before another text comes. */
const digits = new Uint8Array(mostDigits);

/** Reads phones for a country (ISO 3166 alpha-2), which counts for numbers that are written without a country code. */
export function phoneParser(country: string): PhoneParser {
  const isNanp = isSupportedCountry(country) && getCountryCallingCode(country) === '1';
  const isMainland = country === 'US' || country === 'CA';
  return (text) => {
    const { length } = text;
    if (length > longestPlain) return parseByLibrary(text, country);
    let count = 0;
    let head = 0;
    let plus = false;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      const sign = code < 0x80 ? (signs[code] as number) : isSeparator(code) ? between : other;
      if (sign === between) continue;
      if (sign === other) {
        if (code !== 0x2b || count > 0 || plus) return maybeDigit.test(text) ? parseByLibrary(text, country) : null;
        plus = true;
      } else if (count === mostDigits) return parseByLibrary(text, country);
      else {
        if (count < 8) head = head * 10 + sign;
        digits[count++] = sign;
      }
    }
    const isPlain = plus ? count === 11 : isNanp && count >= 10;
    // The first eight digits without the eighth, or without the 1 before them.
    const prefix = count === 10 ? Math.floor(head / 10) : head - 10_000_000;
    if (isPlain && prefix >= 2_000_000 && prefix < 10_000_000) {
      if (!exists(prefix, count - 10)) return null;
      return plus && length === 12 ? text : e164(count - 10);
    }
    return isNanp && !plus && isHopeless(count, isMainland) ? null : parseByLibrary(text, country);
  };
}

/** `phoneParser` for a single text. */
export function parsePhone(text: string, country: string): string | null {
  return phoneParser(country)(text);
}

/** Signs beyond ASCII that programs put between digits: the hard space, and hyphens and dashes. */
function isSeparator(code: number): boolean {
  return code === 0xa0 || (code >= 0x2010 && code <= 0x2015);
}

/**
 * Whether North American numbers exist, by their first seven digits: 0 not asked yet, 1 yes, 2 no. Six digits are not
 * enough: a few prefixes depend on the seventh. Its pages come into memory as they are used, 10 MB at most.
 */
let sevenDigits: Uint8Array | undefined;

/** Does the number of the ten digits from `start` on exist, the first seven of which are `prefix`? */
function exists(prefix: number, start: number): boolean {
  sevenDigits ??= new Uint8Array(10_000_000);
  let known = sevenDigits[prefix];
  if (known === 0) {
    known = isNanpNumber(e164(start).slice(2)) ? 1 : 2;
    sevenDigits[prefix] = known;
  }
  return known === 1;
}

/** In one call, as this is done for each row: twelve signs are made into a text at once. */
function e164(start: number): string {
  return String.fromCharCode(
    0x2b,
    0x31,
    0x30 + (digits[start] as number),
    0x30 + (digits[start + 1] as number),
    0x30 + (digits[start + 2] as number),
    0x30 + (digits[start + 3] as number),
    0x30 + (digits[start + 4] as number),
    0x30 + (digits[start + 5] as number),
    0x30 + (digits[start + 6] as number),
    0x30 + (digits[start + 7] as number),
    0x30 + (digits[start + 8] as number),
    0x30 + (digits[start + 9] as number),
  );
}

/**
 * Too few digits for any number of North America, or ten that begin with 0 or 1; and not dialled abroad with 011. Numbers
 * have ten digits and a 1 may stand before them. Those of seven begin with 3; on islands they are local ones of any kind.
 */
function isHopeless(count: number, isMainland: boolean): boolean {
  const isLocal = count === 7 && isMainland && digits[0] !== 3;
  if (count >= 7 && count !== 10 && !isLocal) return false;
  return count < 3 || digits[0] !== 0 || digits[1] !== 1 || digits[2] !== 1;
}

/** E.164 as people of `country` write it: national within the same calling code, else with the country code. */
export function showPhone(e164: string, country: string): string {
  const number = parsePhoneNumberFromString(e164);
  if (number === undefined) return e164;
  const own = isSupportedCountry(country) && getCountryCallingCode(country) === number.countryCallingCode;
  return own ? number.formatNational() : number.formatInternational();
}

/** Is this a country (ISO 3166 alpha-2) whose phones can be parsed without a country code? */
export function isPhoneCountry(country: string): boolean {
  return isSupportedCountry(country);
}
