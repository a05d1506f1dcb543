import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from './read.ts';
import { chunksOf, lasting, readText, readWhole, told } from './read-for-test.ts';
import type { ReadOptions } from './types.ts';

interface Case {
  title: string;
  file: string | Buffer;
  options?: ReadOptions;
  labels?: string[];
  rows?: string[][];
  numbers?: number[];
  told?: string[];
}

const CASES: Case[] = [
  {
    title: 'a plain file has its header in row 1 and its data below',
    file: 'id,name\r\n1,Ann\r\n2,Bob\r\n',
    labels: ['id', 'name'],
    rows: [
      ['1', 'Ann'],
      ['2', 'Bob'],
    ],
    numbers: [2, 3],
    told: [],
  },
  {
    title: 'no line end after the last row is normal',
    file: 'id,name\n1,Ann',
    rows: [['1', 'Ann']],
    told: [],
  },
  { title: 'a file without bytes is empty-file', file: '', rows: [], told: ['empty-file'] },
  { title: 'a byte order mark alone is empty-file', file: '\ufeff', rows: [], told: ['empty-file'] },
  { title: 'blank rows alone are empty-file', file: '\n ,\n\n', rows: [], told: ['empty-file'] },
  {
    title: 'a header alone is no-data-rows',
    file: 'id,name\n',
    labels: ['id', 'name'],
    rows: [],
    told: ['no-data-rows'],
  },
  {
    title: 'a header and blank rows is no-data-rows',
    file: 'id,name\n,\n\n',
    rows: [],
    told: ['blank-row @2', 'no-data-rows'],
  },
  {
    title: 'rows above the header are preamble-skipped and keep their row numbers',
    file: '"Report run 2026-11-01, by Registrar"\nid,first,last,phone\n1,Ann,Lee,212-555-0143\n',
    labels: ['id', 'first', 'last', 'phone'],
    rows: [['1', 'Ann', 'Lee', '212-555-0143']],
    numbers: [3],
    told: ['preamble-skipped @1'],
  },
  {
    title: 'a preamble whose comma is not quoted is still no header',
    file: 'Report run 2026-11-01, by Registrar\nid,first,last,phone\n1,Ann,Lee,212-555-0143\n',
    labels: ['id', 'first', 'last', 'phone'],
    told: ['preamble-skipped @1'],
  },
  {
    title: 'a preamble that a spreadsheet padded with delimiters is no header',
    file: 'Report,,,\n,,,\nid,first,last,phone\n1,Ann,Lee,212-555-0143\n',
    labels: ['id', 'first', 'last', 'phone'],
    numbers: [4],
    told: ['preamble-skipped @1', 'blank-row @2'],
  },
  {
    title: 'a title of three cells that a blank row sets apart is preamble',
    file: 'Roster,Fall,2026\n\nid,first,last,phone\n1,Ann,Lee,212-555-0143\n',
    labels: ['id', 'first', 'last', 'phone'],
    told: ['preamble-skipped @1', 'blank-row @2'],
  },
  {
    title: 'expected labels decide which row is the header',
    file: 'Student,Student,Contact\nCRM-ID,"first  name",Phone\n1,Ann,212-555-0143\n',
    options: { expectedLabels: ['CRM ID', 'First Name', 'Phone'] },
    labels: ['CRM-ID', 'first  name', 'Phone'],
    told: ['preamble-skipped @1'],
  },
  {
    title: 'blank rows before, within and after the data are counted once and are no rows',
    file: '\n\nid,name\n\n1,Ann\n , \n2,Bob\n\n',
    rows: [
      ['1', 'Ann'],
      ['2', 'Bob'],
    ],
    numbers: [5, 7],
    told: ['blank-row @1'],
  },
  {
    title: 'wholly blank columns are one blank-label problem',
    file: 'id,,name,\n1,,Ann,\n2,,Bob,\n',
    rows: [
      ['1', '', 'Ann', ''],
      ['2', '', 'Bob', ''],
    ],
    told: ['blank-label @1'],
  },
  {
    title: 'a column with data and without label is a blank-label of its own',
    file: 'id,,name,\n1,x,Ann,\n',
    told: ['blank-label @1', 'blank-label @1'],
  },
  {
    title: 'labels that stand twice are duplicate-label, whatever spaces are around them',
    file: 'id,name, name \n1,Ann,Lee\n',
    told: ['duplicate-label @1'],
  },
  {
    title: 'a short row is padded and told',
    file: 'id,name,city\n1,Ann\n2,Bob,Rome\n',
    rows: [
      ['1', 'Ann', ''],
      ['2', 'Bob', 'Rome'],
    ],
    told: ['column-count-mismatch short @2'],
  },
  {
    title: 'a long row with text in its extra cells keeps them and is told',
    file: 'id,name\n1,Ann,Rome\n2,Bob\n',
    rows: [
      ['1', 'Ann', 'Rome'],
      ['2', 'Bob'],
    ],
    told: ['column-count-mismatch long @2'],
  },
  {
    title: 'blank extra cells are dropped and told once for the file',
    file: 'id,name\n1,Ann,, \n2,Bob,\n3,Cy\n',
    rows: [
      ['1', 'Ann'],
      ['2', 'Bob'],
      ['3', 'Cy'],
    ],
    told: ['column-count-mismatch long-blank @2'],
  },
  {
    title: 'quotes hide delimiters, line ends and doubled quotes',
    file: 'id,note\n1,"a, ""b""\r\nc"\n2,"",\n',
    rows: [
      ['1', 'a, "b"\r\nc'],
      ['2', ''],
    ],
    numbers: [2, 3],
  },
  {
    title: 'a quote inside an unquoted cell is text',
    file: 'id,height\n1,5\'10"\n2, "x"\n',
    rows: [
      ['1', '5\'10"'],
      ['2', ' "x"'],
    ],
    told: [],
  },
  {
    title: 'text behind a closing quote is kept as it stands and told',
    file: 'id,name\n1,"Robert "Bob" Lee"\n2,"Ann"é\n3,Cy\n',
    rows: [
      ['1', '"Robert "Bob" Lee"'],
      ['2', '"Ann"é'],
      ['3', 'Cy'],
    ],
    told: ['malformed-quoting text-after-quote @2', 'malformed-quoting text-after-quote @3'],
  },
  {
    title: 'an open quote is told at the row where it opened',
    file: 'id,name\n1,Ann\n2,"Bob\n3,Cy\n4,Dee\n',
    rows: [
      ['1', 'Ann'],
      ['2', 'Bob\n3,Cy\n4,Dee\n'],
    ],
    told: ['malformed-quoting open-quote @3'],
  },
  {
    title: 'a closed quote that swallowed rows is told at the row where it opened',
    file: 'a,b,c,d\n1,2,3,4\n5,"6,7,8\n9,10,11,12\n13,14,15,16\n17,x",y,z\n',
    told: ['malformed-quoting rows-inside @3'],
  },
  {
    title: 'an address on several lines is no swallowed row',
    file: 'a,b,c,d\n1,"12 Main St, Apt 4\nSpringfield, IL",3,4\n',
    told: [],
  },
  {
    title: 'line ends of every kind may be mixed',
    file: 'id,name\r1,Ann\n2,Bob\r\n3,Cy\r\r4,Dee',
    rows: [
      ['1', 'Ann'],
      ['2', 'Bob'],
      ['3', 'Cy'],
      ['4', 'Dee'],
    ],
    numbers: [2, 3, 4, 6],
    told: ['blank-row @5'],
  },
  {
    title: 'tabs, semicolons and pipes are read and told',
    file: 'id;name\n1;"a;b"\n2;c,d\n',
    rows: [
      ['1', 'a;b'],
      ['2', 'c,d'],
    ],
    told: ['delimiter-not-comma'],
  },
  {
    title: 'U+0000 stays in its cell and is told',
    file: 'id,name\n1,A\0nn\n',
    rows: [['1', 'A\0nn']],
    told: ['bad-encoding nul @2'],
  },
  {
    title: 'UTF-8 with one damaged cell is UTF-8, and the cell is read as Windows-1252 and told',
    file: Buffer.concat([Buffer.from('id,name\n1,José\n2,Zoë\n3,'), Buffer.from([0x4a, 0xe9, 0x0a])]),
    rows: [
      ['1', 'José'],
      ['2', 'Zoë'],
      ['3', 'Jé'],
    ],
    told: ['bad-encoding mixed @4'],
  },
  {
    title: 'Windows-1252 is read without a word',
    file: Buffer.from('id,name\n1,Jos\xe9 \x80\n2,Andr\xc9\x92s\n', 'latin1'),
    rows: [
      ['1', 'José €'],
      ['2', 'AndrÉ’s'],
    ],
    told: [],
  },
  {
    title: 'bytes that Windows-1252 does not define are told',
    file: Buffer.from('id,name\n1,Jos\xe9\x81\n', 'latin1'),
    told: ['bad-encoding undefined @2'],
  },
  {
    title: 'a replacement character that is in the file is told: its text was lost before',
    file: 'id,name\n1,Jos\ufffd\n',
    told: ['bad-encoding replaced @2'],
  },
];

for (const { title, file, options, labels, rows, numbers, told: expected } of CASES) {
  test(title, async () => {
    const bytes = Buffer.from(file);
    const whole = await readWhole([bytes], options);
    if (labels !== undefined) assert.deepEqual(whole.opened.header?.labels, labels);
    if (rows !== undefined)
      assert.deepEqual(
        whole.rows.map((row) => row.cells),
        rows,
      );
    if (numbers !== undefined)
      assert.deepEqual(
        whole.rows.map((row) => row.row),
        numbers,
      );
    if (expected !== undefined) assert.deepEqual(told(whole), expected);
    const { total, preamble, blank, data } = whole.result.counts;
    assert.equal(total, preamble + blank + data + (whole.result.header === null ? 0 : 1));
    assert.equal(whole.result.totalBytes, bytes.length);
  });
}

test('every way of cutting a file in two, and into single bytes, gives the same', async () => {
  for (const { file, options } of CASES) {
    for (const bytes of [Buffer.from(file), Buffer.concat([Buffer.from('\ufeff'), Buffer.from(file)])]) {
      const expected = lasting(await readWhole([bytes], options));
      for (let at = 0; at <= bytes.length; at++) {
        const cut = await readWhole([bytes.subarray(0, at), bytes.subarray(at)], options);
        assert.deepEqual(lasting(cut), expected);
      }
      assert.deepEqual(lasting(await readWhole(chunksOf(bytes, 1), { ...options, batchBytes: 1 })), expected);
    }
  }
});

test('a Windows-1252 file whose first accent is far down is read right, and named at the end', async () => {
  const rows = 60_000;
  const file = `id,name\n${Array.from({ length: rows }, (_, row) => `${row},Ann\n`).join('')}last,Jos\xe9\n`;
  const whole = await readWhole([Buffer.from(file, 'latin1')]);
  assert.equal(whole.opened.dialect.encoding, 'utf-8');
  assert.equal(whole.result.dialect.encoding, 'windows-1252');
  assert.equal(whole.rows.at(-1)?.cells[1], 'José');
  assert.deepEqual(told(whole), []);
});

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
  assert.deepEqual(whole.raw, ['1,"a\r\nb"', '2,\xc3\xa9', '3,"x\ny\n4,"']);
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
