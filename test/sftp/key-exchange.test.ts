// mlkem768x25519-sha256 on our server: against an implementation of its own, against OpenSSH, and with bad input.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newerOpenSsh, newerOpenSshMissing } from '../../scripts/newer-openssh.ts';
import { offeredAlgorithms } from '../../src/sftp/algorithms.ts';
import { clientKey, openSsh, testFolder } from '../kit/openssh.ts';
import { type Forge, keyExchangeName, RawSsh, text, uint32 } from '../kit/raw-ssh.ts';
import { edgePassword, edgeUser, startEdge } from '../kit/sftp-edge.ts';
import { connectClient, connectPeer, handleOf } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

async function rawClient(t: TestContext, port: number): Promise<RawSsh> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return RawSsh.open(socket, 'client');
}

test('a client of its own making exchanges keys, logs in, changes keys twice and opens a channel', async (t) => {
  const { server, records } = await startEdge(t);
  const raw = await rawClient(t, server.port);
  await raw.exchangeKeys();
  raw.send(Buffer.concat([Buffer.of(5), text('ssh-userauth')]));
  await raw.expect(6);
  const login = [edgeUser, 'ssh-connection', 'password'].map(text);
  raw.send(Buffer.concat([Buffer.of(50), ...login, Buffer.of(0), text(edgePassword)]));
  await raw.expect(52);
  await raw.exchangeKeys();
  await raw.exchangeKeys();
  raw.send(Buffer.concat([Buffer.of(90), text('session'), uint32(0), uint32(1 << 20), uint32(32_768)]));
  await raw.expect(91);
  assert.equal(raw.exchanges, 3);
  assert.equal(records.started.length, 1);
});

test('it is the first that is offered, and what a client with the usual list gets', async (t) => {
  const { server } = await startEdge(t);
  const socket = connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  const raw = await RawSsh.open(socket, 'client');
  const init = await raw.receive();
  const names = init.subarray(21, 21 + init.readUInt32BE(17)).toString();
  assert.match(names, /^mlkem768x25519-sha256,curve25519-sha256,/);
});

const zeros = Buffer.alloc(32);
const bad: [string, Forge][] = [
  ['a key without its last byte', (share) => share.subarray(0, -1)],
  ['a key with a byte too many', (share) => Buffer.concat([share, Buffer.of(1)])],
  ['an X25519 key alone', (share) => share.subarray(-32)],
  ['no key at all', () => Buffer.alloc(0)],
  ['an X25519 point of zeros', (share) => Buffer.concat([share.subarray(0, -32), zeros])],
  ['an X25519 point of order two', (share) => Buffer.concat([share.subarray(0, -32), Buffer.of(1), zeros.subarray(1)])],
  [
    'an ML-KEM key with numbers beyond the modulus',
    (share) => Buffer.concat([Buffer.alloc(1184, 0xff), share.subarray(-32)]),
  ],
];

for (const [what, forge] of bad)
  test(`${what} ends the link cleanly, before any secret`, async (t) => {
    const { server, records } = await startEdge(t);
    const raw = await rawClient(t, server.port);
    // 3: SSH_DISCONNECT_KEY_EXCHANGE_FAILED.
    await assert.rejects(raw.exchangeKeys(forge), /disconnected for reason 3/);
    await until(() => records.refused.length === 1 && server.linkCount() === 0);
    assert.equal(records.refused[0]?.reason, 'handshake-failed');
    await connectClient(t, server.port);
  });

test('a bad key when keys are changed ends the session', async (t) => {
  const { server, records } = await startEdge(t);
  const raw = await rawClient(t, server.port);
  await raw.exchangeKeys();
  await assert.rejects(
    raw.exchangeKeys((share) => share.subarray(1)),
    /disconnected for reason 3/,
  );
  await until(() => server.linkCount() === 0);
  assert.equal(records.started.length, 0);
});

test('ssh2’s own client has it too, and both change keys in the middle of an upload', async (t) => {
  const { server, root } = await startEdge(t, { limits: { rekeyBytes: 1024 * 1024 }, checkEvery: 5 });
  const peer = await connectPeer(t, server.port, { algorithms: { kex: offeredAlgorithms.kex.slice(0, 1) } });
  let changes = 0;
  peer.client.on('handshake', (negotiated) => {
    assert.equal(negotiated.kex, keyExchangeName);
    changes += 1;
  });
  const bytes = randomBytes(8 * 1024 * 1024);
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  for (let at = 0; at < bytes.length; at += 32_768)
    await peer.ask(6, handle, BigInt(at), bytes.subarray(at, at + 32_768));
  await peer.ask(4, handle);
  assert.ok(root.nodes.get('/big')?.bytes.equals(bytes));
  assert.ok(changes >= 4, `${changes} changes of keys`);
});

test('OpenSSH exchanges keys by it, and again and again during an upload and a download', {
  skip: newerOpenSshMissing(),
}, async (t) => {
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-ed25519');
  const edge = await startEdge(t, { keys: [key.fingerprint] });
  const client = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { keyFile: key.file }, newerOpenSsh());
  const bytes = randomBytes(20_000_000);
  writeFileSync(join(folder, 'a.bin'), bytes);
  const only = [`-oKexAlgorithms=${keyExchangeName}`, '-oRekeyLimit=2M', '-v'];
  const outcome = await client.sftp(['put a.bin', 'get a.bin b.bin'], only);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.ok(readFileSync(join(folder, 'b.bin')).equals(bytes));
  assert.match(outcome.stderr, /kex: algorithm: mlkem768x25519-sha256/);
  assert.ok(outcome.stderr.split('SSH2_MSG_NEWKEYS received').length > 8, 'keys were changed');
});

test('OpenSSH with its own lists takes it, and has no warning for the user', {
  skip: newerOpenSshMissing(),
}, async (t) => {
  const folder = testFolder(t);
  const key = await clientKey(folder, 'ssh-ed25519');
  const edge = await startEdge(t, { keys: [key.fingerprint] });
  const client = openSsh(folder, edge.server, edge.hostKeys, edgeUser, { keyFile: key.file }, newerOpenSsh());
  const outcome = await client.sftp(['pwd'], ['-v']);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stderr, /kex: algorithm: mlkem768x25519-sha256/);
  assert.doesNotMatch(outcome.stderr, /post-quantum/);
  // Without the comma that ssh2 lacks, the last two would be one name that nobody knows.
  assert.match(outcome.stderr, /server-sig-algs=<[^>]*,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,/);
});
