// Cells that a spreadsheet would compute, in the two files that people open: the error file and the list of issues.
// Invariant: the error file comes back as it was sent; the list of issues computes nothing, and keeps numbers and phones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../kit/accounts.ts';
import { openTestHttp } from '../kit/http.ts';
import { drain, openImportKit } from '../kit/imports.ts';

/** As they stand in the file, with their quotation marks where they need some. */
const cells = [
  '=1+1',
  '=cmd|x',
  '+1+cmd',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '"\r=1"',
  '"=1,2"',
  'x;=cmd|x;y',
  '+12125550143',
  '-5',
  '＝1',
];

test('cells that begin a formula', async (t) => {
  const kit = await openImportKit();
  const http = await openTestHttp({}, {}, kit.deps);
  const token = await makeToken(kit.deps, 'admin', 'westfield');
  const rows = cells.map((cell, at) => `${cell},C-${at},Ann,,${cell}`);
  const bytes = `Note,CRM,First,Last,Email\r\n${rows.join('\r\n')}\r\n`;
  const json = {
    columns: [
      { field: 'crmId', labels: ['CRM'] },
      { field: 'firstName', labels: ['First'] },
      { field: 'lastName', labels: ['Last'] },
      { field: 'email', labels: ['Email'] },
      { field: 'phone', labels: ['Note'] },
    ],
  };
  const form = new FormData();
  form.set('mapping', JSON.stringify(json));
  form.set('file', new Blob([bytes]), 'a.csv');
  const request = new Request('http://x', { method: 'POST', body: form });
  const upload = await http.call('POST', '/institutions/westfield/imports?fileName=a.csv', {
    token,
    bytes: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  });
  assert.equal(upload.status, 202, upload.text);
  await drain(kit);
  const path = `/imports/${upload.body.id}`;

  await t.test(
    'come back in the error file byte for byte, and our own columns begin with a letter or digit',
    async () => {
      const { text } = await http.call('GET', `${path}/errors.csv`, { token });
      for (const [at, row] of rows.entries()) {
        const start = text.indexOf(`\r\n${row},`);
        assert.ok(start > 0, `row ${at + 2} as it was sent: ${JSON.stringify(row)}`);
        const ours = text.slice(start + row.length + 3);
        assert.match(ours, new RegExp(`^${at + 2},[a-z][a-z-]*(; [a-z-]+)*,"?[A-Za-z0-9]`, 'i'));
      }
    },
  );

  await t.test('compute nothing in the list of issues, wherever a spreadsheet takes a cell to begin', async () => {
    const { text } = await http.call('GET', `${path}/issues.csv`, { token });
    for (const separator of [/[,\r\n]/, /[;\r\n]/, /[\t\r\n]/])
      for (const cell of text.replace('\ufeff', '').split(separator)) {
        const shown = cell.replace(/^["\s]+/, '');
        if (/^[=+\-@＝＋－＠]/.test(shown)) assert.match(shown, /^[+-]\d+"?$/);
      }
    for (const kept of [',+12125550143,', ',-5,']) assert.ok(text.includes(kept), kept);
  });
  await http.close();
});
