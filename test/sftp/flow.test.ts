import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf, type Peer, packet } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const mebibyte = 1024 * 1024;

/** The number when it has been the same for thirty looks: the loop turned in between, so it is not only busy. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  let looks = 0;
  await until(() => {
    looks = read() === last ? looks + 1 : 0;
    last = read();
    return looks >= 30;
  });
  return last;
}

test('an upload onto a disk that stands still is held back, and arrives whole when it moves again', async (t) => {
  const { server, root } = await startEdge(t);
  const gate = Promise.withResolvers<void>();
  root.faults.beforeWrite = () => gate.promise;
  const sock = connect(server.port, '127.0.0.1');
  const peer = await connectPeer(t, server.port, { sock });
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  const piece = Buffer.alloc(32 * 1024, 'x');
  let last = 0;
  for (let at = 0; at < 48 * mebibyte; at += piece.length) last = peer.tell(6, handle, BigInt(at), piece);
  const sent = await settled(() => sock.bytesWritten);
  assert.ok(sent < 10 * mebibyte, `${sent} bytes were taken`);
  gate.resolve();
  await peer.reply(last);
  await peer.ask(4, handle);
  assert.equal(root.nodes.get('/big')?.bytes.length, 48 * mebibyte);
});

test('a flood of tiny writes is held back as well', async (t) => {
  const { server, root } = await startEdge(t);
  const gate = Promise.withResolvers<void>();
  root.faults.beforeWrite = () => gate.promise;
  const sock = connect(server.port, '127.0.0.1');
  const peer = await connectPeer(t, server.port, { sock });
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  const count = 200_000;
  const writes = Array.from({ length: count }, (_, at) => packet(6, [1000 + at, handle, BigInt(at), 'x']));
  for (let at = 0; at < count; at += 500) peer.send(Buffer.concat(writes.slice(at, at + 500)));
  const sent = await settled(() => sock.bytesWritten);
  assert.ok(sent < 6 * mebibyte, `${sent} bytes were taken`);
  gate.resolve();
  await peer.reply(1000 + count - 1);
  assert.equal(root.nodes.get('/big')?.bytes.length, count);
});

test('a client that sends more than its window is cut off', async (t) => {
  const { server, root, records } = await startEdge(t, { limits: { stillTime: 50 } });
  const gate = Promise.withResolvers<void>();
  root.faults.beforeWrite = () => gate.promise;
  const peer = await connectPeer(t, server.port);
  const handle = handleOf(await peer.ask(3, 'big', 26, 0));
  const { outgoing } = peer.channel;
  assert.ok(typeof outgoing === 'object' && outgoing !== null && 'window' in outgoing);
  outgoing.window = Number.MAX_SAFE_INTEGER;
  const piece = Buffer.alloc(32 * 1024, 'x');
  const closed = new Promise<void>((resolve) => peer.client.on('close', () => resolve()));
  for (let at = 0; at < 48 * mebibyte; at += piece.length) peer.tell(6, handle, BigInt(at), piece);
  await closed;
  gate.resolve();
  await until(() => records.ended.length === 1);
  assert.deepEqual(records.ended[0]?.end, { how: 'dropped', reason: 'protocol-error' });
});

test('a client that asks for much and reads nothing is not served further', async (t) => {
  const { server, root } = await startEdge(t);
  root.nodes.set('/big', { kind: 'file', bytes: Buffer.alloc(mebibyte), mode: 0o644, modifiedAt: new Date() });
  let reads = 0;
  root.faults.beforeRead = async () => {
    reads += 1;
  };
  const sock = connect(server.port, '127.0.0.1');
  const peer = await connectPeer(t, server.port, { sock });
  const handle = handleOf(await peer.ask(3, 'big', 1, 0));
  sock.pause();
  let last = 0;
  for (let index = 0; index < 400; index += 1) last = peer.tell(5, handle, 0n, 255 * 1024);
  const begun = await settled(() => reads);
  assert.ok(begun < 60, `${begun} reads were begun`);
  sock.resume();
  await peer.reply(last);
  assert.equal(reads, 400);
});

/** From its next key exchange on, this client has a window that allows everything, and forgets what it reads. */
async function deafPeer({ client }: Peer): Promise<(message: string, ...args: unknown[]) => void> {
  const inside: unknown = Reflect.get(client, '_protocol');
  assert.ok(typeof inside === 'object' && inside !== null);
  const send = (message: string, ...args: unknown[]): void => Reflect.get(inside, message).apply(inside, args);
  send('channelWindowAdjust', 0, 2 ** 30);
  await once(client, 'handshake');
  Reflect.set(inside, 'parse', () => undefined);
  return send;
}

test('a client that reads on but does not answer a key exchange is not served further', async (t) => {
  const { server, root } = await startEdge(t, { limits: { rekeyTime: 50 }, checkEvery: 10 });
  root.nodes.set('/big', { kind: 'file', bytes: Buffer.alloc(mebibyte), mode: 0o644, modifiedAt: new Date() });
  let reads = 0;
  root.faults.beforeRead = async () => {
    reads += 1;
  };
  const peer = await connectPeer(t, server.port);
  const handle = handleOf(await peer.ask(3, 'big', 1, 0));
  await deafPeer(peer);
  let asked = 0;
  let looks = 0;
  await until(() => {
    if (asked < 2000) for (let index = 0; index < 10; index += 1, asked += 1) peer.tell(5, handle, 0n, 255 * 1024);
    looks += 1;
    return looks >= 250;
  });
  const served = await settled(() => reads);
  assert.ok(served < 1000, `${served} of ${asked} reads were served`);
});

test('a client that floods with requests of SSH itself, and answers no key exchange, is cut off', async (t) => {
  const { server, records } = await startEdge(t, { limits: { rekeyTime: 50 }, checkEvery: 10 });
  const peer = await connectPeer(t, server.port);
  const send = await deafPeer(peer);
  const closed = once(peer.client, 'close');
  let asked = 0;
  await until(() => {
    for (let index = 0; index < 5000 && asked < 1_000_000; index += 1, asked += 1) send('ping');
    return records.ended.length === 1;
  });
  await closed;
  assert.deepEqual(records.ended[0]?.end, { how: 'dropped', reason: 'protocol-error' });
});
