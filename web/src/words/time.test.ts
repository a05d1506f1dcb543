import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, fullTime, nextDay, relativeTime, startOfDay, zoneWords } from './time.ts';

const zone = 'America/New_York';
const now = Date.parse('2026-11-21T12:00:00Z');

test('times are told relative to now, and after four weeks as a date in the zone', () => {
  const cases: [string, string][] = [
    ['2026-11-21T11:59:30Z', 'just now'],
    ['2026-11-21T12:00:10Z', 'in a moment'],
    ['2026-11-21T11:58:59Z', '1 minute ago'],
    ['2026-11-21T09:00:00Z', '3 hours ago'],
    ['2026-11-20T11:00:00Z', 'yesterday'],
    ['2026-10-24T12:00:00Z', '28 days ago'],
    ['2026-10-01T02:00:00Z', 'Sep 30, 2026'],
    ['no time', 'no time'],
  ];
  for (const [at, words] of cases) assert.equal(relativeTime(at, now, zone), words);
});

test('the full time names the offset that held at that moment', () => {
  assert.match(fullTime('2026-07-01T06:03:11Z', zone), /July 1, 2026.*2:03:11.*EDT/);
  assert.match(fullTime('2026-12-01T07:03:11Z', zone), /December 1, 2026.*2:03:11.*EST/);
});

test('a calendar day begins at midnight in the zone, on the days of a clock change too', () => {
  const cases: [string, string, string][] = [
    ['2026-11-21', zone, '2026-11-21T05:00:00.000Z'],
    ['2026-03-08', zone, '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', zone, '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', zone, '2026-11-01T04:00:00.000Z'],
    ['2026-11-02', zone, '2026-11-02T05:00:00.000Z'],
    ['2026-06-01', 'Asia/Kathmandu', '2026-05-31T18:15:00.000Z'],
    ['2026-06-01', 'UTC', '2026-06-01T00:00:00.000Z'],
  ];
  for (const [day, where, instant] of cases) assert.equal(startOfDay(day, where), instant);
  assert.equal(nextDay('2026-12-31'), '2027-01-01');
});

test('durations and zones are told in words', () => {
  assert.equal(duration('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.138Z'), '138 ms');
  assert.equal(duration('2026-01-01T00:00:00Z', '2026-01-01T00:01:12Z'), '1 min 12 s');
  assert.equal(duration('2026-01-01T00:00:00Z', '2026-01-01T02:05:00Z'), '2 h 5 min');
  assert.equal(zoneWords(zone), 'New York time (America/New_York)');
  assert.equal(zoneWords('UTC'), 'UTC');
});
