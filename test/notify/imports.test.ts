// The whole application tells a webhook how an import ended, and a rehearsal tells nobody.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ImportView } from '../../src/api/imports.ts';
import { importOf, makeFeed, startTestApp, type TestApp } from '../kit/app.ts';
import { until } from '../kit/until.ts';

type Payload = { type: string; data: { import: { fileName: string; status: string; reason: string | null } } };

let app: TestApp;
const received: Payload[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  response.writeHead(200).end();
});

before(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  app = await startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8' });
  await makeFeed(app, 'lakeside');
  await app.client.send('POST', '/institutions/lakeside/webhooks', {
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    events: ['import.finished', 'import.held'],
  });
});
after(async () => {
  await app.close();
  receiver.closeAllConnections();
  receiver.close();
});

async function upload(name: string, text: string, query: Record<string, string> = {}): Promise<ImportView> {
  await writeFile(join(app.folder, name), text);
  await app.client.upload('/institutions/lakeside/imports', join(app.folder, name), { fileName: name, ...query });
  return importOf(app, 'lakeside', name);
}

test('a webhook is told of what was imported, held and not imported, and of no rehearsal', async () => {
  const header = 'CRM ID,First Name,Last Name,Phone\r\n';
  const rehearsal = await upload('rehearsal.csv', `${header}1,Ann,Lee,212-555-0101\r\n`, { dryRun: 'true' });
  const whole = await upload('roster.csv', `${header}1,Ann,Lee,212-555-0101\r\n`);
  const held = await upload('cut.csv', `${header}2,Bo,"Ng,212-555-0102`);
  const none = await upload('none.csv', '');
  assert.deepEqual([rehearsal.status, whole.status, held.status], ['succeeded', 'succeeded', 'held']);
  await until(() => received.length >= 3, { what: 'three deliveries' });
  assert.deepEqual(
    received.map(({ type, data }) => [data.import.fileName, type, data.import.status, data.import.reason]).sort(),
    [
      ['cut.csv', 'import.held', 'held', held.hold],
      ['none.csv', 'import.finished', none.status, 'empty-file'],
      ['roster.csv', 'import.finished', 'succeeded', null],
    ],
  );
});
