// `npm start` as a service manager sees it: ending npm ends the server and its database, cleanly.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import { until } from '../kit/until.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The first line of a file that holds a process number. */
async function pidIn(file: string): Promise<number> {
  return Number((await readFile(file, 'utf8')).split('\n')[0]);
}

test('ending npm start with SIGTERM ends the server and PostgreSQL', async () => {
  const folder = await temporaryFolder('causeway-npm-start-');
  const data = join(folder, 'data');
  const settings = { CAUSEWAY_DATA: data, CAUSEWAY_HTTP_PORT: '0', CAUSEWAY_SFTP_PORT: '0' };
  const npm = spawn('npm', ['start'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  npm.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  await until(() => said.includes('Causeway is running.'), { what: 'the server' });
  const server = await pidIn(join(data, 'causeway.pid'));
  const postgres = await pidIn(join(data, 'postgres/cluster/postmaster.pid'));
  assert.deepEqual([isAlive(server), isAlive(postgres)], [true, true]);
  const ended = once(npm, 'exit');
  npm.kill('SIGTERM');
  await ended;
  try {
    await until(() => !isAlive(server) && !isAlive(postgres), { what: 'the end of the server', seconds: 20 });
  } finally {
    if (isAlive(server)) process.kill(server, 'SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
  assert.match(said, /Stopping/);
});
