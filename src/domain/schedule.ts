// Schedules: a frequency and a time of day in a zone, and the instants at which they come (their slots).
// Invariant: slots strictly increase, and one local occurrence gives one slot: a time that the spring gap swallows comes at
// the moment after the gap, a time that the clock shows twice comes the first time only.

import { AppError } from './errors.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** `day`: 1 (Monday) to 7 of a week; 1 to 31 of a month, where a shorter month has its last day instead. */
export type Frequency =
  | { kind: 'hourly' }
  | { kind: 'every-hours'; hours: number }
  | { kind: 'daily' }
  | { kind: 'weekdays' }
  | { kind: 'weekly'; day: number }
  | { kind: 'monthly'; day: number };

/**
 * Reads `hourly`, `every-N-hours` (N from 2 to 12, or 24, which is daily), `daily`, `weekdays`, `weekly:mon`, `monthly:1`.
 * Throws AppError `bad-frequency`.
 */
export function parseFrequency(text: string): Frequency {
  const word = text.trim().toLowerCase();
  if (word === 'hourly' || word === 'daily' || word === 'weekdays') return { kind: word };
  const hours = Number(/^every-(\d{1,2})-hours$/.exec(word)?.[1]);
  if (hours === 24) return { kind: 'daily' };
  if (hours >= 2 && hours <= 12) return { kind: 'every-hours', hours };
  const weekday = weekdays.findIndex((name) => word === `weekly:${name}`);
  if (weekday >= 0) return { kind: 'weekly', day: weekday + 1 };
  const day = Number(/^monthly:(\d{1,2})$/.exec(word)?.[1]);
  if (day >= 1 && day <= 31) return { kind: 'monthly', day };
  throw new AppError(
    'invalid',
    'bad-frequency',
    `“${text.slice(0, 40)}” is not a frequency.`,
    'Write hourly, every-2-hours to every-12-hours, daily, weekdays, weekly:mon to weekly:sun, or monthly:1 to monthly:31.',
    [{ name: 'frequency', message: 'Is not one of the frequencies.' }],
  );
}

/** How far ahead a slot can be: two months and some days. */
const daysToLook = 70;

/** The first slot strictly after `after`. `at` is HH:MM in `zone` (an IANA name). */
export function nextSlot(frequency: Frequency, at: string, zone: string, after: Date): Date {
  const start = Temporal.Instant.fromEpochMilliseconds(after.getTime());
  // From the day before, whose slots can lie after midnight where the gap begins before it.
  let day = start.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 });
  const times = timesOfDay(frequency, at);
  for (let looked = 0; looked < daysToLook; looked++, day = day.add({ days: 1 })) {
    if (!isDayOf(frequency, day)) continue;
    const slots = times.flatMap((time) => instantsOf(frequency, day.toPlainDateTime(time), zone));
    const coming = slots.filter((slot) => Temporal.Instant.compare(slot, start) > 0).sort(Temporal.Instant.compare);
    if (coming[0]) return new Date(coming[0].epochMilliseconds);
  }
  throw new Error(`a schedule without a slot: ${frequency.kind} ${at} ${zone}`);
}

function isDayOf(frequency: Frequency, day: Temporal.PlainDate): boolean {
  if (frequency.kind === 'weekdays') return day.dayOfWeek <= 5;
  if (frequency.kind === 'weekly') return day.dayOfWeek === frequency.day;
  if (frequency.kind === 'monthly') return day.day === Math.min(frequency.day, day.daysInMonth);
  return true;
}

/** The times of one local day, in no order. Every n hours: counted from `at` for 24 hours, then from `at` again. */
function timesOfDay(frequency: Frequency, at: string): Temporal.PlainTime[] {
  const time = Temporal.PlainTime.from(at);
  const step = frequency.kind === 'hourly' ? 1 : frequency.kind === 'every-hours' ? frequency.hours : 24;
  return Array.from({ length: Math.ceil(24 / step) }, (_, count) => time.add({ hours: count * step }));
}

/** The slots of one time on one day: one; or, each hour, none in a gap and two in an hour that comes twice. */
function instantsOf(frequency: Frequency, local: Temporal.PlainDateTime, zone: string): Temporal.Instant[] {
  const first = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const second = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const inGap = !first.toPlainDateTime().equals(local);
  if (frequency.kind !== 'hourly') {
    const afterGap = inGap ? first.getTimeZoneTransition('next') : null;
    return [(afterGap ?? first).toInstant()];
  }
  // Each real hour: the hour after the gap is the next one anyway, and a repeated hour is an hour of its own. Where the clock
  // goes back by less than an hour, the second time is no new hour.
  if (inGap) return [];
  const hourApart = second.epochMilliseconds - first.epochMilliseconds >= 3_600_000;
  return hourApart ? [first.toInstant(), second.toInstant()] : [first.toInstant()];
}

/** For people: `every day at 02:00 (America/New_York)`. */
export function scheduleWords(frequency: Frequency, at: string, zone: string): string {
  return `${frequencyWords(frequency, at)} (${zone})`;
}

function frequencyWords(frequency: Frequency, at: string): string {
  switch (frequency.kind) {
    case 'hourly': {
      const { minute } = Temporal.PlainTime.from(at);
      if (minute === 0) return 'every hour on the hour';
      return `every hour at ${minute} ${minute === 1 ? 'minute' : 'minutes'} past`;
    }
    case 'every-hours':
      return `every ${frequency.hours} hours, counted from ${at}`;
    case 'daily':
      return `every day at ${at}`;
    case 'weekdays':
      return `Monday to Friday at ${at}`;
    case 'weekly':
      return `every ${weekdayNames[frequency.day - 1]} at ${at}`;
    case 'monthly':
      return `every month on ${dayOfMonthWords(frequency.day)} at ${at}`;
  }
}

function dayOfMonthWords(day: number): string {
  if (day === 31) return 'the last day';
  return day > 28 ? `day ${day}, or the last day of a shorter month,` : `day ${day}`;
}

/** An instant for people in a zone: `02:00` when that is on the day of `now`, else `02:00 on Tue 5 May`. */
export function momentWords(moment: Date, zone: string, now: Date): string {
  const local = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone);
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  if (local.toPlainDate().equals(today)) return time;
  const weekday = weekdayNames[local.dayOfWeek - 1]?.slice(0, 3);
  return `${time} on ${weekday} ${local.day} ${months[local.month - 1]}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
