// The words of the weekly digest.
// Invariant: numbers only; nothing about a single student.

import type { DigestPeriod } from './digest-period.ts';
import type { MailWords } from './mail-body.ts';
import { pageLinks, type Surroundings, timeWords } from './surroundings.ts';

/** How many days are told one by one; what is before them is one number. */
const mostDays = 28;

/** `counts`: new connections of each day of the period. A week without any is told too: silence could mean that mail is broken. */
export function digestWords(
  around: Omit<Surroundings, 'at'>,
  period: DigestPeriod,
  counts: readonly number[],
): MailWords {
  const { institution } = around;
  const zone = institution.timeZone;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const number = new Intl.NumberFormat('en-US').format;
  const since = dayWords(period.dates[0]);
  const days = period.dates.map((date, at) => ({ name: dayWords(date), value: number(counts[at] ?? 0) }));
  const earlier = counts.slice(0, Math.max(0, days.length - mostDays)).reduce((sum, count) => sum + count, 0);
  const what = total === 0 ? 'No new connections' : `${number(total)} new connection${total === 1 ? '' : 's'}`;
  return {
    subject: `${what} since ${since}: ${institution.name}`,
    headline: `${what} since ${since}.`,
    facts: [
      ...(days.length > mostDays ? [{ name: 'Before that', value: number(earlier) }] : []),
      ...(total === 0 ? [] : days.slice(-mostDays)),
    ],
    paragraphs: [
      `These are the connections that came in from ${timeWords(period.from, zone)} to ${timeWords(period.to, zone)}.`,
    ],
    nextStep:
      total === 0
        ? 'Nothing, if none were expected. Otherwise ask whoever loads connections into Causeway.'
        : 'Nothing. The list shows them one by one.',
    link: { label: 'Open the list of connections', url: pageLinks(around).connections },
    reason: `You get this weekly digest of ${institution.name} because you were entered as a recipient. Its administrators can take you out, or switch it off, on the page Notifications.`,
  };
}

function dayWords(date: Temporal.PlainDate | undefined): string {
  return date?.toLocaleString('en-US', { weekday: 'long', month: 'long', day: 'numeric' }) ?? '';
}
