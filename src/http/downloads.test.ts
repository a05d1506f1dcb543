// Names of downloads, and cells of the list of issues: what others wrote can do no harm where it is opened.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachment, safeName } from './downloads.ts';
import { harmless } from './views/issues-csv.ts';

const names: [string, string][] = [
  ['roster.csv', 'roster.csv'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\me\\roster.csv', 'roster.csv'],
  ['a"b\r\nSet-Cookie: x.csv', 'a_b__Set-Cookie_ x.csv'],
  ['.htaccess', 'htaccess'],
  ['', 'file'],
  ['...', 'file'],
  ['evil\u202Evsc.exe', 'evil_vsc.exe'],
  [`${'x'.repeat(300)}.csv`, `${'x'.repeat(146)}.csv`],
];
for (const [given, safe] of names)
  test(`${JSON.stringify(given.slice(0, 40))} is saved as ${JSON.stringify(safe.slice(0, 40))}`, () => {
    assert.equal(safeName(given), safe);
  });

test('a name with letters of any script is sent whole to clients that know RFC 8187, and legibly to others', () => {
  const header = attachment('Schüler “neu”; 100%.csv');
  assert.match(header, /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9._~%-]+$/);
  assert.equal(decodeURIComponent(header.split("UTF-8''")[1] ?? ''), 'Schüler “neu”; 100%.csv');
});

const cells: [string, string][] = [
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['+cmd|x', "'+cmd|x"],
  ['-2+3+cmd', "'-2+3+cmd"],
  ['\t=1', "'\t'=1"],
  ['\t5', "'\t5"],
  [' =1', "' =1"],
  ['＝1+1', "'＝1+1"],
  ['x;=1+1;y', "x;'=1+1;y"],
  ['x\n@y', "x\n'@y"],
  ['x"; "=1', `x"; "'=1`],
  ['+12125550143', '+12125550143'],
  ['+1 (212) 555-0143', '+1 (212) 555-0143'],
  ['-5', '-5'],
  ['-5.25', '-5.25'],
  ['Ann', 'Ann'],
  ['', ''],
];
for (const [cell, written] of cells)
  test(`a cell ${JSON.stringify(cell)} is written as ${JSON.stringify(written)}`, () => {
    assert.equal(harmless(cell), written);
  });
