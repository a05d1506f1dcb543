// Listings that are open at the same time: what one session can make the server keep in memory is bounded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf, messageOf, statusOf } from '../kit/sftp-peer.ts';

const type = { close: 4, opendir: 11, readdir: 12 };

test('a session cannot hold listings of large folders without end, and goes on when it has closed some', async (t) => {
  const { server, root } = await startEdge(t);
  const node = { kind: 'file' as const, bytes: Buffer.alloc(0), mode: 0o644, modifiedAt: new Date(0) };
  for (let i = 0; i < 15_000; i++) root.nodes.set(`/file-${i}.csv`, node);
  const peer = await connectPeer(t, server.port);
  const first = handleOf(await peer.ask(type.opendir, '/'));
  const second = handleOf(await peer.ask(type.opendir, '/'));
  assert.match(messageOf(await peer.ask(type.opendir, '/')), /too many large folders/);
  assert.equal((await peer.ask(type.readdir, second)).type, 104);
  assert.equal(statusOf(await peer.ask(type.close, first)), 0);
  handleOf(await peer.ask(type.opendir, '/'));
});
