import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';
import { testFolder } from '../kit/openssh.ts';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectClient } from '../kit/sftp-peer.ts';

test('ssh2’s fastPut, which writes out of order, and fastGet move a file unchanged', async (t) => {
  const { server, root } = await startEdge(t);
  const folder = testFolder(t);
  const bytes = randomBytes(7_654_321);
  const [from, back] = [join(folder, 'from.csv'), join(folder, 'back.csv')];
  writeFileSync(from, bytes);
  const client = await connectClient(t, server.port);
  const sftp: SFTPWrapper = await promisify(client.sftp.bind(client))();
  const options = { concurrency: 64, chunkSize: 32_768 };
  await new Promise<void>((resolve, reject) => {
    sftp.fastPut(from, '/a.csv', options, (error) => (error ? reject(error) : resolve()));
  });
  assert.deepEqual(root.nodes.get('/a.csv')?.bytes, bytes);
  assert.ok(root.calls.includes('close /a.csv'));
  await new Promise<void>((resolve, reject) => {
    sftp.fastGet('/a.csv', back, options, (error) => (error ? reject(error) : resolve()));
  });
  assert.deepEqual(readFileSync(back), bytes);
});
