// The hash of rows against the published vectors of Chaskey-12.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowHasher } from './row-hash.ts';

const key = Buffer.from('33343d839f389f004fe6982339cf7a41', 'hex');

/** Of the reference implementation: the messages 00 01 02 … of so many bytes, under the key above. */
const vectors: [number, number[]][] = [
  [0, [0x43cb1f41, 0x51eba0c2, 0xff0a8ac3, 0x7ee3f642]],
  [1, [0xf9ac2067, 0x9c35a846, 0x441aad3d, 0x777b7330]],
  [4, [0x0b2b62db, 0x1e9e3f50, 0xa1b8dcad, 0xb4279ae0]],
  [15, [0x03cfb44b, 0x283c8163, 0xfca71448, 0xc40a0aea]],
  [16, [0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3]],
  [17, [0x8b5f6d5a, 0x202314f6, 0x22092368, 0x9639e606]],
  [31, [0x1d3d30b1, 0x01d74fca, 0x3b2eb54c, 0xd8cd36b4]],
  [32, [0x77962784, 0x07c647fa, 0xdd752c0f, 0xd2f5a799]],
  [33, [0xd74bb867, 0x2c0dfb3a, 0xb697e9cd, 0x5658edda]],
  [48, [0xf36e748b, 0x8f34677f, 0x1e00ba1b, 0xdd7da46d]],
  [63, [0x2dd072e1, 0x42b89efe, 0xfb26b615, 0x049aa451]],
];

const hashed = (hash: Int32Array) => Array.from(hash, (word) => word >>> 0);

for (const [length, expected] of vectors)
  test(`a row of ${length} bytes has the hash that the reference implementation gives`, () => {
    const message = Buffer.from(Array.from({ length }, (_, at) => at));
    assert.deepEqual(hashed(rowHasher(key)(message, 0, length)), expected);
  });

test('only the bytes between start and end count, wherever they lie', () => {
  const hash = rowHasher(key);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      (row, before, after) => {
        const alone = hashed(hash(Buffer.from(row), 0, row.length));
        const among = Buffer.concat([before, row, after]);
        assert.deepEqual(hashed(hash(among, before.length, before.length + row.length)), alone);
      },
    ),
  );
});

test('another key gives other hashes', () => {
  const other = Buffer.from(key);
  other.writeUInt8(other.readUInt8(15) ^ 0x80, 15);
  const row = Buffer.from('S1,Ava,Lee');
  assert.notDeepEqual(hashed(rowHasher(key)(row, 0, row.length)), hashed(rowHasher(other)(row, 0, row.length)));
});
