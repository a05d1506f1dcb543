// Where rows stand in a file, what breaks off or is beyond a limit, and how a source ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from './read.ts';
import { chunksOf, readText, readWhole, rowKey, told } from './read-for-test.ts';
import { rowHasher } from './row-hash.ts';

test('places are exact: row, line and byte of each row, and of an open quote', async () => {
  const text = '\ufeffid,name\r\n1,"a\r\nb"\r\n\r\n2,é\r\n3,"x\ny\n4,"';
  const whole = await readText(text);
  assert.deepEqual(
    whole.rows.map(({ row, line, byte }) => [row, line, byte]),
    [
      [2, 2, 12],
      [4, 5, 24],
      [5, 6, 30],
    ],
  );
  const hash = rowHasher(rowKey);
  const hashOf = (row: string): string => String(hash(Buffer.from(row), 0, Buffer.byteLength(row)));
  assert.deepEqual(whole.hashes, ['1,"a\r\nb"', '2,é', '3,"x\ny\n4,"'].map(hashOf));
  assert.equal(whole.result.quoteOpened, null);
  const open = await readText(`${text}!`);
  assert.deepEqual(open.rows.at(-1)?.cells, ['3', '"x\ny\n4,"!']);
});

for (const encoding of ['utf16le', 'utf16be'] as const) {
  test(`places in ${encoding} count the bytes of the file`, async () => {
    const text = 'id,name\r\n1,"é😀\r\nb"\r\n\r\n2,漢\r\n3,"open';
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    const whole = await readWhole([encoding === 'utf16be' ? bytes.swap16() : bytes]);
    const at = (part: string): number => 2 + text.indexOf(part) * 2;
    assert.deepEqual(
      whole.rows.map(({ row, line, byte }) => [row, line, byte]),
      [
        [2, 2, at('1,')],
        [4, 5, at('2,')],
        [5, 6, at('3,')],
      ],
    );
    assert.deepEqual(whole.result.quoteOpened, { row: 5, line: 6, byte: at('"open'), column: 2 });
    assert.deepEqual(
      whole.rows.map((row) => row.cells[1]),
      ['é😀\r\nb', '漢', 'open'],
    );
  });
}

test('an open quote far from its row start is placed on its own line', async () => {
  const text = 'a,b\n"x\ny","never\nclosed\n';
  const whole = await readText(text);
  assert.deepEqual(whole.result.quoteOpened, { row: 2, line: 3, byte: text.lastIndexOf('"'), column: 2 });
  assert.equal(whole.result.endsInsideQuote, true);
});

const LAST_ROW: [string, string, boolean, boolean][] = [
  ['a last row that breaks off is short', 'a,b,c\n1,2,3\n4,5,6\n7,8', true, false],
  ['with a line end behind it, it is a short row like any other', 'a,b,c\n1,2,3\n4,5,6\n7,8\n', false, true],
  ['a whole last row without line end is not short', 'a,b,c\n1,2,3\n4,5,6', false, false],
  ['where rows are short as a rule, the last one is not', 'a,b,c\n1,2\n3,4\n5,6', false, false],
  ['the only row counts against the header', 'a,b,c\n1,2', true, false],
  ['a header that breaks off is no short row', 'a,b', false, false],
];
for (const [title, file, short, newline] of LAST_ROW) {
  test(title, async () => {
    const { result } = await readText(file);
    assert.deepEqual([result.lastRowShort, result.finalNewline], [short, newline]);
  });
}

test('a row beyond a limit is cut and told, with its true size, and reading goes on', async () => {
  const limits = { cellBytes: 10, rowBytes: 30, columns: 4 };
  const file = `a,b,c\n1,${'x'.repeat(11)},3\n2,"${'y'.repeat(8)}",3\n${'z,'.repeat(4)}z\n1234567890,1234567890,1234567890\n3,4,5\n`;
  for (const size of [1, 7, 1000]) {
    const whole = await readWhole(chunksOf(Buffer.from(file), size), { limits, batchBytes: 16 });
    assert.deepEqual(
      whole.rows.map(({ row, cells, problems }) => [row, cells, problems.map((problem) => problem.facts)]),
      [
        [2, ['1', 'x'.repeat(10), ''], [{ limit: 'cell', bytes: 15, cells: 3 }]],
        [3, ['2', 'y'.repeat(8), '3'], []],
        [4, ['z', 'z', 'z', 'z'], [{ limit: 'columns', bytes: 9, cells: 5 }]],
        [5, ['1234567890', '1234567890', '12345678'], [{ limit: 'row', bytes: 32, cells: 3 }]],
        [6, ['3', '4', '5'], []],
      ],
    );
  }
});

test('a row that is just as large as the limits is whole, wherever the file is cut', async () => {
  const limits = { cellBytes: 10, rowBytes: 21, columns: 2 };
  const file = Buffer.from('a,b\r\n0123456789,0123456789\r\n"x""4567",1\r\n1,2\r\n');
  for (let batchBytes = 1; batchBytes < 60; batchBytes++) {
    const { rows } = await readWhole([file], { limits, batchBytes });
    assert.deepEqual(
      rows.map((row) => [row.cells, row.problems.length]),
      [
        [['0123456789', '0123456789'], 0],
        [['x"4567', '1'], 0],
        [['1', '2'], 0],
      ],
    );
  }
});

test('a row that is cut keeps whole characters, and the places behind it are exact', async () => {
  const limits = { cellBytes: 10, rowBytes: 100, columns: 5 };
  const text = `a,b\n"é\r\nééééééééé\r\n",2\n3,4\n`;
  for (const size of [1, 5, 1000]) {
    const whole = await readWhole(chunksOf(Buffer.from(text), size), { limits, batchBytes: 8 });
    assert.deepEqual(
      whole.rows.map(({ row, line, byte, cells }) => [row, line, byte, cells]),
      [
        [2, 2, 4, ['é\r\néé', '']],
        [3, 5, Buffer.byteLength(text) - 4, ['3', '4']],
      ],
    );
    assert.deepEqual(told(whole), ['row-too-large @2']);
  }
});

test('a file without a header is told as one: its first row looks like data', async () => {
  const whole = await readText('S1,Ann,Lee,212-555-0143\nS2,Bob,Ray,212-555-0144\n', {
    expectedLabels: ['CRM ID', 'Phone'],
  });
  assert.equal(whole.opened.header?.looksLikeData, true);
  assert.equal(whole.opened.header?.expectedFound, 0);
});

test('leaving the batches early closes the source, and so does close()', async () => {
  for (const way of ['leave', 'close'] as const) {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('a,b\n');
        for (;;) yield Buffer.from('1,2\n'.repeat(100_000));
      } finally {
        closed = true;
      }
    }
    const reading = await readCsv(source());
    if (way === 'close') await reading.close();
    else for await (const _batch of reading.batches) break;
    assert.equal(closed, true);
    assert.throws(() => reading.result());
  }
});

test('an error of the source passes through', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(400_000, 'a,b\n');
    throw new Error('the disk is gone');
  }
  const reading = await readCsv(source());
  await assert.rejects(async () => {
    for await (const _batch of reading.batches);
  }, /the disk is gone/);
});
