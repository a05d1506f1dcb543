// How single cells become text, whatever cells came before them.
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellDecoder } from './decode.ts';

const place = { row: 2, line: 2, byte: 9, column: 1 };

function decoded(decoder: CellDecoder, cell: Buffer): string {
  const bytes = Buffer.concat([Buffer.from('"'), cell, Buffer.from(',')]);
  return decoder.decode(bytes, { text: bytes.toString('latin1'), from: 0 }, 1, 1 + cell.length, () => place);
}

test('a cell is UTF-8 when it can be and Windows-1252 when not, however often it was there before', () => {
  const piece = fc.constantFrom('é', 'ß', '’', '漢', '😀', 'a', '\ufffd').map((text) => Buffer.from(text));
  const stray = fc.constantFrom('e9', '92', 'c3', 'e2', 'f0', 'a0').map((hex) => Buffer.from(hex, 'hex'));
  const cell = fc
    .array(fc.oneof({ weight: 8, arbitrary: piece }, { weight: 1, arbitrary: stray }), { minLength: 1, maxLength: 6 })
    .map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 60 }), (cells) => {
      // With a byte order mark a file does not come to lean to Windows-1252.
      const decoder = new CellDecoder('utf-8-bom', false);
      for (const bytes of [...cells, ...cells]) {
        const encoding = isUtf8(bytes) ? 'utf-8' : 'windows-1252';
        assert.equal(decoded(decoder, bytes), new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes));
      }
      const problems = decoder.problems();
      const strange = cells.filter((bytes) => !isUtf8(bytes)).length * 2;
      const replaced = cells.filter((bytes) => isUtf8(bytes) && bytes.includes('\ufffd')).length * 2;
      const countOf = (kind: string): number => problems.find((found) => found.facts.kind === kind)?.facts.count ?? 0;
      assert.deepEqual([countOf('mixed'), countOf('replaced')], [strange, replaced]);
    }),
  );
});

test('more different cells than are remembered are all read as they stand', () => {
  const decoder = new CellDecoder('utf-8', false);
  const names = Array.from({ length: 10_000 }, (_, at) => `é${at}`);
  for (const name of [...names, ...names]) assert.equal(decoded(decoder, Buffer.from(name)), name);
});

test('a cell that was UTF-8 before is read anew once the file leans to Windows-1252', () => {
  const decoder = new CellDecoder('utf-8', false);
  const cell = Buffer.from('c992', 'hex');
  assert.equal(decoded(decoder, cell), 'ɒ');
  for (let times = 0; times < 3; times++) decoded(decoder, Buffer.from('e9', 'hex'));
  assert.equal(decoded(decoder, cell), 'É’');
});
