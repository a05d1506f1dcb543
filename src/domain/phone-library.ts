// Asks libphonenumber-js with full metadata for a number (ruling 6), and keeps it from what makes it hang or waver.
// Invariant: the same text has the same answer always, in bounded time.

import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The library's own limit; where a phone context is given it forgets it. */
const longestText = 250;

/**
 * A phone context (RFC 3966 section 5.1.5) is a number or a domain name, as the library has them. Its own patterns take
 * exponential time for `11.11.11.…` (google/libphonenumber#4070) and match every other time only, being global ones
 * (catamphetamine/libphonenumber-js#498); these match the same texts, and it never sees a context.
 */
const contextMark = ';phone-context=';
const digit = '[0-9\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]';
const numberContext = new RegExp(`^\\+[-.()]*${digit}(?:[-.()]|${digit})*$`);
const nameContext = new RegExp(`^(?:${digit}(?:-*${digit})*\\.)*[a-zA-Z]+(?:-*${digit})*\\.?$`);

/** The number as E.164 when the library calls it valid; `country` counts for numbers without a country code. */
export function parseByLibrary(text: string, country: string): string | null {
  if (text.length > longestText) return null;
  const context = text.indexOf(contextMark);
  if (context >= 0) return parseWithContext(text, context, country);
  return e164(text, isSupportedCountry(country) ? { defaultCountry: country } : {});
}

/** What the library makes of a text with a context: the number before it, whole, behind the number that is the context. */
function parseWithContext(text: string, at: number, country: string): string | null {
  const [context = ''] = text.slice(at + contextMark.length).split(';', 1);
  const isNumber = numberContext.test(context);
  if (!isNumber && !nameContext.test(context)) return null;
  const uri = text.indexOf('tel:');
  if (uri > at) return null;
  const local = text.slice(uri < 0 ? 0 : uri + 'tel:'.length, at);
  const defaults = isSupportedCountry(country) ? { defaultCountry: country } : {};
  return e164(isNumber ? context + local : local, { ...defaults, extract: false });
}

function e164(text: string, options: { defaultCountry?: CountryCode; extract?: boolean }): string | null {
  const number = parsePhoneNumberFromString(text, options);
  return number?.isValid() ? number.number : null;
}
