import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { clientKey, type OpenSsh, openSsh, openSshMissing, testFolder } from '../kit/openssh.ts';
import { type Edge, type EdgeSettings, edgePassword, edgeUser, startEdge } from '../kit/sftp-edge.ts';
import { until } from '../kit/until.ts';

const skip = openSshMissing();

async function withKey(t: TestContext, settings: EdgeSettings = {}): Promise<{ edge: Edge; client: OpenSsh }> {
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-ed25519');
  const edge = await startEdge(t, { keys: [key.fingerprint], ...settings });
  return { edge, client: openSsh(folder, edge.server, edge.hostKeys, edgeUser, { keyFile: key.file }) };
}

test('sftp puts, lists, renames, removes and gets in one batch, and the program ends by itself', {
  skip,
}, async (t) => {
  const { edge, client } = await withKey(t);
  const bytes = randomBytes(5_000_000);
  writeFileSync(join(client.folder, 'students.csv'), bytes);
  const outcome = await client.sftp([
    'put students.csv',
    'mkdir archive',
    'ls -l',
    'put students.csv archive/copy.csv',
    'rename archive/copy.csv archive/kept.csv',
    'chmod 600 archive/kept.csv',
    'get archive/kept.csv back.csv',
    'df -h',
    'rm students.csv',
    'rm archive/kept.csv',
    'rmdir archive',
    'pwd',
  ]);
  assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  assert.match(outcome.stdout, /-rw-r--r-- .* 5000000 .* students\.csv/);
  assert.match(outcome.stdout, /1\.0G/i);
  assert.deepEqual(readFileSync(join(client.folder, 'back.csv')), bytes);
  assert.deepEqual([...edge.root.nodes.keys()], ['/']);
  await until(() => edge.records.ended.length === 1);
  assert.deepEqual(edge.records.ended[0]?.totals, { filesReceived: 2, bytesIn: 10_000_000, bytesOut: 5_000_000 });
  assert.deepEqual(edge.records.ended[0]?.end, { how: 'closed', reason: null });
  assert.match(edge.records.started[0]?.client ?? '', /^SSH-2\.0-OpenSSH/);
  assert.equal(edge.records.started[0]?.loginMethod, 'publickey');
});

test('put -p keeps the time and the mode', { skip }, async (t) => {
  const { edge, client } = await withKey(t);
  const file = join(client.folder, 'a.csv');
  writeFileSync(file, 'id\n1\n', { mode: 0o640 });
  utimesSync(file, 1_600_000_000, 1_600_000_000);
  const outcome = await client.sftp(['put -p a.csv', 'get -p a.csv b.csv']);
  assert.equal(outcome.code, 0, outcome.stderr);
  const stored = edge.root.nodes.get('/a.csv');
  assert.deepEqual([stored?.modifiedAt.getTime(), stored?.mode], [1_600_000_000_000, 0o640]);
  assert.equal(statSync(join(client.folder, 'b.csv')).mtimeMs, 1_600_000_000_000);
});

test('reput goes on where a broken-off upload ended', { skip }, async (t) => {
  const { edge, client } = await withKey(t);
  const bytes = randomBytes(300_000);
  writeFileSync(join(client.folder, 'a.csv'), bytes);
  edge.root.nodes.set('/a.csv', {
    kind: 'file',
    bytes: bytes.subarray(0, 123_456),
    mode: 0o644,
    modifiedAt: new Date(),
  });
  const outcome = await client.sftp(['reput a.csv']);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(edge.root.nodes.get('/a.csv')?.bytes, bytes);
  await until(() => edge.records.ended.length === 1);
  assert.equal(edge.records.ended[0]?.totals.bytesIn, 300_000 - 123_456);
});

test('a refusal ends a batch with the program’s exit code', { skip }, async (t) => {
  const { client } = await withKey(t);
  const outcome = await client.sftp(['get none.csv']);
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /not found/);
});

test('scp uploads, also over a longer file, and downloads', { skip }, async (t) => {
  const { edge, client } = await withKey(t);
  writeFileSync(join(client.folder, 'a.csv'), 'short\n');
  edge.root.nodes.set('/a.csv', { kind: 'file', bytes: Buffer.alloc(100, 'x'), mode: 0o644, modifiedAt: new Date() });
  const up = await client.run('scp', ['-s', 'a.csv', '127.0.0.1:a.csv']);
  assert.equal(up.code, 0, up.stderr);
  assert.equal(edge.root.text('/a.csv'), 'short\n');
  const down = await client.run('scp', ['-s', '127.0.0.1:a.csv', 'b.csv']);
  assert.equal(down.code, 0, down.stderr);
  assert.equal(readFileSync(join(client.folder, 'b.csv'), 'utf8'), 'short\n');
});

test('a shell, a command, the old scp and forwarding are refused with a sentence', { skip }, async (t) => {
  const { client } = await withKey(t);
  for (const args of [
    ['-T', '127.0.0.1'],
    ['127.0.0.1', 'id'],
    ['127.0.0.1', 'scp -t .'],
  ]) {
    const outcome = await client.run('ssh', args);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /This server takes files by SFTP only/);
  }
  const forward = await client.run('ssh', ['-o', 'ExitOnForwardFailure=yes', '-N', '-R', '0:127.0.0.1:1', '127.0.0.1']);
  assert.notEqual(forward.code, 0);
  const through = await client.run('ssh', ['-W', '127.0.0.1:1', '127.0.0.1']);
  assert.notEqual(through.code, 0);
});

for (const type of ['ssh-rsa', 'ecdsa-sha2-nistp256'] as const) {
  test(`a login by an ${type} key works`, { skip }, async (t) => {
    const folder = testFolder(t);
    const key = await clientKey(folder, type);
    const edge = await startEdge(t, { keys: [key.fingerprint] });
    const client = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { keyFile: key.file });
    const outcome = await client.sftp(['pwd']);
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
  });
}

test('an RSA signature with SHA-1 is refused, and the session log says so', { skip }, async (t) => {
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-rsa');
  const edge = await startEdge(t, { keys: [key.fingerprint] });
  const client = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { keyFile: key.file });
  const outcome = await client.sftp(['pwd'], ['-oPubkeyAcceptedAlgorithms=ssh-rsa']);
  assert.notEqual(outcome.code, 0);
  await until(() => edge.records.refused.length === 1);
  assert.equal(edge.records.refused[0]?.reason, 'sha1-signature');
});

for (const method of ['password', 'keyboard-interactive'] as const) {
  test(`a login by ${method} works, and a wrong one is refused`, { skip }, async (t) => {
    const folder = testFolder(t);
    const edge = await startEdge(t);
    const by = [`-oPreferredAuthentications=${method}`];
    const right = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { password: edgePassword });
    const good = await right.run('sftp', [...by, '127.0.0.1'], 'pwd\n');
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /Remote working directory: \//);
    assert.equal(edge.records.started[0]?.loginMethod, method);
    const wrong = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { password: 'wrong' });
    const bad = await wrong.run('sftp', [...by, '127.0.0.1'], 'pwd\n');
    assert.match(bad.stderr, /Permission denied \(publickey,password,keyboard-interactive\)/);
    await until(() => edge.records.refused.length === 1);
    assert.equal(edge.records.refused[0]?.reason, 'wrong-password');
  });
}

test('a feed that wants both takes key and password, in either order, and not one alone', { skip }, async (t) => {
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-ed25519');
  const edge = await startEdge(t, { keys: [key.fingerprint], login: 'both' });
  const client = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { password: edgePassword });
  const orders = ['publickey,password', 'password,publickey', 'keyboard-interactive,publickey'];
  for (const order of orders) {
    const options = [`-oPreferredAuthentications=${order}`, `-oIdentityFile=${key.file}`];
    const outcome = await client.run('sftp', [...options, '127.0.0.1'], 'pwd\n');
    assert.equal(outcome.code, 0, outcome.stderr);
  }
  assert.deepEqual(
    edge.records.started.map((session) => session.loginMethod),
    ['publickey+password', 'password+publickey', 'keyboard-interactive+publickey'],
  );
  const alone = await client.run('sftp', ['-oPreferredAuthentications=password', '127.0.0.1'], 'pwd\n');
  assert.match(alone.stderr, /Permission denied/);
  assert.equal(edge.records.started.length, 3);
});

test('keys are changed in the middle of an upload and of a download', { skip }, async (t) => {
  const { edge, client } = await withKey(t, { limits: { rekeyBytes: 4_000_000 } });
  const bytes = randomBytes(30_000_000);
  writeFileSync(join(client.folder, 'big.csv'), bytes);
  const outcome = await client.sftp(['put big.csv', 'get big.csv back.csv'], ['-v']);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.ok(outcome.stderr.split('SSH2_MSG_NEWKEYS received').length > 8, outcome.stderr);
  assert.deepEqual(edge.root.nodes.get('/big.csv')?.bytes, bytes);
  assert.deepEqual(readFileSync(join(client.folder, 'back.csv')), bytes);
});

test('the client may ask for new keys, too', { skip }, async (t) => {
  const { edge, client } = await withKey(t);
  const bytes = randomBytes(10_000_000);
  writeFileSync(join(client.folder, 'big.csv'), bytes);
  const outcome = await client.sftp(['put big.csv'], ['-oRekeyLimit=1M']);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(edge.root.nodes.get('/big.csv')?.bytes, bytes);
});
