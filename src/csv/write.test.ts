// Bytes that are written for rows; reading them back is tested in read.fuzz.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Unencodable, WriteOptions } from './types.ts';
import { createCsvWriter, writeCsv } from './write.ts';

const ROWS: string[][] = [
  ['id', 'note'],
  ['1', 'a,"b"'],
  ['2', 'x\ny;|\t'],
  ['+12125550143', '=1+1'],
  ['', ' '],
];

const CASES: [string, WriteOptions, string[][], string | Buffer][] = [
  [
    'cells are quoted only where they must be, and never changed',
    {},
    ROWS,
    'id,note\r\n1,"a,""b"""\r\n2,"x\ny;|\t"\r\n+12125550143,=1+1\r\n, \r\n',
  ],
  ['all cells are quoted when asked', { quote: 'all', lineEnd: 'lf' }, [['a', '']], '"a",""\n'],
  ['the delimiter decides what must be quoted', { delimiter: ';', lineEnd: 'cr' }, [['a,b', 'c;d']], 'a,b;"c;d"\r'],
  ['a tab is a delimiter like others', { delimiter: '\t' }, [['a\tb', 'c']], '"a\tb"\tc\r\n'],
  ['a row of one blank cell is no blank row', {}, [[''], ['a']], '""\r\na\r\n'],
  ['a row without cells is a blank row', {}, [[]], '\r\n'],
  ['UTF-8 with a mark', { encoding: 'utf-8-bom' }, [['é']], '\ufeffé\r\n'],
  ['a first cell that begins like a mark is quoted', {}, [['\ufeffa']], '"\ufeffa"\r\n'],
  ['UTF-16LE with a mark', { encoding: 'utf-16le' }, [['é😀']], Buffer.from('\ufeffé😀\r\n', 'utf16le')],
  ['UTF-16BE with a mark', { encoding: 'utf-16be' }, [['é😀']], Buffer.from('\ufeffé😀\r\n', 'utf16le').swap16()],
  [
    'Windows-1252',
    { encoding: 'windows-1252' },
    [['José', '€ “x”']],
    Buffer.from([...Buffer.from('Jos\xe9,\x80 \x93x\x94\r\n', 'latin1')]),
  ],
];

for (const [title, options, rows, expected] of CASES) {
  test(`writing: ${title}`, () => {
    const writer = createCsvWriter(options);
    for (const row of rows) writer.add(row);
    assert.deepEqual(writer.take(), Buffer.from(expected));
    assert.deepEqual(writer.unencodable(), { count: 0, first: [] });
  });
}

test('characters that the encoding cannot hold are written as ? and told with their place', () => {
  const writer = createCsvWriter({ encoding: 'windows-1252' });
  for (const row of [
    ['a', 'b'],
    ['é漢', '😀"'],
  ])
    writer.add(row);
  writer.add(['漢', 'plain']);
  assert.equal(writer.take().toString('latin1'), 'a,b\r\n\xe9?,"?"""\r\n?,plain\r\n');
  assert.deepEqual(writer.unencodable(), {
    count: 3,
    first: [
      { row: 2, column: 1, character: '漢' },
      { row: 2, column: 2, character: '😀' },
      { row: 3, column: 1, character: '漢' },
    ],
  });
});

test('half a surrogate pair is no character in any encoding', () => {
  for (const encoding of ['utf-8', 'utf-16le', 'windows-1252'] as const) {
    const writer = createCsvWriter({ encoding });
    writer.add(['a\ud83d', 'b']);
    assert.deepEqual(writer.unencodable(), { count: 1, first: [{ row: 1, column: 1, character: '\ud83d' }] });
  }
});

test('rows are pulled only as bytes are pulled', async () => {
  let pulled = 0;
  function* rows(): Generator<string[]> {
    for (; pulled < 1_000_000; pulled++) yield ['x'.repeat(1000)];
  }
  const bytes = writeCsv(rows());
  await bytes.next();
  assert.ok(pulled < 200);
  await bytes.return();
});

test('the end is told once, with what could not be written', async () => {
  const told: Unencodable[] = [];
  for await (const _bytes of writeCsv([['漢']], { encoding: 'windows-1252' }, (found) => told.push(found)));
  assert.deepEqual(
    told.map((found) => found.count),
    [1],
  );
});
