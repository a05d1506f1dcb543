import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startEdge } from '../kit/sftp-edge.ts';
import { connectPeer, handleOf, openSftp, packet, statusOf } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

const breaches: [what: string, bytes: Buffer, sentence: RegExp][] = [
  ['a length of 0xFFFFFFFF', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), /4294967295 bytes/],
  ['a length of 0', Buffer.alloc(4), /0 bytes/],
  ['a length over the limit', Buffer.from([0, 0x10, 0, 0]), /1048576 bytes/],
  ['a request without an id', Buffer.from([0, 0, 0, 2, 17, 0]), /ends before its fields/],
];

for (const [what, bytes, sentence] of breaches) {
  test(`${what} ends its own session with a sentence; the others go on`, async (t) => {
    const { server, root, records } = await startEdge(t);
    const good = await connectPeer(t, server.port);
    const bad = await connectPeer(t, server.port);
    const handle = handleOf(await bad.ask(3, 'half.csv', 26, 0));
    bad.send(bytes);
    assert.match(await bad.closed, sentence);
    assert.deepEqual(root.openAtEnd, ['/half.csv']);
    assert.equal(statusOf(await good.ask(4, handle)), 4);
    bad.client.end();
    await until(() => records.ended.length === 1);
    assert.deepEqual(records.ended[0]?.end, { how: 'dropped', reason: 'protocol-error' });
    assert.equal(server.linkCount(), 1);
  });
}

test('a request before INIT ends the session', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port, {}, false);
  peer.tell(17, '/');
  assert.match(await peer.closed, /not INIT/);
  assert.deepEqual(root.calls, ['end']);
});

test('what came before the breach is still done and answered', async (t) => {
  const { server, root } = await startEdge(t);
  const peer = await connectPeer(t, server.port);
  const id = peer.tell(14, 'folder', 0);
  peer.send(Buffer.alloc(4));
  assert.equal(statusOf(await peer.reply(id)), 0);
  await peer.closed;
  assert.ok(root.nodes.has('/folder'));
});

const requestTypes = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200];

test('a session fed with damaged packets answers or ends, and the server stays', { timeout: 60_000 }, async (t) => {
  const { server, records } = await startEdge(t);
  const good = await connectPeer(t, server.port);
  const field = fc.oneof(
    fc.nat(),
    fc.constantFrom('/', 'a', 'b', '..', 'posix-rename@openssh.com', 'copy-data'),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 40 }),
  );
  const request = fc.tuple(fc.constantFrom(...requestTypes), fc.array(field, { maxLength: 5 }));
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), damage, async (requests, changes) => {
      const peer = await openSftp(good.client);
      peer.send(packet(1, [3]));
      const bytes = Buffer.concat(requests.map(([type, fields], id) => packet(type, [id, ...fields])));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      peer.send(bytes);
      peer.channel.end();
      await peer.closed;
    }),
    { numRuns: 60 },
  );
  assert.equal((await good.ask(16, 'still/here')).type, 104);
  good.client.end();
  await until(() => records.ended.length === 1);
});
