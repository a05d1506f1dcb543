// When a cleanly closed file is nevertheless held as incomplete.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArrivalFacts, judgeArrival } from './arrival-verdict.ts';

const whole: ArrivalFacts = {
  size: 100_000,
  finalNewline: true,
  endsInsideQuote: false,
  lastRowShort: false,
  announcedSize: null,
  writtenEnd: 100_000,
  writeSize: 32_768,
  writeCount: 4,
};

const cases: [string, Partial<ArrivalFacts>, string | null][] = [
  ['nothing speaks against it', {}, null],
  ['no final newline alone is normal', { finalNewline: false }, null],
  ['an open quote', { endsInsideQuote: true }, 'open-quote'],
  ['a short last row', { lastRowShort: true }, 'short-last-row'],
  ['fewer bytes than announced', { announcedSize: 100_001 }, 'announced-size'],
  ['more bytes than announced', { announcedSize: 99_999 }, 'announced-size'],
  ['as many bytes as announced', { announcedSize: 100_000 }, null],
  ['room reserved for all, and not filled', { announcedSize: 100_000, writtenEnd: 65_536 }, 'announced-size'],
  [
    'two full writes without a final newline',
    { size: 65_536, writtenEnd: null, writeCount: 2, finalNewline: false },
    'whole-writes',
  ],
  ['two full writes with a final newline', { size: 65_536, writtenEnd: null, writeCount: 2 }, null],
  ['a small file in one write', { size: 57, writtenEnd: 57, writeSize: 57, writeCount: 1, finalNewline: false }, null],
  [
    'one full write of psftp',
    { size: 4096, writtenEnd: 4096, writeSize: 4096, writeCount: 1, finalNewline: false },
    'whole-writes',
  ],
  [
    'one full write of curl',
    { size: 30_000, writtenEnd: 30_000, writeSize: 30_000, writeCount: 1, finalNewline: false },
    'whole-writes',
  ],
  [
    'one full write of OpenSSH',
    { size: 261_120, writtenEnd: null, writeSize: 261_120, writeCount: 1, finalNewline: false },
    'whole-writes',
  ],
  ['an empty file', { size: 0, writtenEnd: 0, writeSize: null, writeCount: 0, finalNewline: null }, null],
  [
    'nothing known of the writes (a browser upload)',
    { finalNewline: false, writeSize: null, writeCount: null, writtenEnd: null },
    null,
  ],
];

for (const [title, given, why] of cases)
  test(`${title}: ${why ?? 'not held'}`, () => assert.equal(judgeArrival({ ...whole, ...given })?.why ?? null, why));

test('the verdict names the numbers that it rests on', () => {
  assert.deepEqual(judgeArrival({ ...whole, announcedSize: 5 }), {
    reason: 'incomplete',
    why: 'announced-size',
    facts: { announced: 5, received: 100_000 },
  });
});
