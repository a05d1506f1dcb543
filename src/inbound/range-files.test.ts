// Records by ranges on disk: all of them, in their order, whatever their sizes and however unevenly they are spread.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RangeWriter, rangeOf, takeRange } from './range-files.ts';

const root = mkdtempSync(join(tmpdir(), 'range-files-'));
after(() => rmSync(root, { recursive: true, force: true }));
const fresh = () => mkdtempSync(join(root, 'folder-'));

async function taken(folder: string, range: number, recordBytes: number, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of takeRange(folder, 'rows', range, { recordBytes, bytes })) {
    assert.equal(chunk.length % recordBytes, 0, 'records are whole');
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts);
}

test('the ranges cut the words into equal parts', () => {
  const words = [0, 0x3fffffff, 0x40000000, 0x7fffffff, -0x80000000, -1];
  assert.deepEqual(
    words.map((word) => rangeOf(word, 4)),
    [0, 0, 1, 1, 2, 3],
  );
});

test('records come back in their order, of a range with nearly all of them and of one with none', async () => {
  const folder = fresh();
  const rows = new RangeWriter(folder, 'rows', 3);
  const record = Buffer.alloc(24);
  const count = 50_000;
  for (let n = 0; n < count; n++) {
    record.writeInt32LE(n);
    rows.add(n % 1000 === 0 ? 2 : 0, record);
    if (n % 400 === 0) await rows.settle();
  }
  await rows.end();
  assert.deepEqual(rows.bytes, [49_950 * 24, 0, 50 * 24]);
  assert.deepEqual(readdirSync(folder), ['rows-0', 'rows-2']);
  assert.equal(statSync(join(folder, 'rows-0')).mode & 0o777, 0o600);
  for (const [range, bytes] of rows.bytes.entries()) {
    const all = await taken(folder, range, 24, bytes);
    const expected = Array.from({ length: count }, (_, n) => n).filter((n) => range === (n % 1000 === 0 ? 2 : 0));
    const found = Array.from({ length: all.length / 24 }, (_, at) => all.readInt32LE(at * 24));
    assert.deepEqual(found, expected);
  }
  assert.deepEqual(readdirSync(folder), [], 'what was taken is gone');
});

test('a record may be longer than a buffer', async () => {
  const folder = fresh();
  const named = new RangeWriter(folder, 'rows', 1000);
  const long = Buffer.alloc(10_000, 'x');
  for (const record of [Buffer.from('a'), long, Buffer.from('b')]) named.add(7, record);
  await named.end();
  assert.equal((await taken(folder, 7, 1, 10_002)).toString(), `a${long}b`);
});

test('files that are cut or gone are an error of their own, not that of a lost import', async () => {
  const folder = fresh();
  const rows = new RangeWriter(folder, 'rows', 2);
  rows.add(0, Buffer.alloc(24));
  rows.add(1, Buffer.alloc(24));
  await rows.end();
  truncateSync(join(folder, 'rows-0'), 12);
  await assert.rejects(taken(folder, 0, 24, 24), { message: 'a temporary file of an import is shorter than it was' });
  rmSync(folder, { recursive: true });
  const isGone = (error: Error & { code?: string }) => error.code === undefined && / are gone$/.test(error.message);
  await assert.rejects(taken(folder, 1, 24, 24), isGone);
  rows.add(1, Buffer.alloc(24));
  await assert.rejects(rows.end(), isGone);
});
