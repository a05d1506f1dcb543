// The memory of what clients send is used again at once: whatever comes in what pieces, each byte ends up where it belongs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { ConnectConfig } from 'ssh2';
import { cuttingLine } from '../kit/cutting-line.ts';
import { RawSsh, text } from '../kit/raw-ssh.ts';
import { edgePassword, edgeUser, startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf, openSftp, type Peer, packet, statusOf } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const mebibyte = 1024 * 1024;

const manyLengths = [32_768, 261_120, 1, 100_000, 4096, 17];

/** Sends a file in writes of several lengths without waiting, then closes it. */
async function upload(peer: Peer, name: string, bytes: Buffer, lengths = manyLengths): Promise<void> {
  const handle = handleOf(await peer.ask(3, name, 26, 0));
  const ids: number[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    ids.push(peer.tell(6, handle, BigInt(at), bytes.subarray(at, at + length)));
    at += length;
  }
  for (const id of ids) assert.equal(statusOf(await peer.reply(id)), 0);
  assert.equal(statusOf(await peer.ask(4, handle)), 0);
}

type Ciphers = NonNullable<ConnectConfig['algorithms']>;
const ways: [what: string, algorithms: Ciphers][] = [
  ['aes128-gcm', { cipher: ['aes128-gcm@openssh.com'] }],
  ['chacha20-poly1305', { cipher: ['chacha20-poly1305@openssh.com'] }],
  ['aes128-ctr with a MAC over what is encrypted', { cipher: ['aes128-ctr'], hmac: ['hmac-sha2-256-etm@openssh.com'] }],
  ['aes256-ctr with a MAC over what is plain', { cipher: ['aes256-ctr'], hmac: ['hmac-sha2-512'] }],
];

for (const [what, algorithms] of ways) {
  test(`by ${what}, cut anywhere, with keys changed meanwhile, files arrive byte for byte`, async (t) => {
    const { server, root } = await startEdge(t, { limits: { rekeyBytes: mebibyte }, checkEvery: 5 });
    const peer = await connectPeer(t, await cuttingLine(t, server.port, 1, 150_000), { algorithms });
    const other = await openSftp(peer.client);
    other.send(packet(1, [3]));
    await other.reply(-1);
    const [first, second] = [randomBytes(6 * mebibyte + 7), randomBytes(3 * mebibyte + 11)];
    await Promise.all([upload(peer, 'first', first), upload(other, 'second', second)]);
    assert.ok(root.nodes.get('/first')?.bytes.equals(first));
    assert.ok(root.nodes.get('/second')?.bytes.equals(second));
  });

  // With packets as small as these, every tenth cut is within the MAC of one.
  test(`by ${what}, thousands of small writes that are cut anywhere arrive byte for byte`, async (t) => {
    const { server, root } = await startEdge(t);
    const peer = await connectPeer(t, await cuttingLine(t, server.port, 2, 60_000), { algorithms });
    const bytes = randomBytes(mebibyte);
    await upload(peer, 'file', bytes, [80, 120]);
    assert.ok(root.nodes.get('/file')?.bytes.equals(bytes));
  });
}

test('a file that a slow disk holds up again and again arrives byte for byte', async (t) => {
  const { server, root } = await startEdge(t, { limits: { stillTime: 20 } });
  let writes = 0;
  root.faults.beforeWrite = async () => {
    writes += 1;
    if (writes % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
  };
  const peer = await connectPeer(t, server.port);
  const bytes = randomBytes(40 * mebibyte);
  await upload(peer, 'file', bytes);
  assert.ok(root.nodes.get('/file')?.bytes.equals(bytes));
});

test('a link whose disk stands still is not read, but still answers that it lives', async (t) => {
  const { server, root, records } = await startEdge(t, { keepaliveTime: 100, limits: { stillTime: 60 } });
  const gate = Promise.withResolvers<void>();
  root.faults.beforeWrite = () => gate.promise;
  const sock = connect(server.port, '127.0.0.1');
  const peer = await connectPeer(t, server.port, { sock });
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  let last = 0;
  for (let at = 0; at < 24; at += 1)
    last = peer.tell(6, handle, BigInt(at) * BigInt(mebibyte / 4), Buffer.alloc(mebibyte / 4, at));
  let heard = sock.bytesRead;
  let keepalives = 0;
  await until(() => {
    if (sock.bytesRead > heard) keepalives += 1;
    heard = sock.bytesRead;
    return keepalives >= 8;
  });
  gate.resolve();
  assert.equal(statusOf(await peer.reply(last)), 0);
  assert.deepEqual(records.ended, []);
});

test('a session that has to wait does not stop another one on the same link', async (t) => {
  const { server, root } = await startEdge(t, { limits: { stillTime: 600_000 } });
  const gate = Promise.withResolvers<void>();
  root.faults.beforeWrite = () => gate.promise;
  const peer = await connectPeer(t, server.port);
  const other = await openSftp(peer.client);
  other.send(packet(1, [3]));
  await other.reply(-1);
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  let last = 0;
  for (let at = 0; at < 40; at += 1) last = peer.tell(6, handle, BigInt(at * mebibyte), Buffer.alloc(255 * 1024, at));
  for (let count = 0; count < 20; count += 1) assert.equal(statusOf(await other.ask(14, `folder ${count}`, 0)), 0);
  gate.resolve();
  assert.equal(statusOf(await peer.reply(last)), 0);
});

test('a key exchange whose beginning comes at the end of much else is finished', async (t) => {
  const { server, records } = await startEdge(t);
  const socket = connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  const raw = await RawSsh.open(socket, 'client');
  await raw.exchangeKeys();
  raw.send(Buffer.concat([Buffer.of(5), text('ssh-userauth')]));
  await raw.expect(6);
  raw.send(
    Buffer.concat([
      Buffer.of(50),
      ...[edgeUser, 'ssh-connection', 'password'].map(text),
      Buffer.of(0),
      text(edgePassword),
    ]),
  );
  await raw.expect(52);
  for (let exchange = 0; exchange < 3; exchange += 1) {
    socket.cork();
    raw.send(Buffer.concat([Buffer.of(2), text(Buffer.alloc(30_000))]));
    const exchanged = raw.exchangeKeys();
    socket.uncork();
    await exchanged;
  }
  assert.equal(raw.exchanges, 4);
  assert.equal(records.started.length, 1);
});
