// Schedules as people choose them, and when they come next.
// Invariant: the next runs are those of the scheduler (schedule.test.ts compares both); it alone decides when something is sent.

import { offsetAt } from './time.ts';

export type Rhythm = 'hourly' | 'every-hours' | 'daily' | 'weekdays' | 'weekly' | 'monthly';

/** What the form holds: all parts, of which the rhythm uses some. `at` is HH:MM. */
export type ScheduleChoice = { rhythm: Rhythm; hours: string; weekday: string; day: string; at: string };

export const rhythms: { value: Rhythm; label: string }[] = [
  { value: 'hourly', label: 'Every hour' },
  { value: 'every-hours', label: 'Every few hours' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekdays', label: 'Monday to Friday' },
  { value: 'weekly', label: 'Every week' },
  { value: 'monthly', label: 'Every month' },
];

export const hourChoices = Array.from({ length: 11 }, (_, index) => ({
  value: String(index + 2),
  label: `Every ${index + 2} hours`,
}));

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const weekdayChoices = weekdays.map((value, index) => ({ value, label: weekdayNames[index] ?? value }));

export const dayChoices = Array.from({ length: 31 }, (_, index) => ({
  value: String(index + 1),
  label: index === 30 ? 'the last day' : `day ${index + 1}`,
}));

/** `every-6-hours` and `02:00` as the form holds them. What is unknown becomes daily. */
export function scheduleChoice(frequency: string, at: string): ScheduleChoice {
  const usual: ScheduleChoice = { rhythm: 'daily', hours: '6', weekday: 'mon', day: '1', at };
  const hours = /^every-(\d{1,2})-hours$/.exec(frequency)?.[1];
  if (hours !== undefined && hours !== '24') return { ...usual, rhythm: 'every-hours', hours };
  const [word = '', part = ''] = frequency.split(':');
  if (word === 'weekly') return { ...usual, rhythm: 'weekly', weekday: part };
  if (word === 'monthly') return { ...usual, rhythm: 'monthly', day: part };
  if (word === 'hourly' || word === 'weekdays') return { ...usual, rhythm: word };
  return usual;
}

/** As the API wants it. */
export function frequencyOf(choice: ScheduleChoice): string {
  if (choice.rhythm === 'every-hours') return `every-${choice.hours}-hours`;
  if (choice.rhythm === 'weekly') return `weekly:${choice.weekday}`;
  if (choice.rhythm === 'monthly') return `monthly:${choice.day}`;
  return choice.rhythm;
}

const dayLength = 86_400_000;
const hourLength = 3_600_000;
/** How many days ahead runs are looked for: three months and some days. */
const daysToLook = 100;

/** The next runs after an instant (milliseconds), as ISO 8601 with Z; none when the time is no time. */
export function nextRuns(choice: ScheduleChoice, zone: string, after: number, amount: number): string[] {
  const time = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(choice.at);
  if (time === null) return [];
  const at = (Number(time[1]) * 60 + Number(time[2])) * 60_000;
  const local = after + offsetAt(after, zone);
  const today = local - (((local % dayLength) + dayLength) % dayLength);
  const found: number[] = [];
  for (let index = -1; index < daysToLook && found.length < amount; index += 1) {
    const day = today + index * dayLength;
    if (!isDayOf(choice, new Date(day))) continue;
    const runs = timesOfDay(choice, at).flatMap((moment) => instantsOf(choice.rhythm === 'hourly', day + moment, zone));
    for (const run of runs.toSorted((a, b) => a - b)) if (run > after && run > (found.at(-1) ?? 0)) found.push(run);
  }
  return found.slice(0, amount).map((run) => new Date(run).toISOString());
}

function isDayOf(choice: ScheduleChoice, day: Date): boolean {
  const weekday = (day.getUTCDay() + 6) % 7;
  if (choice.rhythm === 'weekdays') return weekday < 5;
  if (choice.rhythm === 'weekly') return weekdays[weekday] === choice.weekday;
  if (choice.rhythm !== 'monthly') return true;
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  return day.getUTCDate() === Math.min(Number(choice.day), last);
}

/** Every few hours: counted from the time for 24 hours, then from it again. */
function timesOfDay(choice: ScheduleChoice, at: number): number[] {
  const step = choice.rhythm === 'hourly' ? 1 : choice.rhythm === 'every-hours' ? Number(choice.hours) : 24;
  return Array.from({ length: Math.ceil(24 / step) }, (_, index) => (at + index * step * hourLength) % dayLength);
}

/** The instants of a local time (milliseconds as if it were UTC): a time in the spring gap comes right after the gap, one that comes twice comes first. */
function instantsOf(hourly: boolean, local: number, zone: string): number[] {
  const offsets = new Set([offsetAt(local - dayLength, zone), offsetAt(local + dayLength, zone)]);
  const instants = [...offsets].map((offset) => local - offset).filter((one) => one + offsetAt(one, zone) === local);
  const [first, second] = instants.toSorted((a, b) => a - b);
  if (!hourly) return [first ?? afterGap(local, zone)];
  if (first === undefined) return [];
  return second !== undefined && second - first >= hourLength ? [first, second] : [first];
}

/** The instant at which the clock jumps over a local time. */
function afterGap(local: number, zone: string): number {
  let before = local - dayLength - offsetAt(local - dayLength, zone);
  let behind = local + dayLength - offsetAt(local + dayLength, zone);
  const offset = offsetAt(before, zone);
  while (behind - before > 1000) {
    const middle = Math.floor((before + behind) / 2000) * 1000;
    if (middle <= before || middle >= behind) break;
    if (offsetAt(middle, zone) === offset) before = middle;
    else behind = middle;
  }
  return Math.floor(behind / 1000) * 1000;
}
