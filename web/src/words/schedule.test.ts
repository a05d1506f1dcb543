import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSlot, parseFrequency } from '../../../src/domain/schedule.ts';
import { frequencyOf, nextRuns, scheduleChoice } from './schedule.ts';

const frequencies = [
  'hourly',
  'every-2-hours',
  'every-5-hours',
  'every-12-hours',
  'daily',
  'weekdays',
  'weekly:mon',
  'weekly:sun',
  'monthly:1',
  'monthly:29',
  'monthly:31',
];

test('a frequency goes into the form and comes out as it was', () => {
  for (const frequency of frequencies) assert.equal(frequencyOf(scheduleChoice(frequency, '02:00')), frequency);
  assert.equal(frequencyOf(scheduleChoice('every-24-hours', '02:00')), 'daily');
});

test('the next runs that the form shows are those of the scheduler, also on days on which the clock changes', () => {
  const places: [zone: string, times: string[]][] = [
    [
      'America/New_York',
      ['2026-11-20T12:00:00Z', '2026-03-07T12:00:00Z', '2026-10-31T12:00:00Z', '2026-11-01T05:30:00Z'],
    ],
    ['Europe/London', ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z']],
    ['Australia/Lord_Howe', ['2026-04-04T00:00:00Z', '2026-10-03T00:00:00Z']],
    ['America/Havana', ['2026-03-07T12:00:00Z', '2026-10-31T12:00:00Z']],
    ['Asia/Kathmandu', ['2026-01-30T12:00:00Z', '2026-12-30T23:59:59Z']],
    ['UTC', ['2026-02-27T02:00:00Z']],
  ];
  for (const [zone, starts] of places)
    for (const start of starts)
      for (const frequency of frequencies)
        for (const at of ['00:00', '00:30', '01:30', '02:00', '02:30', '23:45']) {
          const wanted: string[] = [];
          let after = new Date(start);
          for (let run = 0; run < 3; run += 1) {
            after = nextSlot(parseFrequency(frequency), at, zone, after);
            wanted.push(after.toISOString());
          }
          const shown = nextRuns(scheduleChoice(frequency, at), zone, Date.parse(start), 3);
          assert.deepEqual(shown, wanted, `${frequency} at ${at} in ${zone} after ${start}`);
        }
});

test('a time that is not whole yet has no next run', () => {
  assert.deepEqual(nextRuns(scheduleChoice('daily', ''), 'UTC', 0, 3), []);
});
