// Lines of NDJSON: the same ones however the bytes are cut, each with its number, and none of them kept when it is too long.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Line, longestLine, ndjsonLines } from './ndjson-lines.ts';

async function linesOf(chunks: Iterable<Uint8Array>): Promise<Line[]> {
  const lines: Line[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const some of ndjsonLines(source())) lines.push(...some);
  return lines;
}

const whole = (text: string) => linesOf([Buffer.from(text)]);

test('blank lines are counted and not told; CRLF, LF and a missing last line end are all the same', async () => {
  assert.deepEqual(await whole('a\r\n\n  \t\nb\nc'), [
    { line: 1, text: 'a\r' },
    { line: 4, text: 'b' },
    { line: 5, text: 'c' },
  ]);
  assert.deepEqual(await whole(''), []);
  assert.deepEqual(await whole('\n\r\n'), []);
});

test('a byte order mark is no part of the first line', async () => {
  assert.deepEqual(await whole('\ufeff{}\n'), [{ line: 1, text: '{}' }]);
});

test('a line of 1 MiB is kept, one with a byte more is told by its number only', async () => {
  const most = 'x'.repeat(longestLine);
  const lines = await whole(`a\n${most}\n${most}y\nb\n${most}y`);
  assert.deepEqual(
    lines.map((line) => [line.line, 'fault' in line ? line.fault : line.text.length]),
    [
      [1, 1],
      [2, longestLine],
      [3, 'too-long'],
      [4, 1],
      [5, 'too-long'],
    ],
  );
});

test('bytes that are no UTF-8 are told; a replacement character that was sent is text', async () => {
  const bytes = Buffer.concat([Buffer.from('a\ufffd\n'), Buffer.from([0xe9, 0x0a]), Buffer.from('b\n')]);
  assert.deepEqual(await linesOf([bytes]), [
    { line: 1, text: 'a\ufffd' },
    { line: 2, fault: 'bad-encoding' },
    { line: 3, text: 'b' },
  ]);
});

test('the same lines come however the bytes are cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '🦅', '\n', '\r\n', ' ', '\ufeff'), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat({ max: 7 }), { maxLength: 40 }), async (given, cuts) => {
      const bytes = Buffer.from(given);
      const chunks: Buffer[] = [];
      let from = 0;
      for (const size of cuts) {
        chunks.push(bytes.subarray(from, from + size));
        from += size;
      }
      chunks.push(bytes.subarray(from));
      assert.deepEqual(await linesOf(chunks), await linesOf([bytes]));
    }),
  );
});
