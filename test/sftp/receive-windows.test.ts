// How far ahead a client on a long line may send: 16 MiB once the disk has shown that it keeps up, 2 MiB before and for the many.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { longLine } from '../kit/long-line.ts';
import { type Edge, type EdgeSettings, startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf, type Peer } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const mebibyte = 1024 * 1024;
const piece = Buffer.alloc(32 * 1024, 'x');

type Upload = { edge: Edge; peer: Peer; handle: string; send(bytes: number): number };

async function upload(t: TestContext, edge: Edge): Promise<Upload> {
  const peer = await connectPeer(t, await longLine(t, edge.server.port, 100));
  const handle = handleOf(await peer.ask(3, `big-${edge.root.nodes.size}`, 26, 0));
  let at = 0;
  const send = (bytes: number): number => {
    let last = 0;
    for (const end = at + bytes; at < end; at += piece.length) last = peer.tell(6, handle, BigInt(at), piece);
    return last;
  };
  return { edge, peer, handle, send };
}

/** What the client may still send. */
function allowed({ peer }: Upload): number {
  const { outgoing } = peer.channel;
  assert.ok(typeof outgoing === 'object' && outgoing !== null && 'window' in outgoing);
  return Number(outgoing.window);
}

async function start(t: TestContext, settings: EdgeSettings = {}): Promise<Upload> {
  return upload(t, await startEdge(t, settings));
}

test('who sends much over a long line, and is kept up with, may send up to 16 MiB ahead', async (t) => {
  const one = await start(t);
  assert.ok(allowed(one) <= 2 * mebibyte);
  await one.peer.reply(one.send(20 * mebibyte));
  await until(() => allowed(one) >= 8 * mebibyte);
  assert.ok(allowed(one) <= 16 * mebibyte, `${allowed(one)} bytes`);
});

test('who sends little keeps the 2 MiB', async (t) => {
  const one = await start(t);
  await one.peer.reply(one.send(mebibyte / 2));
  assert.ok(allowed(one) <= 2 * mebibyte);
});

/** The number when it has been the same for thirty looks. */
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

test('a disk that kept up and then only creeps holds the client back: 16 MiB, and what is being written', async (t) => {
  // Only channels are stopped, and not the whole link: so what may be sent is also taken.
  const one = await start(t, { limits: { stillTime: 0 } });
  const { root } = one.edge;
  await one.peer.reply(one.send(20 * mebibyte));
  let permits = 0;
  let wake = Promise.withResolvers<void>();
  root.faults.beforeWrite = async () => {
    while (permits === 0) await wake.promise;
    permits -= 1;
  };
  const flood = 48 * mebibyte;
  const last = one.send(flood);
  for (let step = 0; step < 4; step += 1) {
    const taken = await settled(() => flood - one.peer.channel.writableLength);
    const stored = [...root.nodes.values()].reduce((sum, node) => sum + node.bytes.length, 0) - 20 * mebibyte;
    assert.ok(taken - stored <= 23 * mebibyte, `${taken} bytes were taken, ${stored} written`);
    permits += 1;
    wake.resolve();
    wake = Promise.withResolvers();
  }
  permits = Number.POSITIVE_INFINITY;
  wake.resolve();
  await one.peer.reply(last);
  assert.deepEqual(
    [...root.nodes.values()].map((node) => node.bytes.length).filter((length) => length > 0),
    [68 * mebibyte],
  );
});

test('only so many have it at a time; a place is free again when its session has ended', async (t) => {
  const first = await start(t, { wideWindows: 1 });
  await first.peer.reply(first.send(20 * mebibyte));
  await until(() => allowed(first) > 4 * mebibyte);
  const second = await upload(t, first.edge);
  await second.peer.reply(second.send(20 * mebibyte));
  assert.ok(allowed(second) <= 2 * mebibyte, `${allowed(second)} bytes`);
  first.peer.client.end();
  await until(() => first.edge.records.ended.length === 1);
  await second.peer.reply(second.send(20 * mebibyte));
  await until(() => allowed(second) > 4 * mebibyte);
});
