// Schedules over both DST days, month ends and leap years, in zones with and without summer time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AppError } from './errors.ts';
import { momentWords, nextSlot, parseFrequency, scheduleWords } from './schedule.ts';

/** The slots after `from`, as the local clock shows them with its offset. */
function slots(frequency: string, at: string, zone: string, from: string, count: number): string[] {
  const found: string[] = [];
  let after = new Date(from);
  for (let index = 0; index < count; index++) {
    after = nextSlot(parseFrequency(frequency), at, zone, after);
    found.push(local(after, zone));
  }
  return found;
}

function local(instant: Date, zone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
  return zoned.toString({ timeZoneName: 'never', smallestUnit: 'minute' });
}

type Case = [what: string, frequency: string, at: string, zone: string, from: string, slots: string[]];

const cases: Case[] = [
  [
    'daily, spring: a time in the gap comes once, at the moment after the gap',
    'daily',
    '02:30',
    'America/New_York',
    '2026-03-07T00:00Z',
    ['2026-03-07T02:30-05:00', '2026-03-08T03:00-04:00', '2026-03-09T02:30-04:00'],
  ],
  [
    'daily, autumn: a time in the repeated hour comes the first time only',
    'daily',
    '01:30',
    'America/New_York',
    '2026-10-31T12:00Z',
    ['2026-11-01T01:30-04:00', '2026-11-02T01:30-05:00'],
  ],
  [
    'daily, autumn, asked between the two: the next day',
    'daily',
    '01:30',
    'America/New_York',
    '2026-11-01T05:45Z',
    ['2026-11-02T01:30-05:00'],
  ],
  [
    'daily in Berlin over both days',
    'daily',
    '02:00',
    'Europe/Berlin',
    '2026-03-28T12:00Z',
    ['2026-03-29T03:00+02:00', '2026-03-30T02:00+02:00'],
  ],
  [
    'daily in Berlin in autumn: 2:00 comes twice and counts once',
    'daily',
    '02:00',
    'Europe/Berlin',
    '2026-10-24T12:00Z',
    ['2026-10-25T02:00+02:00', '2026-10-26T02:00+01:00'],
  ],
  [
    'a gap of half an hour',
    'daily',
    '02:15',
    'Australia/Lord_Howe',
    '2026-10-03T00:00Z',
    ['2026-10-04T02:30+11:00', '2026-10-05T02:15+11:00'],
  ],
  [
    'half an hour that comes twice',
    'daily',
    '01:45',
    'Australia/Lord_Howe',
    '2026-04-04T00:00Z',
    ['2026-04-05T01:45+11:00', '2026-04-06T01:45+10:30'],
  ],
  [
    'a gap at midnight: the slot stays on its day',
    'daily',
    '00:30',
    'Africa/Cairo',
    '2026-04-23T12:00Z',
    ['2026-04-24T01:00+03:00', '2026-04-25T00:30+03:00'],
  ],
  [
    'a zone of 5 hours 45 minutes',
    'daily',
    '02:00',
    'Asia/Kathmandu',
    '2026-03-28T12:00Z',
    ['2026-03-29T02:00+05:45', '2026-03-30T02:00+05:45'],
  ],
  [
    'hourly in Kathmandu: the minute is the local one',
    'hourly',
    '00:10',
    'Asia/Kathmandu',
    '2026-03-28T12:00Z',
    ['2026-03-28T18:10+05:45', '2026-03-28T19:10+05:45'],
  ],
  [
    'hourly in spring: every real hour, none for the hour that is not there',
    'hourly',
    '00:15',
    'America/New_York',
    '2026-03-08T05:30Z',
    ['2026-03-08T01:15-05:00', '2026-03-08T03:15-04:00', '2026-03-08T04:15-04:00'],
  ],
  [
    'hourly in autumn: the repeated hour is an hour of its own',
    'hourly',
    '00:00',
    'America/New_York',
    '2026-11-01T04:30Z',
    ['2026-11-01T01:00-04:00', '2026-11-01T01:00-05:00', '2026-11-01T02:00-05:00'],
  ],
  [
    'hourly where the clock goes back by half an hour: not twice within the hour',
    'hourly',
    '00:45',
    'Australia/Lord_Howe',
    '2026-04-04T14:00Z',
    ['2026-04-05T01:45+11:00', '2026-04-05T02:45+10:30'],
  ],
  [
    'every 6 hours counts from the time of day',
    'every-6-hours',
    '02:30',
    'America/Phoenix',
    '2026-03-08T07:00Z',
    ['2026-03-08T02:30-07:00', '2026-03-08T08:30-07:00', '2026-03-08T14:30-07:00', '2026-03-08T20:30-07:00'],
  ],
  [
    'every 6 hours over the gap: local hours',
    'every-6-hours',
    '02:30',
    'America/New_York',
    '2026-03-08T02:00Z',
    ['2026-03-08T03:00-04:00', '2026-03-08T08:30-04:00'],
  ],
  [
    'every 5 hours begins anew at the time of day',
    'every-5-hours',
    '20:00',
    'UTC',
    '2026-05-01T15:00Z',
    ['2026-05-01T16:00+00:00', '2026-05-01T20:00+00:00', '2026-05-02T01:00+00:00', '2026-05-02T06:00+00:00'],
  ],
  ['every 24 hours is daily', 'every-24-hours', '09:00', 'UTC', '2026-05-01T09:00Z', ['2026-05-02T09:00+00:00']],
  [
    'weekdays leave out Saturday and Sunday of the zone',
    'weekdays',
    '02:00',
    'Pacific/Auckland',
    '2026-05-07T12:00Z',
    ['2026-05-08T02:00+12:00', '2026-05-11T02:00+12:00'],
  ],
  [
    'weekly',
    'weekly:sun',
    '02:30',
    'America/New_York',
    '2026-03-02T00:00Z',
    ['2026-03-08T03:00-04:00', '2026-03-15T02:30-04:00'],
  ],
  [
    'the last day of shorter months, in a year without and with a 29 February',
    'monthly:31',
    '06:00',
    'UTC',
    '2027-01-31T06:00Z',
    ['2027-02-28T06:00+00:00', '2027-03-31T06:00+00:00', '2027-04-30T06:00+00:00'],
  ],
  [
    'leap year',
    'monthly:30',
    '06:00',
    'UTC',
    '2028-02-01T00:00Z',
    ['2028-02-29T06:00+00:00', '2028-03-30T06:00+00:00'],
  ],
  ['monthly on the first', 'monthly:1', '00:00', 'Asia/Tokyo', '2026-12-31T14:59Z', ['2027-01-01T00:00+09:00']],
  ['strictly after: not the slot itself', 'daily', '02:00', 'UTC', '2026-05-01T02:00Z', ['2026-05-02T02:00+00:00']],
];

describe('the next slots', () => {
  for (const [what, frequency, at, zone, from, expected] of cases)
    test(what, () => assert.deepEqual(slots(frequency, at, zone, from, expected.length), expected));
});

const anyFrequency = fc.constantFrom(
  'hourly',
  ...Array.from({ length: 11 }, (_, index) => `every-${index + 2}-hours`),
  'daily',
  'weekdays',
  'weekly:mon',
  'weekly:sun',
  'monthly:1',
  'monthly:29',
  'monthly:31',
);
const anyZone = fc.constantFrom(
  'America/New_York',
  'America/St_Johns',
  'America/Asuncion',
  'Europe/Berlin',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'UTC',
);
const anyTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);

test('slots strictly increase, skip nothing, and a local time of a day is never a slot twice but for hourly', () => {
  const start = fc.date({ min: new Date('2009-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(anyFrequency, anyZone, anyTime, start, fc.nat(1000), (text, zone, at, from, part) => {
      const frequency = parseFrequency(text);
      const shown = new Set<string>();
      let before = from;
      for (let index = 0; index < 12; index++) {
        const slot = nextSlot(frequency, at, zone, before);
        assert.ok(slot > before);
        // Asked anywhere between two slots, the answer is the same: nothing is skipped.
        const between = new Date(before.getTime() + Math.floor((part / 1001) * (slot.getTime() - before.getTime())));
        assert.deepEqual(nextSlot(frequency, at, zone, between), slot);
        const time = local(slot, zone).slice(0, 16);
        if (frequency.kind !== 'hourly') assert.ok(!shown.has(time), `${time} came twice`);
        else if (index > 0) assert.ok(slot.getTime() - before.getTime() >= 3_600_000);
        shown.add(time);
        before = slot;
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('what is no frequency is refused with a sentence', () => {
  for (const text of [
    '',
    'every-1-hours',
    'every-13-hours',
    'weekly',
    'weekly:monday',
    'monthly:0',
    'monthly:32',
    '* * *',
  ])
    assert.throws(
      () => parseFrequency(text),
      (error) => error instanceof AppError && error.code === 'bad-frequency',
    );
  assert.deepEqual(parseFrequency(' Weekly:TUE '), { kind: 'weekly', day: 2 });
});

test('a schedule in words', () => {
  const words = (text: string, at: string) => scheduleWords(parseFrequency(text), at, 'America/New_York');
  assert.deepEqual(
    [
      words('daily', '02:00'),
      words('weekdays', '12:05'),
      words('weekly:fri', '00:00'),
      words('monthly:31', '18:30'),
      words('monthly:30', '18:30'),
      words('monthly:1', '18:30'),
      words('hourly', '02:00'),
      words('hourly', '02:15'),
      words('every-4-hours', '02:15'),
    ],
    [
      'every day at 02:00 (America/New_York)',
      'Monday to Friday at 12:05 (America/New_York)',
      'every Friday at 00:00 (America/New_York)',
      'every month on the last day at 18:30 (America/New_York)',
      'every month on day 30, or the last day of a shorter month, at 18:30 (America/New_York)',
      'every month on day 1 at 18:30 (America/New_York)',
      'every hour on the hour (America/New_York)',
      'every hour at 15 minutes past (America/New_York)',
      'every 4 hours, counted from 02:15 (America/New_York)',
    ],
  );
});

test('a moment in words names its day unless it is today in the zone', () => {
  const now = new Date('2026-05-05T03:00Z');
  assert.equal(momentWords(new Date('2026-05-05T03:30Z'), 'America/New_York', now), '23:30');
  assert.equal(momentWords(new Date('2026-05-05T06:00Z'), 'America/New_York', now), '02:00 on Tue 5 May');
});
