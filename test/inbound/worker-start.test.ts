// A worker that starts: what one that was killed left in scratch folders is gone, without any SFTP server in the process.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import { thisOwner } from '../../src/adapters/disk-files/owners.ts';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { freshDatabase } from '../kit/database.ts';

test('the scratch folders of killed workers are removed at the start of the next', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await temporaryFolder('causeway-worker-start-');
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await freshDatabase();
  stack.defer(() => database.close());
  const [, start, host] = thisOwner().split('-');
  const incoming = join(folder, 'data/files/incoming', randomUUID());
  const [ended, living] = [spawnSync(process.execPath, ['--version']).pid, process.pid].map((pid) =>
    join(incoming, `${randomUUID()}~${pid}-${start}-${host}`),
  ) as [string, string];
  for (const scratch of [ended, living]) {
    await mkdir(scratch, { recursive: true });
    await writeFile(join(scratch, 'rows-0'), 'x');
  }
  const { config, secrets } = readConfig(
    {
      CAUSEWAY_DATA: join(folder, 'data'),
      CAUSEWAY_DATABASE_URL: database.config.url,
      CAUSEWAY_MASTER_KEY: randomBytes(32).toString('base64url'),
      CAUSEWAY_ROLES: 'worker',
      CAUSEWAY_LOG_LEVEL: 'error',
    },
    folder,
  );
  const app = await openApp(config, secrets);
  stack.defer(() => app.close());
  assert.deepEqual([await readdir(incoming), await readdir(living)], [[living.slice(incoming.length + 1)], ['rows-0']]);
});
