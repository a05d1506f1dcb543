// Sealing and keyed hashes: what opens, and what must not.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSealer, SealError } from './sealer.ts';

const key = randomBytes(32);
const sealer = createSealer(key);
const context = 'feed:one:password';

test('a sealed value opens with the same key for the same context, also from a fresh sealer', () => {
  for (const plain of ['', 'x', 'päss wörd \u{1F511}', 'long'.repeat(10_000)])
    assert.equal(createSealer(key).open(sealer.seal(plain, context), context), plain);
});

test('a sealed value opens for no other context and with no other key', () => {
  const sealed = sealer.seal('secret', context);
  assert.throws(() => sealer.open(sealed, 'feed:two:password'), SealError);
  assert.throws(() => createSealer(randomBytes(32)).open(sealed, context), SealError);
});

test('a sealed value in which any single byte was changed does not open', () => {
  const sealed = sealer.seal('secret', context);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => sealer.open(changed, context), SealError, `byte ${at}`);
  }
});

test('a sealed value that was cut short does not open', () => {
  const sealed = sealer.seal('secret', context);
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => sealer.open(sealed.subarray(0, length), context), SealError, `${length} bytes`);
});

test('the same text sealed twice gives different bytes, none of which show the text', () => {
  const once = Buffer.from(sealer.seal('a-visible-secret', context));
  const again = Buffer.from(sealer.seal('a-visible-secret', context));
  assert.notDeepEqual(once, again);
  assert.equal(once.includes('visible'), false);
});

test('a keyed hash depends on text, context, where one ends and the other begins, and the key', () => {
  const hashes = [
    sealer.mac('ab', 'c'),
    sealer.mac('b', 'ca'),
    sealer.mac('a', 'bc'),
    sealer.mac('ab', 'd'),
    createSealer(randomBytes(32)).mac('ab', 'c'),
  ].map((hash) => Buffer.from(hash).toString('hex'));
  assert.equal(new Set(hashes).size, hashes.length);
  assert.deepEqual(sealer.mac('ab', 'c'), createSealer(key).mac('ab', 'c'));
});

test('a master key of less than 32 bytes is refused', () => {
  assert.throws(() => createSealer('short'), SealError);
  assert.doesNotThrow(() => createSealer('x'.repeat(32)));
});
