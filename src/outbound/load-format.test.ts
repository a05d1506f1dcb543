// NDJSON or CSV: the content type decides where it names one, else the first byte that is not blank.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LoadFormat, loadFormat } from './load-format.ts';

async function* bytewise(text: string, size = 1): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const cases: [what: string, contentType: string | null, text: string, format: LoadFormat][] = [
  ['an object', null, '{"a":1}\n', 'ndjson'],
  ['an object behind blank lines', 'text/plain', ' \r\n\n\t{"a":1}', 'ndjson'],
  ['an object behind a byte order mark', null, '\ufeff{"a":1}', 'ndjson'],
  ['labels', null, 'externalId,connectedAt\r\n', 'csv'],
  ['labels in quotation marks behind a byte order mark', null, '\ufeff"externalId"\r\n', 'csv'],
  ['what curl says of its own accord', 'application/x-www-form-urlencoded', 'externalId,a\n', 'csv'],
  ['nothing', null, '', 'ndjson'],
  ['blanks only', null, ' \n \n', 'ndjson'],
  ['NDJSON by its type', 'application/x-ndjson', 'externalId,a\n', 'ndjson'],
  ['JSON by its type', 'application/JSON; charset=utf-8', '"x"', 'ndjson'],
  ['CSV by its type', 'text/csv; charset=utf-8; header=present', '{"a"}', 'csv'],
];

describe('the format of a load', () => {
  for (const [what, contentType, text, format] of cases)
    test(`${what} is ${format}, and no byte is lost by looking`, async () => {
      const found = await loadFormat(bytewise(text), contentType);
      const chunks: Uint8Array[] = [];
      for await (const chunk of found.bytes) chunks.push(chunk);
      assert.deepEqual([found.format, Buffer.concat(chunks).toString()], [format, text]);
    });
});

describe('a JSON array is refused whole, whatever it is called', () => {
  const records = [{ externalId: 'A' }, { externalId: 'B' }];
  const texts: [what: string, text: string][] = [
    ['on one line', JSON.stringify(records)],
    ['pretty-printed', JSON.stringify(records, null, 2)],
    ['behind blanks and a byte order mark', `\ufeff\r\n ${JSON.stringify(records)}`],
    ['empty', '[]'],
  ];
  for (const [what, text] of texts)
    for (const type of ['application/json', 'application/x-ndjson', 'application/octet-stream', null])
      test(`${what}, as ${type ?? 'nothing'}`, () =>
        assert.rejects(loadFormat(bytewise(text), type), { code: 'json-array', kind: 'invalid' }));
});

test('whoever stops reading closes the source', async () => {
  let isClosed = false;
  async function* source() {
    try {
      for (;;) yield Buffer.from('a,b\n');
    } finally {
      isClosed = true;
    }
  }
  const { bytes } = await loadFormat(source(), null);
  for await (const _ of bytes) break;
  assert.equal(isClosed, true);
});

test('a flood of blanks is not looked through to its end', async () => {
  let taken = 0;
  async function* blanks() {
    for (; taken < 1_000; taken++) yield Buffer.alloc(1 << 10, ' ');
  }
  await loadFormat(blanks(), null);
  assert.ok(taken < 100);
});
