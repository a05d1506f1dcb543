// When a student connected: a day or an instant as text, in one writing, and the instant to compare by.
// Invariant: a day stays a day; a time without a zone is one in the institution's zone, and is kept in UTC like all others.

import { type DateOrder, parseDate } from './dates.ts';

/** `text`: `YYYY-MM-DD`, or in UTC `YYYY-MM-DDTHH:MM:SSZ` with a fraction only when it is not zero. */
export type ConnectedAt = { kind: 'date' | 'instant'; text: string };

const instant =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)$/;

/** A day in any writing of `parseDate`, and a time behind it as databases and spreadsheets write it, with 24 or 12 hours. */
const localTime = /^(\S{6,10})[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([AaPp])[Mm])?$/;

/**
 * An ISO 8601 day or instant with its zone (RFC 3339, also without seconds), or a day as the institution's country writes it,
 * with or without a time of `zone` (IANA) behind it. Midnight behind a day is what databases add to a day. A time that
 * the clocks skip counts as the one after the gap, one that they repeat as the first. Null for anything else.
 */
export function parseConnectedAt(text: string, order: DateOrder, zone: string): ConnectedAt | null {
  if (text.length > 60) return null;
  const found = instant.exec(text);
  if (found !== null) return utcInstant(found);
  const day = parseDate(text, order);
  if (day !== null) return { kind: 'date', text: day };
  const local = localTime.exec(text);
  return local === null ? null : localInstant(local, order, zone);
}

function localInstant(found: RegExpExecArray, order: DateOrder, zone: string): ConnectedAt | null {
  const [, dayText = '', hourText = '', minute = '', second = '00', fraction, half] = found;
  const day = parseDate(dayText, order);
  const hour = hourOf(Number(hourText), half?.toLowerCase());
  if (day === null || hour === null || minute > '59' || second > '59') return null;
  const part = fraction === undefined ? '' : `.${fraction}`;
  const time = `${String(hour).padStart(2, '0')}:${minute}:${second}${part}`;
  const moment = Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).toInstant();
  return { kind: 'instant', text: moment.toString() };
}

/** `half`: a or p of a 12-hour clock, on which 12 comes before 1. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

function utcInstant([, day = '', hour = '', minute = '', second = '00', fraction, offset = 'Z']: RegExpExecArray) {
  if (parseDate(day, 'mdy') === null || hour > '23' || minute > '59' || second > '60') return null;
  const part = fraction === undefined || /^0+$/.test(fraction) ? '' : `.${fraction}`;
  const local = `${day}T${hour}:${minute}:${second}${part}`;
  const isUtc = offset === 'Z' || offset === 'z';
  if (isUtc && part === '' && second < '60') return { kind: 'instant', text: `${local}Z` } as const;
  try {
    return { kind: 'instant', text: Temporal.Instant.from(local + (isUtc ? 'Z' : offset)).toString() } as const;
  } catch {
    // An offset of more than a day.
    return null;
  }
}

/** So many days are kept; loads rarely hold more. */
const mostDays = 10_000;

/** Finds the instant to compare by, as ISO text: of a day its first moment in the zone, also where clocks change at midnight. */
export function instantFinder(zone: string): (at: ConnectedAt) => string {
  const known = new Map<string, string>();
  return ({ kind, text }) => {
    if (kind === 'instant') return text;
    const found = known.get(text) ?? startOfDay(text, zone);
    if (known.size >= mostDays) known.clear();
    known.set(text, found);
    return found;
  };
}

/** The first moment of a day (`YYYY-MM-DD`) in a zone, as ISO text in UTC. */
export function startOfDay(day: string, zone: string): string {
  return Temporal.PlainDate.from(day).toZonedDateTime(zone).toInstant().toString();
}
