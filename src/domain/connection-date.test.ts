// When a student connected: what is read, in which writing it is kept, and by which instant it is compared.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instantFinder, parseConnectedAt, startOfDay } from './connection-date.ts';

const texts: [given: string, kept: string | null][] = [
  ['2026-03-01', '2026-03-01'],
  ['3/1/2026', '2026-03-01'],
  ['20260301', '2026-03-01'],
  ['2026-03-01 00:00:00', '2026-03-01'],
  ['2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ['2026-03-01T15:04:05Z', '2026-03-01T15:04:05Z'],
  ['2026-03-01t15:04:05z', '2026-03-01T15:04:05Z'],
  ['2026-03-01 15:04Z', '2026-03-01T15:04:00Z'],
  ['2026-03-01T15:04:05.000Z', '2026-03-01T15:04:05Z'],
  ['2026-03-01T15:04:05.120Z', '2026-03-01T15:04:05.12Z'],
  ['2026-03-01T15:04:05,5Z', '2026-03-01T15:04:05.5Z'],
  ['2026-03-01T15:04:05-05:00', '2026-03-01T20:04:05Z'],
  ['2026-03-01T23:30:00-0500', '2026-03-02T04:30:00Z'],
  ['2026-03-01T00:30:00+02', '2026-02-28T22:30:00Z'],
  ['2024-02-29T12:00:00+00:00', '2024-02-29T12:00:00Z'],
  ['2026-02-29T12:00:00Z', null],
  ['2026-03-01T24:00:00Z', null],
  ['2026-03-01T15:60:00Z', null],
  ['2026-03-01T15:04:05', '2026-03-01T20:04:05Z'],
  ['2026-03-01 15:04', '2026-03-01T20:04:00Z'],
  ['2026-07-01 15:04:05.5', '2026-07-01T19:04:05.5Z'],
  ['3/1/2026 15:04', '2026-03-01T20:04:00Z'],
  ['3/1/2026 3:04 PM', '2026-03-01T20:04:00Z'],
  ['3/1/2026 12:04 AM', '2026-03-01T05:04:00Z'],
  ['3/1/2026 12:04 pm', '2026-03-01T17:04:00Z'],
  ['2026-03-08 02:30', '2026-03-08T07:30:00Z'],
  ['2026-11-01 01:30', '2026-11-01T05:30:00Z'],
  ['3/1/2026 13:04 PM', null],
  ['2026-03-01 24:00', null],
  ['2026-03-01 10:60', null],
  ['2026-03-01T15:04:05+25:00', null],
  ['2026-03-01T15:04:05EST', null],
  ['March 2026', null],
  ['1772377445', null],
  ['', null],
  ['2026-03-01T15:04:05.1234567890Z', null],
  [`2026-03-01${' '.repeat(10_000)}`, null],
];

describe('what is read', () => {
  for (const [given, kept] of texts)
    test(`${given.slice(0, 40) || 'nothing'} ${kept === null ? 'is refused' : `is kept as ${kept}`}`, () => {
      assert.equal(parseConnectedAt(given, 'mdy', 'America/New_York')?.text ?? null, kept);
    });
  test('what was kept is read as the same again', () => {
    for (const [, kept] of texts)
      if (kept !== null) assert.equal(parseConnectedAt(kept, 'dmy', 'Asia/Tokyo')?.text, kept);
  });
});

const days: [day: string, zone: string, start: string][] = [
  ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00Z'],
  // Clocks change at two: the day has 23 hours, and begins as ever.
  ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00Z'],
  // Clocks change at midnight: the day begins at one.
  ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00Z'],
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  // A day that never was there.
  ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
];

describe('the beginning of a day', () => {
  for (const [day, zone, start] of days)
    test(`${day} in ${zone} is ${start}`, () => assert.equal(startOfDay(day, zone), start));
  test('is found again and again, also for more days than are kept', () => {
    const find = instantFinder('UTC');
    let day = Temporal.PlainDate.from('1990-01-01');
    for (let n = 0; n < 10_500; n++, day = day.add({ days: 1 })) {
      const text = day.toString();
      assert.equal(find({ kind: 'date', text }), `${text}T00:00:00Z`);
    }
    assert.equal(find({ kind: 'instant', text: '2026-03-01T15:04:05.5Z' }), '2026-03-01T15:04:05.5Z');
  });
});
