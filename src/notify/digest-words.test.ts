import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstitutionId } from '../domain/ids.ts';
import { digestPeriod } from './digest-period.ts';
import { digestWords } from './digest-words.ts';
import { mailBody } from './mail-body.ts';

const around = {
  institution: { id: 'x' as InstitutionId, slug: 'lakeside', name: 'Lakeside College', timeZone: 'America/New_York' },
  publicUrl: 'https://causeway.example.edu',
};
const period = digestPeriod('America/New_York', new Date('2026-11-23T13:00:00Z'), new Date('2026-11-23T13:00:20Z'));

test('the digest tells how many connections came on each day, and where they are', () => {
  const { subject, text } = mailBody(digestWords(around, period, [1, 0, 1200, 0, 0, 0, 3, 0]));
  assert.equal(subject, '1,204 new connections since Monday, November 16: Lakeside College');
  assert.match(text, /Wednesday, November 18: 1,200\n/);
  assert.match(text, /Sunday, November 22: 3\n/);
  assert.match(text, /from Monday, November 16, 2026 at 8:00 AM EST .* to Monday, November 23, 2026 at 8:00 AM EST/);
  assert.match(text, /https:\/\/causeway\.example\.edu\/i\/lakeside\/connections/);
});

test('a week without new connections is told in a short mail', () => {
  const { subject, text } = mailBody(digestWords(around, period, [0, 0, 0, 0, 0, 0, 0, 0]));
  assert.equal(subject, 'No new connections since Monday, November 16: Lakeside College');
  assert.doesNotMatch(text, /Wednesday/);
});

test('one connection is one connection', () =>
  assert.match(digestWords(around, period, [0, 1, 0, 0, 0, 0, 0, 0]).subject, /^1 new connection since/));

test('after a long time without digests the last four weeks are told by day, what was before as one number', () => {
  const long = digestPeriod('America/New_York', new Date('2026-06-01T12:00:00Z'), new Date('2026-11-23T13:00:20Z'));
  const words = digestWords(
    around,
    long,
    long.dates.map(() => 1),
  );
  assert.equal(words.facts.length, 29);
  assert.deepEqual(words.facts[0], { name: 'Before that', value: String(long.dates.length - 28) });
  assert.match(words.subject, new RegExp(`^${long.dates.length} new connections since Monday, May 25`));
});
