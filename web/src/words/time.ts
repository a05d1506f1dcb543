// Times in words. Instants are ISO 8601 with zone Z; zones are IANA names.
// Invariant: a full time always names its zone's offset or abbreviation.

const locale = typeof navigator !== 'undefined' && navigator.language.startsWith('en') ? navigator.language : 'en-US';
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `3 hours ago`, `yesterday`, `just now`; after four weeks the date. */
export function relativeTime(iso: string, now: number, zone: string): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (Math.abs(seconds) > 28 * 86_400) return shortDate(iso, zone);
  for (const [unit, size] of steps) {
    const amount = Math.trunc(seconds / size);
    if (amount !== 0) return relative.format(amount, unit);
  }
  return seconds > 0 ? 'in a moment' : 'just now';
}

/** `Saturday, November 21, 2026 at 2:03:11 AM EST` in the zone given. */
export function fullTime(iso: string, zone: string): string {
  return format(iso, zone, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
}

/** `Nov 21, 2:03 AM` in the zone given. */
export function shortTime(iso: string, zone: string): string {
  return format(iso, zone, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
}

/** `Saturday, November 21, 2:03 AM EST` in the zone given. */
export function dayAndTime(iso: string, zone: string): string {
  return format(iso, zone, {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
}

/** `November 21, 2026`: of a calendar day (`YYYY-MM-DD`) as it is, of an instant in the zone given. */
export function calendarDay(iso: string, zone: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  return format(iso, day ? 'UTC' : zone, { year: 'numeric', month: 'long', day: 'numeric' });
}

/** `Nov 21, 2026` in the zone given. */
function shortDate(iso: string, zone: string): string {
  return format(iso, zone, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** `1 min 12 s` between two instants. */
export function duration(from: string, to: string): string {
  const milliseconds = Math.max(0, Date.parse(to) - Date.parse(from));
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `America/New_York` → `New York time (America/New_York)`. */
export function zoneWords(zone: string): string {
  const city = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return zone.includes('/') ? `${city} time (${zone})` : zone;
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The IANA zones that this browser knows, UTC included. */
export function knownZones(): string[] {
  const zones = Intl.supportedValuesOf('timeZone');
  return zones.includes('UTC') ? zones : ['UTC', ...zones];
}

/**
 * The instant at which a calendar day (`YYYY-MM-DD`) begins in a zone, as ISO 8601 with Z.
 * Two rounds of correction, so that days on which the clock changes are right too.
 */
export function startOfDay(day: string, zone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let guess = wanted;
  for (let round = 0; round < 2; round += 1) guess = wanted - offsetAt(guess, zone);
  return new Date(guess).toISOString();
}

/** The calendar day after `YYYY-MM-DD`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Local time less UTC in milliseconds, at an instant in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(instant);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Kept, because making one takes long. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, clock);
  return clock;
}

function format(iso: string, zone: string, options: Intl.DateTimeFormatOptions): string {
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? iso : new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(instant);
}
