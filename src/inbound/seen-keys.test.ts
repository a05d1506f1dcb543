import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeenKeys } from './seen-keys.ts';

test('a key that was there is never new, in however small a memory', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 300 }), (keys) => {
      const seen = new SeenKeys(1);
      for (const key of keys) seen.isNew(key);
      assert.ok(keys.every((key) => !seen.isNew(key)));
    }),
  );
});

test('of as many keys as were expected, hardly a new one is taken for an old one', () => {
  const seen = new SeenKeys(100_000);
  let wrong = 0;
  for (let at = 0; at < 100_000; at++) if (!seen.isNew(`+1212555${at}`)) wrong += 1;
  assert.ok(wrong < 1000, `${wrong} of 100,000`);
});
