import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const mebibyte = 1024 * 1024;

/** Resolves when a number has stopped growing. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  let since = performance.now();
  await until(() => {
    if (read() !== last) {
      last = read();
      since = performance.now();
    }
    return performance.now() - since > 400;
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
  let last = 0;
  for (let at = 0; at < 100_000; at += 1) last = peer.tell(6, handle, BigInt(at), 'x');
  const sent = await settled(() => sock.bytesWritten);
  assert.ok(sent < 7 * mebibyte, `${sent} bytes were taken`);
  gate.resolve();
  await peer.reply(last);
  assert.equal(root.nodes.get('/big')?.bytes.length, 100_000);
});

test('a client that sends more than its window is cut off', async (t) => {
  const { server, root, records } = await startEdge(t);
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
