// The first row of each key, compared with a plain map.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RowKeys } from './row-keys.ts';

test('the first row to claim a key has it for ever', () => {
  const keys = fc.array(fc.oneof(fc.stringMatching(/^[ab0]{0,3}$/), fc.string()), { maxLength: 300 });
  fc.assert(
    fc.property(keys, (texts) => {
      const table = new RowKeys();
      const owner = new Map<string, number>();
      for (const [index, text] of texts.entries()) {
        assert.equal(table.claim(text, index + 1), owner.get(text) ?? 0);
        if (!owner.has(text)) owner.set(text, index + 1);
      }
    }),
    { numRuns: 500 },
  );
});

test('two hundred thousand ids that look alike are all told apart', () => {
  const table = new RowKeys();
  const id = (n: number) => `00${String(n).padStart(9, '0')}`;
  for (let n = 1; n <= 200_000; n++) assert.equal(table.claim(id(n), n), 0);
  for (let n = 1; n <= 200_000; n += 777) assert.equal(table.claim(id(n), 999_999), n);
});
