// Compares the scanner with csv-parse, and every way of cutting a file into chunks with every other.
// CSV_FUZZ_RUNS sets the number of random files (500), CSV_FUZZ_SEED the seed (1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { blockText, rowCells } from './cell-text.ts';
import { CellDecoder } from './decode.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { chunksOf, lasting, readWhole } from './read-for-test.ts';
import { Scanner } from './scan.ts';
import type { Delimiter, Encoding, Limits } from './types.ts';
import { writeCsv } from './write.ts';

const RUNS = { numRuns: Number(process.env.CSV_FUZZ_RUNS ?? 500), seed: Number(process.env.CSV_FUZZ_SEED ?? 1) };

interface Scanned {
  rows: { row: number; line: number; byte: number; flags: number; breaks: number; cells: string[]; large: unknown }[];
  state: unknown;
}

function scanAll(chunks: Uint8Array[], limits: Partial<Limits> = {}, batchBytes = 64): Scanned {
  const scanner = new Scanner({
    delimiter: ',',
    quote: '"',
    limits: { ...DEFAULT_LIMITS, ...limits },
    batchBytes,
    startByte: 0,
    utf16: false,
    rowKey: null,
  });
  const decoder = new CellDecoder('utf-8', true);
  const rows: Scanned['rows'] = [];
  const take = (blocks: Iterable<Parameters<typeof blockText>[0]>): void => {
    for (const block of blocks) {
      const text = blockText(block);
      for (let index = 0; index < block.rows; index++) {
        rows.push({
          row: block.firstRow + index,
          line: block.line[index] as number,
          byte: block.byte[index] as number,
          flags: block.flags[index] as number,
          breaks: block.breaks[index] as number,
          cells: rowCells(block, index, text, 0, decoder),
          large: block.tooLarge,
        });
      }
    }
  };
  for (const chunk of chunks) take(scanner.push(chunk));
  take(scanner.end());
  const { lineEnds, finalNewline, endsInsideQuote } = scanner;
  return { rows, state: { lineEnds: { ...lineEnds }, finalNewline, endsInsideQuote, rows: scanner.rows } };
}

/** Text made of what matters to a CSV reader, and more often than not well formed. */
const part = fc.constantFrom('"', '""', ',', '\n', '\r', '\r\n', 'a', 'bc', ' ', 'é', '漢', '😀', 'x'.repeat(30), '\0');
const quotedCell = fc.array(part, { maxLength: 6 }).map((parts) => `"${parts.join('').replaceAll('"', '""')}"`);
const anything = fc.array(fc.oneof(part, part, quotedCell, fc.constantFrom(',"', '",', '"\n', '\n"')), {
  maxLength: 40,
});
const csvText = anything.map((parts) => parts.join(''));

/** What csv-parse makes of it; null when it refuses (an open quote at the end). */
function oracle(text: string): string[][] | null {
  try {
    return parse(Buffer.from(text), {
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
  } catch {
    return null;
  }
}

test('rows and cells are those of csv-parse', () => {
  fc.assert(
    fc.property(csvText, (text) => {
      // csv-parse takes U+0000 behind a quote for the end of the file.
      fc.pre(!text.includes('"\0'));
      const expected = oracle(text);
      const found = scanAll([Buffer.from(text)]);
      if (expected === null) assert.equal((found.state as { endsInsideQuote: boolean }).endsInsideQuote, true);
      else
        assert.deepEqual(
          found.rows.map((row) => row.cells),
          expected,
        );
    }),
    RUNS,
  );
});

test('row, line and byte of every row are exact, and the rows with their line ends are the file', () => {
  fc.assert(
    fc.property(csvText, (text) => {
      const bytes = Buffer.from(text);
      const { rows } = scanAll([bytes]);
      rows.forEach(({ row, line, byte }, index) => {
        const before = bytes.toString('latin1', 0, byte);
        const end = rows[index + 1]?.byte ?? bytes.length;
        assert.equal(row, index + 1);
        assert.equal(line, before.split(/\r\n|\n|\r/).length);
        assert.equal(index === 0 ? byte : before.slice(-1).replace('\r', '\n'), index === 0 ? 0 : '\n');
        assert.ok(end > byte);
      });
    }),
    RUNS,
  );
});

test('limits cut single rows and leave all others as they are', () => {
  const limits = { cellBytes: 12, rowBytes: 40, columns: 5 };
  fc.assert(
    fc.property(csvText, (text) => {
      const whole = scanAll([Buffer.from(text)]);
      const cut = scanAll([Buffer.from(text)], limits);
      assert.deepEqual(cut.state, whole.state);
      cut.rows.forEach((row, index) => {
        const { cells, flags, large, ...place } = row;
        const { cells: all, flags: allFlags, large: none, ...expected } = whole.rows[index] as typeof row;
        assert.deepEqual(place, expected);
        if (large === null) assert.deepEqual([cells, flags], [all, allFlags]);
        else assert.equal(none, null);
      });
      assert.equal(cut.rows.length, whole.rows.length);
    }),
    RUNS,
  );
});

test('any bytes at all are read to their end, and every row is counted', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    csvText.map((text) => Buffer.from(text, 'utf16le')),
    csvText.map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (file, size) => {
      const whole = await readWhole(chunksOf(file, size), { batchBytes: size });
      const { total, preamble, blank, data } = whole.result.counts;
      assert.equal(total, preamble + blank + data + (whole.result.header === null ? 0 : 1));
      assert.equal(data, whole.rows.length);
      assert.equal(whole.result.totalBytes, file.length);
      assert.deepEqual(lasting(whole), lasting(await readWhole([file])));
    }),
    RUNS,
  );
});

const dialects = fc.record({
  delimiter: fc.constantFrom<Delimiter>(',', '\t', ';', '|'),
  quote: fc.constantFrom<'minimal' | 'all'>('minimal', 'all'),
  lineEnd: fc.constantFrom<'crlf' | 'lf' | 'cr'>('crlf', 'lf', 'cr'),
  encoding: fc.constantFrom<Encoding>('utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'windows-1252'),
});
const cell = fc
  .array(
    fc.constantFrom(
      '"',
      ',',
      ';',
      '|',
      '\t',
      '\n',
      '\r',
      ' ',
      'a',
      '42',
      'é',
      '€',
      '漢',
      '😀',
      '\ufeff',
      '+12125550143',
      '=1+1',
      '-5',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

test('what is written is read back, in every dialect', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 }),
      dialects,
      async (cells, options) => {
        const isWritten = (text: string): boolean => options.encoding !== 'windows-1252' || !/[漢😀\ufeff]/u.test(text);
        const rows = cells.map((row) => row.map((text) => (isWritten(text) ? text : 'x')));
        const labels = ['one', 'two', 'three'];
        const chunks: Buffer[] = [];
        for await (const chunk of writeCsv([labels, ...rows], options)) chunks.push(chunk);
        const { delimiter, encoding } = options;
        const whole = await readWhole(chunks, { expectedLabels: labels, dialect: { delimiter, encoding } });
        assert.deepEqual(
          whole.rows.map((row) => row.cells),
          rows.filter((row) => row.some((text) => text.trim() !== '')),
        );
        assert.deepEqual(whole.opened.header?.labels, labels);
      },
    ),
    RUNS,
  );
});

test('the way in which a file is cut into chunks changes nothing', () => {
  fc.assert(
    fc.property(
      csvText,
      fc.array(fc.nat(200), { maxLength: 8 }),
      fc.integer({ min: 1, max: 90 }),
      (text, cuts, batch) => {
        const bytes = Buffer.from(text);
        const limits = { cellBytes: 12, rowBytes: 40, columns: 5 };
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
        assert.deepEqual(scanAll(chunks, {}, batch), scanAll([bytes], {}, 1000));
        assert.deepEqual(scanAll(chunks, limits, batch), scanAll([bytes], limits, 1000));
      },
    ),
    RUNS,
  );
});
