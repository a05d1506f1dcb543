// Phone numbers: any usual writing to E.164, and back to what people of a country write.
// Invariant: the fast path for North America answers exactly what libphonenumber-js with full metadata answers.

import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Countries where ten digits without a country code are a North American number, wherever they belong. */
const tenDigitCountries = new Set(['US', 'CA']);

/**
 * Validity of North American numbers by their first seven digits: 0 not asked yet, 1 valid, 2 not. Six digits are not
 * enough: a few prefixes depend on the seventh. Pages of it come into memory as they are used, 10 MB at most.
 */
const unknown = 0;
const valid = 1;
const invalid = 2;
let sevenDigits: Uint8Array | undefined;

/**
 * The number as E.164 (`+12125550143`), or null when it is none. `country` (ISO 3166 alpha-2) is used for numbers without
 * a country code. An extension is dropped.
 */
export function parsePhone(text: string, country: string): string | null {
  const national = nanpDigits(text, country);
  if (national === null) return parseSlowly(text, country);
  sevenDigits ??= new Uint8Array(10_000_000);
  const prefix = Number(national.slice(0, 7));
  let known = sevenDigits[prefix];
  if (known === unknown) {
    known = parseSlowly(`+1${national}`, 'US') === null ? invalid : valid;
    sevenDigits[prefix] = known;
  }
  return known === valid ? `+1${national}` : null;
}

/** What libphonenumber-js with full metadata says; the measure of `parsePhone`. */
export function parseSlowly(text: string, country: string): string | null {
  const number = isSupportedCountry(country)
    ? parsePhoneNumberFromString(text, country)
    : parsePhoneNumberFromString(text);
  return number?.isValid() ? number.number : null;
}

/**
 * The ten digits of a North American number that is written with nothing but digits and ` ( ) - .`, and perhaps one + in
 * front; null for everything else, which is no judgement.
 */
function nanpDigits(text: string, country: string): string | null {
  if (text.length > 30) return null;
  let digits = '';
  let plus = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits += text[i];
    else if (code === 0x2b && i === 0) plus = true;
    else if (code !== 0x20 && code !== 0x28 && code !== 0x29 && code !== 0x2d && code !== 0x2e) return null;
  }
  if (!plus && !tenDigitCountries.has(country)) return null;
  if (digits.length === 11 && digits[0] === '1') digits = digits.slice(1);
  else if (plus || digits.length !== 10) return null;
  return digits.charCodeAt(0) >= 0x32 ? digits : null;
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
