import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestPeriod, nextDigest } from './digest-period.ts';

const at = (text: string) => new Date(text);

const mondays: [name: string, zone: string, after: string, wanted: string][] = [
  ['the coming Monday', 'America/New_York', '2026-11-18T00:00:00Z', '2026-11-23T13:00:00.000Z'],
  ['a week later when it is just eight', 'America/New_York', '2026-11-23T13:00:00Z', '2026-11-30T13:00:00.000Z'],
  ['across the end of summer time', 'America/New_York', '2026-10-26T12:00:00Z', '2026-11-02T13:00:00.000Z'],
  ['across its beginning', 'America/New_York', '2027-03-08T13:00:00Z', '2027-03-15T12:00:00.000Z'],
  ['across its beginning in Europe', 'Europe/Berlin', '2027-03-22T07:00:00Z', '2027-03-29T06:00:00.000Z'],
  ['in a zone that is half an hour off', 'Asia/Kolkata', '2026-11-18T00:00:00Z', '2026-11-23T02:30:00.000Z'],
];
for (const [name, zone, after, wanted] of mondays)
  test(`the next digest is Monday 08:00 in the zone: ${name}`, () =>
    assert.equal(nextDigest(zone, at(after)).toISOString(), wanted));

const periods: [name: string, zone: string, due: string, now: string, from: string, to: string, next: string][] = [
  [
    'one week',
    'America/New_York',
    '2026-11-23T13:00:00Z',
    '2026-11-23T13:00:20Z',
    '2026-11-16T13:00:00.000Z',
    '2026-11-23T13:00:00.000Z',
    '2026-11-30T13:00:00.000Z',
  ],
  [
    'the week in which clocks go back has an hour more',
    'America/New_York',
    '2026-11-02T13:00:00Z',
    '2026-11-02T13:00:20Z',
    '2026-10-26T12:00:00.000Z',
    '2026-11-02T13:00:00.000Z',
    '2026-11-09T13:00:00.000Z',
  ],
  [
    'three missed weeks are one period',
    'America/New_York',
    '2026-11-02T13:00:00Z',
    '2026-11-18T09:00:00Z',
    '2026-10-26T12:00:00.000Z',
    '2026-11-16T13:00:00.000Z',
    '2026-11-23T13:00:00.000Z',
  ],
  [
    'after a move to a zone in the west',
    'America/Los_Angeles',
    '2026-11-23T13:00:00Z',
    '2026-11-23T13:00:20Z',
    '2026-11-16T13:00:00.000Z',
    '2026-11-23T13:00:00.000Z',
    '2026-11-30T16:00:00.000Z',
  ],
];
for (const [name, zone, due, now, from, to, next] of periods)
  test(`a digest tells of ${name}`, () => {
    const period = digestPeriod(zone, at(due), at(now));
    assert.deepEqual([period.from.toISOString(), period.to.toISOString(), period.next.toISOString()], [from, to, next]);
    assert.equal(period.dates.length, period.starts.length);
    assert.ok(period.starts.every((start, index) => index === 0 || start > (period.starts[index - 1] ?? start)));
  });

test('two digests in a row leave no moment out and count none twice, over a year with both changes of the clock', () => {
  let due = nextDigest('Europe/Berlin', at('2026-01-01T00:00:00Z'));
  for (let week = 0; week < 60; week++) {
    const period = digestPeriod('Europe/Berlin', due, new Date(due.getTime() + 20_000));
    const following = digestPeriod('Europe/Berlin', period.next, new Date(period.next.getTime() + 20_000));
    assert.deepEqual(following.from, period.to);
    due = period.next;
  }
});

test('days begin at midnight in the zone, the first one with the period', () => {
  const { dates, starts } = digestPeriod('America/New_York', at('2026-11-02T13:00:00Z'), at('2026-11-02T13:00:20Z'));
  assert.deepEqual(
    dates.map(String),
    ['26', '27', '28', '29', '30', '31'].map((day) => `2026-10-${day}`).concat('2026-11-01', '2026-11-02'),
  );
  assert.deepEqual(starts.at(-1)?.toISOString(), '2026-11-02T05:00:00.000Z');
});
