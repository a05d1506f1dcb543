import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { AppError } from '../../src/domain/errors.ts';
import type { LoginPenalties } from '../../src/sftp/login-penalties.ts';
import { type Edge, type EdgeSettings, startEdge } from '../kit/sftp-edge.ts';
import {
  connectClient,
  connectPeer,
  handleOf,
  messageOf,
  openSftp,
  type Peer,
  packet,
  statusOf,
} from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const writing = 2 + 8 + 16;

/** A session that has half a file uploaded. */
async function halfUpload(
  t: TestContext,
  settings: EdgeSettings = {},
): Promise<{ edge: Edge; peer: Peer; handle: string }> {
  const edge = await startEdge(t, settings);
  const peer = await connectPeer(t, edge.server.port);
  const handle = handleOf(await peer.ask(3, 'half.csv', writing, 0));
  assert.equal(statusOf(await peer.ask(6, handle, 0n, 'id,name\n1,')), 0);
  return { edge, peer, handle };
}

async function endOf(edge: Edge): Promise<unknown> {
  await until(() => edge.records.ended.length === 1);
  return edge.records.ended[0]?.end;
}

test('a client that vanishes in the middle of an upload leaves it open at the root, and is dropped', async (t) => {
  const { edge, peer } = await halfUpload(t);
  peer.client.destroy();
  assert.deepEqual(await endOf(edge), { how: 'dropped', reason: 'upload-open' });
  assert.deepEqual(edge.root.openAtEnd, ['/half.csv']);
  assert.deepEqual(edge.root.calls.slice(-1), ['end']);
  assert.equal(edge.records.ended[0]?.totals.filesReceived, 0);
});

test('the end of the channel with an open handle is no CLOSE', async (t) => {
  const { edge, peer } = await halfUpload(t);
  peer.channel.end();
  await peer.closed;
  assert.deepEqual(edge.root.openAtEnd, ['/half.csv']);
  assert.ok(!edge.root.calls.includes('close /half.csv'));
});

test('the server ends the channel after the client’s EOF, with everything answered before', async (t) => {
  const { edge, peer, handle } = await halfUpload(t);
  const ids = [peer.tell(6, handle, 10n, 'Ada\n'), peer.tell(4, handle)];
  peer.channel.end();
  const exit = once(peer.channel, 'exit');
  for (const id of ids) assert.equal(statusOf(await peer.reply(id)), 0);
  assert.deepEqual(await exit, [0]);
  await peer.closed;
  assert.equal(edge.root.text('/half.csv'), 'id,name\n1,Ada\n');
});

test('the root is ended only after what runs in it, and the log is told last', async (t) => {
  const edge = await startEdge(t);
  const gate = Promise.withResolvers<void>();
  const peer = await connectPeer(t, edge.server.port);
  const handle = handleOf(await peer.ask(3, 'a.csv', writing, 0));
  const begun = new Promise<void>((resolve) => {
    edge.root.faults.beforeClose = () => {
      resolve();
      return gate.promise;
    };
  });
  peer.tell(4, handle);
  await begun;
  peer.client.destroy();
  // The next link is served while the first one still ends.
  await connectPeer(t, edge.server.port);
  assert.ok(!edge.root.calls.includes('end'));
  gate.resolve();
  assert.deepEqual(await endOf(edge), { how: 'dropped', reason: 'link-lost' });
  assert.deepEqual(edge.root.calls.slice(-2), ['close /a.csv', 'end']);
});

test('one link may open several channels, each with a root of its own, up to a limit', async (t) => {
  const edge = await startEdge(t, { limits: { channels: 2 } });
  const one = await connectPeer(t, edge.server.port);
  const two = await openSftp(one.client);
  two.send(packet(1, [3]));
  await two.reply(-1);
  await assert.rejects(openSftp(one.client), /Channel open failure/);
  assert.equal(statusOf(await two.ask(14, 'folder', 0)), 0);
  one.channel.end();
  await one.closed;
  assert.equal((await two.ask(17, 'folder')).type, 105);
  await openSftp(one.client);
  assert.equal(edge.records.started.length, 1);
});

test('a channel that is in use cannot be taken for something else', async (t) => {
  const edge = await startEdge(t);
  const peer = await connectPeer(t, edge.server.port);
  const inside: unknown = Reflect.get(peer.client, '_protocol');
  assert.ok(typeof inside === 'object' && inside !== null);
  for (const [message, what] of [
    ['subsystem', 'sftp'],
    ['exec', 'id'],
    ['shell', undefined],
  ] as const)
    Reflect.get(inside, message).apply(inside, what === undefined ? [0, false] : [0, what, false]);
  assert.equal(statusOf(await peer.ask(14, 'folder', 0)), 0);
});

test('a session without requests is ended after the idle time; one that waits for an answer is not', async (t) => {
  const { edge, peer } = await halfUpload(t, { limits: { idleTime: 200 }, checkEvery: 20 });
  const gate = Promise.withResolvers<void>();
  edge.root.faults.beforeStat = () => gate.promise;
  const working = await connectPeer(t, edge.server.port);
  const asked = working.tell(17, '/');
  await once(peer.client, 'close');
  assert.deepEqual(await endOf(edge), { how: 'dropped', reason: 'idle' });
  const later = await connectPeer(t, edge.server.port);
  await once(later.client, 'close');
  gate.resolve();
  assert.equal((await working.reply(asked)).type, 105);
});

test('a client that no longer answers keepalives is ended', async (t) => {
  const edge = await startEdge(t, { keepaliveTime: 30 });
  const sock = connect(edge.server.port, '127.0.0.1');
  await connectPeer(t, edge.server.port, { sock });
  sock.pause();
  assert.deepEqual(await endOf(edge), { how: 'dropped', reason: 'client-silent' });
  sock.destroy();
});

test('new keys are made after a time, and the session goes on', async (t) => {
  const edge = await startEdge(t, { limits: { rekeyTime: 50 }, checkEvery: 10 });
  const peer = await connectPeer(t, edge.server.port);
  let exchanges = 0;
  peer.client.on('handshake', () => {
    exchanges += 1;
  });
  await until(() => exchanges >= 2);
  assert.equal(statusOf(await peer.ask(14, 'folder', 0)), 0);
});

test('the sessions of a feed can be ended; when that is done, they are written down', async (t) => {
  const { edge, peer } = await halfUpload(t);
  assert.equal(await edge.server.endSessions('another feed'), 0);
  const closed = once(peer.client, 'close');
  assert.equal(await edge.server.endSessions('feed-1'), 1);
  await closed;
  assert.deepEqual(edge.records.ended[0]?.end, { how: 'dropped', reason: 'ended-by-server' });
  assert.deepEqual(edge.root.openAtEnd, ['/half.csv']);
});

test('a server that stops lets uploads finish, begins none, and ends idle sessions at once', async (t) => {
  const { edge, peer, handle } = await halfUpload(t);
  const idle = await connectPeer(t, edge.server.port);
  const idleClosed = once(idle.client, 'close');
  const stopped = edge.server.close(20_000);
  await idleClosed;
  const refused = await peer.ask(3, 'next.csv', writing, 0);
  assert.match(messageOf(refused), /about to stop/);
  await assert.rejects(connectPeer(t, edge.server.port), /ECONNREFUSED/);
  assert.equal(statusOf(await peer.ask(6, handle, 10n, 'Ada\n')), 0);
  assert.equal(statusOf(await peer.ask(4, handle)), 0);
  await stopped;
  assert.equal(edge.root.text('/half.csv'), 'id,name\n1,Ada\n');
  assert.equal(edge.records.ended.length, 2);
  assert.equal(edge.server.linkCount(), 0);
});

test('a server that stops does not wait for ever', async (t) => {
  const { edge } = await halfUpload(t);
  await edge.server.close(50);
  assert.deepEqual(await endOf(edge), { how: 'dropped', reason: 'server-closing' });
});

test('a second server on the port is refused with a sentence', async (t) => {
  const { server } = await startEdge(t);
  const { port } = server;
  const second = startEdge(t, { port });
  await assert.rejects(second, (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'port-in-use');
    assert.match(error.title, new RegExp(`already listens on 127.0.0.1 port ${port}`));
    return true;
  });
});

test('fifty clients behind one address log in at the same time', async (t) => {
  const edge = await startEdge(t);
  const peers = await Promise.all(Array.from({ length: 50 }, () => connectPeer(t, edge.server.port)));
  const replies = await Promise.all(peers.map((peer, index) => peer.ask(14, `folder ${index}`, 0)));
  assert.deepEqual(replies.map(statusOf), Array(50).fill(0));
});

test('a login whose password was looked at before the sessions of its feed were ended is ended, too', async (t) => {
  const looked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const penalties: LoginPenalties = {
    before: async () => ({ locked: false, wait: 0 }),
    failed: async () => undefined,
    succeeded: async () => {
      looked.resolve();
      await goOn.promise;
    },
  };
  const edge = await startEdge(t, { penalties });
  const client = connectClient(t, edge.server.port);
  await looked.promise;
  assert.equal(await edge.server.endSessions('feed-1'), 0);
  goOn.resolve();
  await once(await client, 'close');
  await until(() => edge.records.ended.length === 1);
  assert.deepEqual(edge.records.ended[0]?.end, { how: 'dropped', reason: 'ended-by-server' });
  await connectClient(t, edge.server.port);
});
