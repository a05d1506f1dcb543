// Line ends, row counts and encodings, held against a naive reading of the same text, whatever the chunks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FileEncoder, RowShaper } from './shape-rows.ts';

const nasty = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '€', '𝔘', '中', '\u0081') });

/**
 * Rows as PostgreSQL writes them (nothing for null, quotes where a cell needs them or is an empty text, or everywhere), and as
 * the file has them.
 */
function csvOf(rows: readonly (readonly (string | null)[])[], quoteAll: boolean) {
  const quoted = (cell: string | null, empty: string) =>
    cell === null || cell === ''
      ? quoteAll || (cell === '' && empty !== '')
        ? '""'
        : ''
      : quoteAll || /["\r\n,]/.test(cell)
        ? `"${cell.replaceAll('"', '""')}"`
        : cell;
  const text = (empty: string, lineEnd: string) =>
    rows.map((row) => row.map((cell) => quoted(cell, row.length === 1 ? '""' : empty)).join(',') + lineEnd).join('');
  return { fromServer: text('""', '\n'), file: { lf: text('', '\n'), crlf: text('', '\r\n') } };
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const options = {
  lineEnd: fc.constantFrom('crlf' as const, 'lf' as const),
  quoting: fc.constantFrom('all' as const, 'as-needed' as const),
};
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

test('row ends are changed and counted, empty texts lose their quotes, and nothing else changes, wherever the chunks are cut', async () => {
  const tables = fc.integer({ min: 1, max: 4 }).chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(fc.option(nasty), { minLength: columns, maxLength: columns }), { maxLength: 6 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(tables, fc.record(options), sizes, async ({ columns, rows }, { lineEnd, quoting }, cuts) => {
      // Alone in its row or among quoted cells, a null comes as an empty text.
      const given = rows.map((row) => (columns === 1 || quoting === 'all' ? row.map((cell) => cell ?? '') : row));
      const { fromServer, file } = csvOf(given, quoting === 'all');
      const shaper = new RowShaper({ lineEnd, quoting, delimiter: 'comma' }, columns);
      const pieces: Buffer[] = [];
      for await (const piece of shaper.shape(cut(Buffer.from(fromServer), cuts))) pieces.push(piece);
      assert.equal(Buffer.concat(pieces).toString(), file[lineEnd]);
      assert.equal(shaper.rows, rows.length);
    }),
    { numRuns: 2000 },
  );
});

test('both ways of looking for row ends give the same bytes', async () => {
  const { fromServer: text } = csvOf(
    [
      ['a\nb', '', '"'],
      ['x', 'y\r\n', 'z'],
    ],
    true,
  );
  const outcomes = await Promise.all(
    (['all', 'as-needed'] as const).map(async (quoting) => {
      const shaper = new RowShaper({ lineEnd: 'crlf', quoting, delimiter: 'comma' }, 1);
      const pieces: Buffer[] = [];
      for await (const piece of shaper.shape(cut(Buffer.from(text), [3]))) pieces.push(piece);
      return [Buffer.concat(pieces).toString(), shaper.rows];
    }),
  );
  assert.deepEqual(outcomes[0], outcomes[1]);
});

for (const broken of ['a,b', '"a\n', 'a\n"b\n', 'a,"', 'a,""'])
  test(`rows that end inside a row (${JSON.stringify(broken)}) are a bug that is seen`, async () => {
    const shaper = new RowShaper({ lineEnd: 'crlf', quoting: 'as-needed', delimiter: 'comma' }, 2);
    await assert.rejects(async () => {
      for await (const piece of shaper.shape(cut(Buffer.from(broken), [2]))) assert.ok(piece);
    }, /ended inside a row/);
  });

const decoders = {
  'utf-8': 'utf-8',
  'utf-8-bom': 'utf-8',
  'utf-16le': 'utf-16le',
  'windows-1252': 'windows-1252',
} as const;
/** What Windows-1252 holds, by the platform's own decoder. */
const windows = new Set(new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)));

for (const encoding of ['utf-8', 'utf-8-bom', 'utf-16le', 'windows-1252'] as const)
  test(`in ${encoding} the text comes back, and what it does not have is counted`, () => {
    fc.assert(
      fc.property(nasty, sizes, (text, cuts) => {
        const encoder = new FileEncoder(encoding);
        const bytes = Buffer.from(text);
        const pieces = [encoder.start()];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          pieces.push(encoder.encode(bytes.subarray(at, at + size)));
          at += size;
        }
        const characters = [...text];
        const strange = encoding === 'windows-1252' ? characters.filter((one) => !windows.has(one)).length : 0;
        const expected = characters.map((one) => (strange > 0 && !windows.has(one) ? '?' : one)).join('');
        assert.equal(new TextDecoder(decoders[encoding], { fatal: true }).decode(Buffer.concat(pieces)), expected);
        assert.equal(encoder.replaced, strange);
      }),
      { numRuns: 300 },
    );
  });

test('the byte order marks are those of the standards', () => {
  assert.deepEqual(
    (['utf-8', 'utf-8-bom', 'utf-16le', 'windows-1252'] as const).map((name) =>
      new FileEncoder(name).start().toString('hex'),
    ),
    ['', 'efbbbf', 'fffe', ''],
  );
});
