// Rows that the caller knows: what is learnt of the file must not depend on which rows they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCsv } from './read.ts';
import { readWhole } from './read-for-test.ts';
import type { RowReading } from './types.ts';

const utf8 = (text: string) => Buffer.from(text);
const bytes = (text: string) => Buffer.from(text, 'latin1');
const someRow = fc.constantFrom(
  utf8('1,Ann,Lee'),
  utf8('2,Zoë,Müller'),
  utf8('3,José,"García, Jr."'),
  utf8('4,\ufffd,Lee'),
  bytes('5,Jos\xe9,Lee'),
  bytes('6,\xc9\x92,Lee'),
  utf8('7,Łukasz'),
  utf8(',,'),
  utf8('8,日本,Lee,more'),
);

/** In a file of these the encoding is in the balance. */
const foreignRow = fc.constantFrom(bytes('5,Jos\xe9,Lee'), bytes('6,Zo\xeb,M\xfcller'));

test('what is learnt of a file is the same whether its rows are known or not, and so is how each row is read', async () => {
  let everKnown = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.array(someRow, { minLength: 1, maxLength: 12 }), fc.array(foreignRow, { maxLength: 40 })), {
        minLength: 1,
        maxLength: 16,
      }),
      fc.constantFrom('', ...['Zoë', 'José'].map((name) => `9,${name},Lee\n`.repeat(30))),
      fc.integer({ min: 60, max: 900 }),
      fc.infiniteStream(fc.boolean()),
      async (groups, beginning, batchBytes, answers) => {
        const lines = groups.flat().flatMap((row) => [row, Buffer.from('\n')]);
        const file = Buffer.concat([Buffer.from(`ID,First,Last\n${beginning}`), ...lines]);
        const plain = await readWhole([file], { batchBytes });
        const readings = new Map(plain.rows.map((row) => [row.row, row.reading]));
        const asked: [number, RowReading][] = [];
        const reading = await readCsv(oneChunk(file), {
          batchBytes,
          isKnown(row, _line, how) {
            if (!readings.has(row)) return false;
            asked.push([row, how]);
            return answers.next().value === true;
          },
        });
        let rows = 0;
        for await (const batch of reading.batches) {
          rows += batch.rows.length + batch.known;
          everKnown += batch.known;
        }
        assert.equal(rows, plain.rows.length);
        assert.deepEqual(reading.result(), plain.result);
        for (const [row, how] of asked) assert.equal(how, readings.get(row), `row ${row}`);
      },
    ),
    { numRuns: Number(process.env.CAUSEWAY_TEST_RUNS ?? 200) },
  );
  assert.ok(everKnown > 0);
});

async function* oneChunk(file: Buffer): AsyncGenerator<Uint8Array> {
  yield file;
}
