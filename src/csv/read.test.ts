// The rows of a file: which one is the header, which are blank, and how wide they are.
import { type Case, testReading } from './read-for-test.ts';

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
    title: 'tabs, semicolons and pipes are read and told',
    file: 'id;name\n1;"a;b"\n2;c,d\n',
    rows: [
      ['1', 'a;b'],
      ['2', 'c,d'],
    ],
    told: ['delimiter-not-comma'],
  },
];

for (const reading of CASES) testReading(reading);
