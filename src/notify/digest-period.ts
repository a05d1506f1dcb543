// When a weekly digest is due, and which days it tells of.
// Invariant: periods follow each other without gap and overlap: one ends at the Monday at which the next one begins.

import { nextSlot } from '../domain/schedule.ts';

/** Monday 08:00 in `zone`: the first strictly after `after`. */
export function nextDigest(zone: string, after: Date): Date {
  return nextSlot({ kind: 'weekly', day: 1 }, '08:00', zone, after);
}

const day = 86_400_000;

/** `starts`: the beginnings of the days of the period, the first one the period's own; `dates` name them. */
export type DigestPeriod = { from: Date; to: Date; next: Date; dates: Temporal.PlainDate[]; starts: Date[] };

/**
 * The period of a digest that was due at `dueAt` and is sent at `now`: from a week before, to the last Monday 08:00 that is
 * over. So weeks that were missed are told of at once, and once. When the zone was changed since, `dueAt` is no Monday 08:00
 * any more; it ends the period all the same, and the next one is at least three days off.
 */
export function digestPeriod(zone: string, dueAt: Date, now: Date): DigestPeriod {
  const due = Temporal.Instant.fromEpochMilliseconds(dueAt.getTime()).toZonedDateTimeISO(zone);
  const from = new Date(due.subtract({ days: 7 }).epochMilliseconds);
  let to = dueAt;
  let next = nextDigest(zone, new Date(to.getTime() + 3 * day));
  while (next <= now) {
    to = next;
    next = nextDigest(zone, to);
  }
  return { from, to, next, ...daysOf(zone, from, to) };
}

function daysOf(zone: string, from: Date, to: Date): Pick<DigestPeriod, 'dates' | 'starts'> {
  const first = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  const dates = [first];
  const starts = [from];
  for (let date = first.add({ days: 1 }); ; date = date.add({ days: 1 })) {
    const start = new Date(date.toZonedDateTime(zone).epochMilliseconds);
    if (start >= to) return { dates, starts };
    dates.push(date);
    starts.push(start);
  }
}
