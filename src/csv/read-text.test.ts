// The text of a file: quotes, line ends, delimiters and encodings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, readWhole, testReading, told } from './read-for-test.ts';

const CASES: Case[] = [
  {
    title: 'a preamble whose comma is not quoted is still no header',
    file: 'Report run 2026-11-01, by Registrar\nid,first,last,phone\n1,Ann,Lee,212-555-0143\n',
    labels: ['id', 'first', 'last', 'phone'],
    told: ['preamble-skipped @1'],
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
    title: 'a closed quote that joined two rows is told',
    file: 'a,b,c,d,e,f\n1,2,"3,4,5,6\n1,2,3",4,5,6\n',
    told: ['malformed-quoting rows-inside @2'],
  },
  {
    title: 'a cell of two lines with many commas in one of them is no swallowed row',
    file: 'a,b,c,d\n1,"w, x, y, z\nend",3,4\n',
    told: [],
  },
  {
    title: 'doubled quotes are halved up to the closing quote only',
    file: 'id,name\n1,"a ""b"" c" d "" e\n',
    rows: [['1', '"a "b" c" d "" e']],
    told: ['malformed-quoting text-after-quote @2'],
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
    title: 'Windows-1252 with one cell of UTF-8 is Windows-1252, and the cell is read as UTF-8 and told',
    file: Buffer.from('id,name\n1,Jos\xe9\n2,Zo\xeb\n3,Jos\xc3\xa9\n', 'latin1'),
    rows: [
      ['1', 'José'],
      ['2', 'Zoë'],
      ['3', 'José'],
    ],
    told: ['bad-encoding mixed @4'],
  },
  {
    title: 'half a character at the end of UTF-16 is told',
    file: Buffer.concat([Buffer.from('\ufeffid,name\n1,Ann', 'utf16le'), Buffer.from('x')]),
    rows: [['1', 'Ann\ufffd']],
    told: ['bad-encoding replaced @2'],
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

for (const reading of CASES) testReading(reading);

test('a Windows-1252 file whose first accent is far down is read right, and named at the end', async () => {
  const rows = 60_000;
  const file = `id,name\n${Array.from({ length: rows }, (_, row) => `${row},Ann\n`).join('')}last,Jos\xe9\n`;
  const whole = await readWhole([Buffer.from(file, 'latin1')]);
  assert.equal(whole.opened.dialect.encoding, 'utf-8');
  assert.equal(whole.result.dialect.encoding, 'windows-1252');
  assert.equal(whole.rows.at(-1)?.cells[1], 'José');
  assert.deepEqual(told(whole), []);
});
