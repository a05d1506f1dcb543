// A file that another thread scans must read as when it is scanned here.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readCsv } from '../csv/read.ts';
import { lasting, readWhole } from '../csv/read-for-test.ts';
import { openScanThread } from './scan-thread.ts';

let folder: string;
const thread = openScanThread();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-scan-'));
});
after(async () => {
  await thread.close();
  await rm(folder, { recursive: true, force: true });
});

const plain = Array.from(
  { length: 30_000 },
  (_, n) => `S${n},Ann,"Lee, Jr.",ann.${n}@example.edu,"two\r\nlines ""${n}"""`,
);
const head = 'ID,First,Last,Email,Note\r\n';
const text = `${head}${plain.join('\r\n')}\r\n`;

const files: Record<string, Buffer> = {
  'many rows with quoted cells': Buffer.from(text),
  'a byte order mark': Buffer.from(`\ufeff${text}`),
  'UTF-16 with letters beyond ASCII': Buffer.from(`\ufeff${text.replaceAll('Ann', 'Zoë')}`, 'utf16le'),
  'Windows-1252': Buffer.from(text.replaceAll('Ann', 'José'), 'latin1'),
  'no line end at the end': Buffer.from(text.trimEnd()),
  'a quote that is never closed': Buffer.from(`${text}S1,"open,x,y,z\r\n${plain.slice(0, 20).join('\n')}`),
  'a row beyond the limits among others': Buffer.from(`${text}S1,${'x'.repeat(3 << 20)},a,b,c\r\n${plain[0]}\r\n`),
  'rows of uneven width, blank rows, carriage returns': Buffer.from(
    text.replaceAll('S7,', ',,,,\rS7,').replaceAll('@example', ',@example'),
  ),
  'nothing at all': Buffer.alloc(0),
  'a header alone': Buffer.from(head),
};

for (const [title, bytes] of Object.entries(files))
  test(`scanned by another thread: ${title}`, async () => {
    const path = join(folder, 'file.csv');
    await writeFile(path, bytes);
    const here = lasting(await readWhole([bytes]));
    const apart = lasting(await readWhole([bytes], { openBlocks: (request) => thread.scan(path, request) }));
    assert.deepEqual(apart, here);
  });

test('who leaves early may read another file with the same thread', async () => {
  const path = join(folder, 'left.csv');
  await writeFile(path, text);
  const openBlocks = (request: Parameters<typeof thread.scan>[1]) => thread.scan(path, request);
  for (let turn = 0; turn < 3; turn++) {
    const reading = await readCsv(createReadStream(path), { openBlocks });
    const { value } = await reading.batches.next();
    assert.ok(value !== undefined && value.rows.length > 0);
    await reading.close();
  }
  const whole = await readWhole([Buffer.from(text)], { openBlocks });
  assert.equal(whole.rows.length, plain.length);
});

test('a file that cannot be read ends in the error of the disk, and the thread goes on', async () => {
  const missing = join(folder, 'missing.csv');
  const openBlocks = (request: Parameters<typeof thread.scan>[1]) => thread.scan(missing, request);
  await assert.rejects(readWhole([Buffer.from(text)], { openBlocks }), { code: 'ENOENT' });
  const path = join(folder, 'there.csv');
  await writeFile(path, text);
  const whole = await readWhole([Buffer.from(text)], { openBlocks: (request) => thread.scan(path, request) });
  assert.equal(whole.rows.length, plain.length);
});
