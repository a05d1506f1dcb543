// OpenSSH's own clients against the SFTP server with a feed's real root behind it: what they see, and what arrives.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { systemActor } from '../../src/domain/actor.ts';
import { addFeedKey } from '../../src/inbound/add-feed-key.ts';
import { feedLogins } from '../../src/inbound/authenticate-feed.ts';
import { openPassword } from '../../src/inbound/feed-password.ts';
import { loadHostKeys } from '../../src/inbound/host-keys.ts';
import { sessionRecorder } from '../../src/inbound/record-session.ts';
import { type SftpServer, startSftpServer } from '../../src/sftp/server.ts';
import { getSealedPassword } from '../../src/store/feed-settings.ts';
import { flags, historyOf, listing, openSession, openTestFeed, put, type TestFeed, takeAll } from '../kit/feed-root.ts';
import { clientKey, type OpenSsh, openSsh, openSshMissing, testFolder } from '../kit/openssh.ts';
import { until } from '../kit/until.ts';

const skip = openSshMissing();

type Peer = { feed: TestFeed; folder: string; port: number; keyFile: string; byPassword: OpenSsh; byKey: OpenSsh };

async function prepare(t: TestContext): Promise<Peer> {
  const bugs: unknown[] = [];
  let server: SftpServer | undefined;
  // Hooks run in this order: the server ends before the feed's database does.
  t.after(async () => {
    await server?.close(0);
    assert.deepEqual(bugs, []);
  });
  const feed = await openTestFeed(t);
  const { deps, institutionId, feedId } = feed;
  const hostKeys = await loadHostKeys(deps);
  server = await startSftpServer({
    host: '127.0.0.1',
    port: 0,
    hostKeys: hostKeys.map((key) => key.privateKey),
    clock: deps.clock,
    ports: {
      authenticate: feedLogins(deps),
      sessions: sessionRecorder(deps),
      reportBug: (_message, cause) => void bugs.push(cause),
    },
  });
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-ed25519');
  await addFeedKey(
    deps,
    systemActor,
    institutionId,
    feedId,
    execFileSync('ssh-keygen', ['-y', '-f', key.file]).toString(),
  );
  const sealed = await getSealedPassword(deps.db, institutionId, feedId);
  assert.ok(sealed);
  const password = openPassword(deps.sealer, institutionId, feedId, sealed);
  return {
    feed,
    folder,
    port: server.port,
    keyFile: key.file,
    byPassword: openSsh(testFolder(t), server, hostKeys, 'north', { password }),
    byKey: openSsh(folder, server, hostKeys, 'north', { keyFile: key.file }),
  };
}

const done = (outcome: { code: number | null; stderr: string }) =>
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);

test('sftp by password and by key: put, list, get, rename, remove, folders', { skip }, async (t) => {
  const { feed, folder, byPassword, byKey } = await prepare(t);
  writeFileSync(join(byPassword.folder, 'roster.csv'), 'id,name\n1,Ada\n');
  const lines = ['put -p roster.csv', 'put roster.csv dryrun/', 'mkdir upload', 'put roster.csv upload/x.csv'];
  done(await byPassword.sftp(lines, ['-oBatchMode=no']));
  const seen = await byKey.sftp([
    'ls -l',
    'get roster.csv back.csv',
    'rename upload/x.csv y.csv',
    'rm roster.csv',
    'rmdir upload',
  ]);
  done(seen);
  for (const name of ['dryrun', 'outbox', 'roster.csv', 'upload']) assert.match(seen.stdout, new RegExp(name));
  assert.equal(readFileSync(join(folder, 'back.csv'), 'utf8'), 'id,name\n1,Ada\n');
  assert.deepEqual(await historyOf(feed), [
    '/roster.csv ignored removed-before-import "id,name\n1,Ada\n"',
    '/dryrun/roster.csv queued "id,name\n1,Ada\n"',
    '/y.csv queued "id,name\n1,Ada\n"',
  ]);
  const sessions = () =>
    feed.deps.db.query('select outcome, login_method, files_received from session_log order by login_method');
  await until(async () => JSON.stringify(await sessions()).includes('open') === false);
  assert.deepEqual(await sessions(), [
    { outcome: 'closed', login_method: 'password', files_received: 3 },
    { outcome: 'closed', login_method: 'publickey', files_received: 0 },
  ]);
});

test('sftp resumes what a broken session left (reput), and scp writes over an existing longer file', {
  skip,
}, async (t) => {
  const { feed, folder, byKey } = await prepare(t);
  const bytes = randomBytes(300_000);
  writeFileSync(join(folder, 'roster.csv'), bytes);
  const broken = openSession(feed);
  await (await broken.open('/roster.csv', flags('wct'), {})).write([bytes.subarray(0, 100_000)], 0);
  await broken.end();
  done(await byKey.sftp(['reput roster.csv']));
  await takeAll(feed);
  await put(openSession(feed), '/long.csv', 'x'.repeat(400_000));
  await takeAll(feed);
  const scp = await byKey.run('scp', ['-q', 'roster.csv', '127.0.0.1:long.csv']);
  done(scp);
  const rows = await feed.deps.db.query<{ path: string; reason: string | null; sha: string }>(
    `select path, reason, encode(sha256, 'hex') as sha from imports join stored_files s on s.id = stored_file_id order by queue_number`,
  );
  const whole = hash('sha256', bytes);
  assert.deepEqual(
    rows.map((row) => [row.path, row.reason, row.sha === whole]),
    [
      ['/roster.csv', 'incomplete-upload', false],
      ['/roster.csv', null, true],
      ['/long.csv', null, false],
      ['/long.csv', null, true],
    ],
  );
});

test('a link that is cut in the middle leaves a broken-off upload, and its session says so', { skip }, async (t) => {
  const { feed, port, keyFile } = await prepare(t);
  const client = new ssh2.Client();
  client.connect({ host: '127.0.0.1', port, username: 'north', privateKey: readFileSync(keyFile) });
  await once(client, 'ready');
  const sftp = await promisify(client.sftp.bind(client))();
  const handle = await promisify<string, 'w', Buffer>(sftp.open.bind(sftp))('/roster.csv', 'w');
  const half = Buffer.from('id,name\n1,A');
  await promisify(sftp.write.bind(sftp))(handle, half, 0, half.length, 0);
  client.destroy();
  await until(async () => (await historyOf(feed)).length === 1);
  assert.deepEqual(await historyOf(feed), ['/roster.csv ignored incomplete-upload "id,name\n1,A"']);
  assert.deepEqual(await listing(openSession(feed)), ['/dryrun/', '/outbox/', '/roster.csv 11']);
  const session = () =>
    feed.deps.db.queryOne<{ outcome: string; reason: string }>('select outcome, reason from session_log');
  await until(async () => (await session())?.outcome !== 'open');
  assert.equal((await session())?.outcome, 'dropped');
});
