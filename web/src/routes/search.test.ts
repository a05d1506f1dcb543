import assert from 'node:assert/strict';
import { test } from 'node:test';
import { day, oneOf, ownAddress, parseSearch, positive, stringifySearch, text } from './search.ts';

test('an address keeps its filters as plain text, there and back', () => {
  const search = { file: '2026.csv', status: 'held', cursor: 'eyJ4IjoxfQ==', none: undefined, blank: '' };
  const written = stringifySearch(search);
  assert.deepEqual(parseSearch(written), { file: '2026.csv', status: 'held', cursor: 'eyJ4IjoxfQ==' });
  assert.equal(stringifySearch({}), '');
});

test('what cannot be a filter is left out', () => {
  const cases: [unknown, unknown][] = [
    [text(''), undefined],
    [text(7), undefined],
    [oneOf('held', ['held', 'failed']), 'held'],
    [oneOf('HELD', ['held', 'failed']), undefined],
    [day('2026-02-29'), undefined],
    [day('2026-02-28'), '2026-02-28'],
    [day('28.02.2026'), undefined],
    [positive('14'), 14],
    [positive(14), 14],
    [positive('0'), undefined],
    [positive('1.5'), undefined],
    [positive('x'), undefined],
  ];
  for (const [found, wanted] of cases) assert.equal(found, wanted);
});

test('after sign-in nobody is sent to another host', () => {
  const cases: [string | undefined, string | undefined][] = [
    ['/i/lakeside/imports?status=held', '/i/lakeside/imports?status=held'],
    ['//evil.example', undefined],
    ['/\\evil.example', undefined],
    ['https://evil.example', undefined],
    ['javascript:alert(1)', undefined],
    [undefined, undefined],
  ];
  for (const [address, wanted] of cases) assert.equal(ownAddress(address), wanted);
});
