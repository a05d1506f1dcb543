// The eight-words-at-a-time search against one that looks at each byte, and rows against the same rows in another place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Block } from './block.ts';
import { MARK_PADDING, MarkFinder } from './find-marks.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { Scanner } from './scan.ts';

const QUOTE = 0x22;
/** Longer than any window, so that marks and what stands before them fall on both sides of an edge. */
const EDGES = [8192, 16384];

/** Marks among the first `count` bytes. */
function found(bytes: Uint8Array, count: number, delimiter: number, quote: number): Int32Array {
  const padded = Buffer.alloc(bytes.length + MARK_PADDING, '\n');
  padded.set(bytes);
  const finder = new MarkFinder(delimiter, quote);
  finder.start(padded, count);
  const marks: number[] = [];
  for (let some = finder.find(); some > 0; some = finder.find()) marks.push(...finder.marks.subarray(0, some));
  return Int32Array.from(marks.filter((mark) => (mark < 0 ? ~mark : mark) < count));
}

function oneByOne(bytes: Uint8Array, count: number, delimiter: number, quote: number): Int32Array {
  const marks: number[] = [];
  let high = false;
  bytes.subarray(0, count).forEach((byte, at) => {
    if (byte > 127) high = true;
    if (byte >= 14 && byte !== delimiter && byte !== quote) return;
    marks.push(high ? ~at : at);
    high = false;
  });
  return Int32Array.from(marks);
}

for (const delimiter of [',', '\t', ';', '|'])
  for (const quote of [QUOTE, -1])
    test(`every byte at every place of a word is marked or not, delimiter ${JSON.stringify(delimiter)}, quote ${quote}`, () => {
      const code = delimiter.charCodeAt(0);
      for (let place = 0; place < 32; place++) {
        for (const around of [0x61, 0x0d, 0x7f, 0x80, 0xff, code]) {
          const bytes = Buffer.alloc(256 * 32, around);
          for (let byte = 0; byte < 256; byte++) bytes[byte * 32 + place] = byte;
          assert.deepEqual(found(bytes, bytes.length, code, quote), oneByOne(bytes, bytes.length, code, quote));
        }
      }
    });

test('marks are those of a search byte by byte, over many windows', () => {
  const run = fc.tuple(fc.constantFrom(0x61, 0x80, 0x2c, 0x0a, 0x0d, QUOTE, 0x20), fc.oneof(fc.nat(40), fc.nat(9000)));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), fc.uint8Array({ maxLength: 80 }), (runs, last) => {
      const bytes = Buffer.concat([...runs.map(([byte, length]) => Buffer.alloc(length, byte)), last]);
      assert.deepEqual(found(bytes, bytes.length, 0x2c, QUOTE), oneByOne(bytes, bytes.length, 0x2c, QUOTE));
    }),
    { numRuns: 300 },
  );
});

test('the finder begins anew with each buffer', () => {
  const finder = new MarkFinder(0x2c, QUOTE);
  finder.start(Buffer.alloc(64, 'é'), 32);
  assert.equal(finder.find(), 0);
  finder.start(Buffer.from('a,'.padEnd(64, 'a')), 32);
  assert.equal(finder.find(), 1);
  assert.equal(finder.marks[0], 1);
});

type Row = { length: number; cells: [number, number][]; flags: number; breaks: number };

/** All rows: where each cell ends in its row, with its flags. */
function rowsOf(bytes: Uint8Array): Row[] {
  const options = { delimiter: ',', quote: '"', limits: DEFAULT_LIMITS, batchBytes: 64 << 10 } as const;
  const scanner = new Scanner({ ...options, startByte: 0, utf16: false, rowKey: null });
  const rows: Row[] = [];
  const take = (blocks: Iterable<Block>): void => {
    for (const block of blocks) {
      for (let row = 0; row < block.rows; row++) {
        const start = block.start[row] as number;
        const first = block.firstCell[row] as number;
        const ends = [...block.cellEnd.subarray(first, block.firstCell[row + 1])].map((cell) => cell - start);
        const cells = ends.map((cell, at): [number, number] => [cell, block.cellFlags[first + at] as number]);
        const length = (block.end[row] as number) - start;
        rows.push({ length, cells, flags: block.flags[row] as number, breaks: block.breaks[row] as number });
      }
    }
  };
  take(scanner.push(bytes));
  take(scanner.end());
  return rows;
}

test('a row is indexed in the same way wherever it lies', () => {
  const part = fc.constantFrom('"', '""', ',', '\n', '\r', '\r\n', ',"', '",', '"\r\n"', 'a', 'bcdef', 'é', '漢', '\0');
  const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));
  const before = fc.oneof(
    fc.nat(70),
    fc.constantFrom(...EDGES).chain((edge) => fc.integer({ min: edge - 40, max: edge + 2 })),
  );
  const filler = fc.constantFrom('x', 'é', ' ');
  fc.assert(
    fc.property(text, before, filler, (rows, length, character) => {
      const whole = Buffer.from(rows);
      const moved = Buffer.concat([Buffer.alloc(length, character), Buffer.from('\n'), whole]);
      assert.deepEqual(rowsOf(moved).slice(1), rowsOf(whole));
    }),
    { numRuns: 2000 },
  );
});
