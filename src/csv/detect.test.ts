// Dialects of files as institutions send them, and files that fool sniffers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect } from './detect.ts';
import { readText } from './read-for-test.ts';
import type { Dialect } from './types.ts';

function utf16(text: string, big = false): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
}

const ROSTER = 'id,first,last,phone\r\n1,José,Lee,212-555-0143\r\n2,Zoë,Ray,212-555-0144\r\n';
const many = (row: string, count: number): string => row.repeat(count);

const DIALECTS: [string, string | Buffer, Partial<Dialect>, string[]?][] = [
  [
    'ASCII is utf-8',
    'id,name\n1,Ann\n',
    { encoding: 'utf-8', delimiter: ',', quote: null, lineEnd: 'lf', headerRow: 1 },
  ],
  ['UTF-8 without a mark', ROSTER, { encoding: 'utf-8', lineEnd: 'crlf' }],
  ['UTF-8 with a mark', `\ufeff${ROSTER}`, { encoding: 'utf-8-bom' }],
  ['Windows-1252', Buffer.from(ROSTER, 'latin1'), { encoding: 'windows-1252' }],
  ['UTF-16LE with a mark', utf16(`\ufeff${ROSTER}`), { encoding: 'utf-16le', delimiter: ',', lineEnd: 'crlf' }],
  ['UTF-16BE with a mark', utf16(`\ufeff${ROSTER}`, true), { encoding: 'utf-16be', delimiter: ',', lineEnd: 'crlf' }],
  ['UTF-16LE without a mark', utf16(ROSTER), { encoding: 'utf-16le', delimiter: ',' }],
  ['UTF-16BE without a mark', utf16(ROSTER, true), { encoding: 'utf-16be', delimiter: ',' }],
  ['UTF-16LE with tabs, as a spreadsheet saves Unicode text', utf16('\ufeffid\tname\r\n1\tA\r\n'), { delimiter: '\t' }],
  ['zeros at the end are not UTF-16', Buffer.concat([Buffer.from(ROSTER), Buffer.alloc(4000)]), { encoding: 'utf-8' }],
  ['UTF-8 with one damaged byte', Buffer.concat([Buffer.from(ROSTER), Buffer.from([0xe9, 10])]), { encoding: 'utf-8' }],
  ['tabs', 'id\tcity\n1\tRome, IT\n2\tBern, CH\n', { delimiter: '\t' }],
  ['pipes', 'id|first|last\n1|a|b\n', { delimiter: '|' }],
  ['semicolons although every data row has commas', 'id;net;gross\n1;1,5;2,5\n2;3,5;4,5\n', { delimiter: ';' }],
  [
    'commas although every data row has semicolons',
    'id,name,majors\n1,Ann,Art;Law\n2,Bob,Law;Art\n',
    { delimiter: ',' },
  ],
  ['commas in quotes do not count', 'id;name\n1;"a,b,c,d"\n2;"a,b,c,d"\n', { delimiter: ';', quote: '"' }],
  ['line ends in quotes do not count', 'id,name\n1,"a\r\nb"\n2,c\n', { lineEnd: 'lf', quote: '"' }],
  ['carriage returns', 'id,name\r1,Ann\r', { lineEnd: 'cr' }],
  ['mixed line ends', 'id,name\r\n1,Ann\n', { lineEnd: 'mixed' }],
  ['one column is comma', 'email\na@b.edu\nc@d.edu\n', { delimiter: ',', headerRow: 1 }],
  ['one column with a semicolon somewhere is comma', 'c0\nv0\na;b\n', { delimiter: ',', headerRow: 1 }],
  [
    'one column of names with commas has its header in row 1',
    'Name\nLee\nRay\nDoe, John\n',
    { delimiter: ',', headerRow: 1 },
  ],
  ['a title line of many commas', 'Export, by A, B, C, D\nid;a;b\n1;2;3\n4;5;6\n', { delimiter: ';', headerRow: 2 }],
  [
    'ten title lines above three rows',
    `${many('About this file\n', 10)}id;a;b\n1;x;y\n2;x;y\n`,
    { delimiter: ';', headerRow: 11 },
  ],
  ['a header in row 50', `${many('note\n', 49)}id,a,b,c\n1,x,y,z\n2,x,y,z\n3,x,y,z\n`, { headerRow: 50 }],
  ['sixty blank rows above', `${many('\n', 60)}id,name\n1,Ann\n`, { headerRow: 61 }],
  ['a header of fewer labels than the body has cells', 'id,name\n1,Ann,x\n2,Bob,y\n', { headerRow: 1 }],
  ['rows that widen later', `a,b\n${many('1,2\n', 5)}${many('1,2,3\n', 500)}`, { headerRow: 1, delimiter: ',' }],
  ['spare columns at the right of every row', `id,a,b,c${many(',', 40)}\n1,2,3,4${many(',', 40)}\n`, { headerRow: 1 }],
  ['groups above the labels', 'Student,,,Contact,\nid,first,last,phone,email\n1,A,B,2,c\n', { headerRow: 2 }],
  [
    'expected labels outweigh a full row above',
    'a,b,c\nx,y,z\nCRM ID,Name,Phone\n1,2,3\n',
    { headerRow: 3 },
    ['crm_id', 'PHONE'],
  ],
  [
    'expected labels decide the delimiter',
    'CRM ID;Phone, mobile;x\n1;2;3\n',
    { delimiter: ';' },
    ['CRM ID', 'Phone, mobile'],
  ],
  [
    'one expected label of many is no proof',
    'Phone list\nid,name,x\n1,2,3\n',
    { headerRow: 2 },
    ['Phone list', 'CRM ID'],
  ],
  ['a stray quote that swallows the sample does not hide it', `"id;name\n${many('2;y\n', 60_000)}`, { delimiter: ';' }],
  [
    'a title above records without a header',
    'Roster\nS1,Ann,Lee,212-555-0143\nS2,Bob,Ray,212-555-0144\n',
    { headerRow: 1 },
  ],
  [
    'expected labels outweigh evenness',
    `CRM ID;Phone\n${many('1,a,b;2\n', 5)}`,
    { delimiter: ';' },
    ['CRM ID', 'Phone'],
  ],
  ['a title above rows of few filled cells', 'Roster\na,b,c,d,e,f,g\n1,,,,,,\n2,x,,,,,\n', { headerRow: 2 }],
  ['a title above a header without rows', 'Roster\nid,first,last,phone\n', { headerRow: 2 }],
  ['semicolons although header and rows have one comma each', 'id;last, first;x\n1;Lee, A;y\n', { delimiter: ';' }],
  ['nothing', '', { encoding: 'utf-8', delimiter: ',', quote: null, headerRow: 0 }],
];

for (const [title, file, expected, expectedLabels] of DIALECTS) {
  test(`dialect: ${title}`, () => {
    const { dialect } = detect(Buffer.from(file), { whole: true, expectedLabels });
    assert.deepEqual({ ...dialect, ...expected }, dialect);
  });
}

test('what is pinned is not guessed', () => {
  const pinned: Dialect = { encoding: 'windows-1252', delimiter: '|', quote: null, lineEnd: 'cr', headerRow: 7 };
  assert.deepEqual(detect(Buffer.from(ROSTER), { whole: true, dialect: pinned }).dialect, pinned);
});

test('a character that the sample cuts in two does not make a file Windows-1252', () => {
  const bytes = Buffer.concat([Buffer.alloc(256 * 1024 - 1, 'a,b\n'), Buffer.from('é\n')]);
  assert.equal(detect(bytes, { whole: false }).dialect.encoding, 'utf-8');
});

const SIGNATURES: [string, number[], string | null][] = [
  ['a spreadsheet (.xlsx)', [0x50, 0x4b, 3, 4, 20, 0], 'zip'],
  ['an old spreadsheet (.xls)', [0xd0, 0xcf, 0x11, 0xe0, 0xa1], 'ole'],
  ['gzip', [0x1f, 0x8b, 8, 0], 'gzip'],
  ['PDF', [...Buffer.from('%PDF-1.7')], 'pdf'],
  ['an OpenPGP message', [...Buffer.from('-----BEGIN PGP MESSAGE-----')], 'pgp'],
  ['a text that begins with PK', [...Buffer.from('PK,name\n')], null],
];
for (const [title, bytes, signature] of SIGNATURES) {
  test(`first bytes: ${title}`, () => {
    assert.equal(detect(Buffer.from(bytes), { whole: true }).signature, signature);
  });
}

test('rows whose width grows at any row are all there (the sniffer of another reader lost them)', async () => {
  for (const at of [0, 1, 2, 10, 49, 50, 51, 1000, 3000]) {
    const file = `a,b\n${many('1,2\n', at)}${many('1,2,3\n', 3100 - at)}`;
    const { rows, result } = await readText(file);
    assert.deepEqual([rows.length, result.counts.data, result.header?.row], [3100, 3100, 1]);
  }
  const three = await readText('c0\nv0\na;b\n');
  assert.deepEqual(
    three.rows.map((row) => row.cells),
    [['v0'], ['a;b']],
  );
});
