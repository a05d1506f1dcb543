// Files on real servers: the suite on all three, and what only some of them can be made to do.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile, stat, truncate } from 'node:fs/promises';
import { test } from 'node:test';
import type { ServerChannel } from 'ssh2';
import { PacketReader } from '../../src/domain/sftp-packets.ts';
import { packetTypes, WireReader, WireWriter } from '../../src/domain/sftp-wire.ts';
import { inPieces, observedBy, readAll, remoteServersConformance } from '../conformance/remote-servers.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { startLink } from '../kit/partners/link.ts';
import { openSession } from '../kit/partners/open-session.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { recordingServer, tryToOpen } from './remote-kit.ts';

for (const { name, start, missing } of everyPartner) remoteServersConformance(name, start, missing());

const skip = sshdMissing();
const small = () => inPieces(Buffer.from('small'));

/** Random bytes for ever, in pieces; `onPiece` is told how many there were. */
async function* endless(onPiece?: (count: number) => void) {
  const piece = randomBytes(100_000);
  for (let count = 1; ; count += 1) {
    onPiece?.(count);
    yield piece;
    // As a file on a disk, it lets others have a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a disk that fills up is no-space, with how much arrived, and the session can tidy up', { skip }, async () => {
  await using partner = await startSshd({ folders: { upload: 3_000_000 } });
  await using session = await openSession(partner);
  const seen = await observedBy(session.put('/upload/big.csv', endless()));
  assert.deepEqual([seen.stage, seen.kind], ['write', 'no-space']);
  assert.ok(Number(seen.facts.bytesAcknowledged) > 1_000_000);
  await session.remove('/upload/big.csv');
  await session.put('/upload/small.csv', small());
  assert.equal((await session.stat('/upload/small.csv'))?.size, 5);
});

test('a folder that can only be read, or not even that, is permission-denied', { skip }, async () => {
  await using partner = await startSshd({ folders: { upload: 'write', theirs: 'read', secret: 'none' } });
  await using session = await openSession(partner);
  await session.put('/upload/a.csv', small());
  assert.equal((await observedBy(session.put('/theirs/a.csv', small()))).kind, 'permission-denied');
  assert.equal((await observedBy(session.rename('/upload/a.csv', '/theirs/a.csv'))).kind, 'permission-denied');
  assert.equal((await observedBy(session.stat('/secret/a.csv'))).kind, 'permission-denied');
  assert.equal((await session.stat('/upload/a.csv'))?.size, 5);
});

test('without posix-rename a free name is renamed plainly, and an existing one is told as that', { skip }, async () => {
  await using partner = await startSshd({ refuse: ['posix-rename'] });
  await using session = await openSession(partner);
  await session.put('/upload/new.csv', small());
  assert.equal(await session.rename('/upload/new.csv', '/upload/a.csv'), 'plain');
  await session.put('/upload/new.csv', small());
  const seen = await observedBy(session.rename('/upload/new.csv', '/upload/a.csv'));
  assert.deepEqual([seen.stage, seen.kind], ['rename', 'target-exists']);
  assert.ok(existsSync(partner.local('/upload/new.csv')));
});

for (const request of ['rename', 'remove', 'stat'] as const)
  test(`a server that forbids ${request} is permission-denied there and works otherwise`, { skip }, async () => {
    await using partner = await startSshd({ refuse: [request, 'posix-rename'] });
    await using session = await openSession(partner);
    await session.put('/upload/a.csv', small());
    const outcomes = {
      rename: () => session.rename('/upload/a.csv', '/upload/b.csv'),
      remove: () => session.remove('/upload/a.csv'),
      stat: () => session.stat('/upload/a.csv'),
    };
    assert.equal((await observedBy(outcomes[request]())).kind, 'permission-denied');
    assert.equal((await readAll(session, '/upload/a.csv')).toString(), 'small');
  });

test('a session that the server kills in an upload is closed, and says how much was acknowledged', {
  skip,
}, async () => {
  await using partner = await startSshd();
  await using session = await openSession(partner);
  let acknowledged = 0;
  const put = session.put(
    '/upload/big.csv',
    endless((count) => {
      if (count === 60) void partner.killSessions();
    }),
    (bytes) => {
      acknowledged = bytes;
    },
  );
  const seen = await observedBy(put);
  assert.deepEqual([seen.stage, seen.kind, seen.facts.bytesAcknowledged], ['write', 'closed', acknowledged]);
  assert.ok(acknowledged > 0);
  const { size } = await stat(partner.local('/upload/big.csv'));
  assert.ok(size >= acknowledged, `${size} bytes are there, ${acknowledged} were acknowledged`);
  const after = await observedBy(session.stat('/upload'));
  assert.deepEqual([after.kind, after.facts.requestSent], ['closed', false]);
});

test('a network that breaks in an upload is closed', { skip }, async () => {
  await using partner = await startSshd();
  await using link = await startLink(partner);
  await using session = await openSession(partner, { port: link.port });
  link.cutAfter(1_000_000);
  const seen = await observedBy(session.put('/upload/big.csv', endless()));
  assert.deepEqual([seen.stage, seen.kind], ['write', 'closed']);
});

test('a network that swallows everything ends in time, and says whether the request had gone out', {
  skip,
}, async () => {
  await using partner = await startSshd();
  await using link = await startLink(partner);
  await using session = await openSession(partner, { port: link.port }, { requestTime: 400 });
  await session.put('/upload/a.part', small());
  link.loseReplies();
  const lost = await observedBy(session.rename('/upload/a.part', '/upload/a.csv'));
  assert.deepEqual([lost.stage, lost.kind, lost.facts.requestSent], ['rename', 'timed-out', true]);
  assert.ok(existsSync(partner.local('/upload/a.csv')), 'the server did what nobody heard of');
  const after = await observedBy(session.remove('/upload/a.csv'));
  assert.deepEqual([after.stage, after.kind, after.facts.requestSent], ['delete', 'timed-out', false]);
});

test('a server that hardly takes or gives anything is given up', { skip }, async () => {
  await using partner = await startSshd();
  const fast = { paceTime: 30, paceBytes: Number.MAX_SAFE_INTEGER };
  await using up = await openSession(partner, {}, fast);
  const put = await observedBy(up.put('/upload/big.csv', endless()));
  assert.deepEqual([put.stage, put.kind, Number(put.facts.bytesMoved) > 0], ['write', 'timed-out', true]);
  writeFileSync(partner.local('/upload/long.csv'), Buffer.alloc(256 * 1024 * 1024));
  await using down = await openSession(partner, {}, fast);
  const read = await observedBy(Array.fromAsync(down.read('/upload/long.csv'), (piece) => piece.length));
  assert.deepEqual([read.stage, read.kind], ['read-back', 'timed-out']);
});

test('an upload that is swallowed by the network ends in time', { skip }, async () => {
  await using partner = await startSshd();
  await using link = await startLink(partner);
  await using session = await openSession(partner, { port: link.port }, { requestTime: 400 });
  const seen = await observedBy(
    session.put(
      '/upload/big.csv',
      endless((count) => {
        if (count === 30) link.freeze();
      }),
    ),
  );
  assert.deepEqual([seen.stage, seen.kind], ['write', 'timed-out']);
});

test('a stop ends an upload at once, and everything after it', { skip }, async () => {
  await using partner = await startSshd();
  const stop = new AbortController();
  await using session = await openSession(partner, { signal: stop.signal });
  const seen = await observedBy(
    session.put(
      '/upload/big.csv',
      endless((count) => {
        if (count === 30) stop.abort();
      }),
    ),
  );
  assert.deepEqual([seen.stage, seen.kind], ['write', 'stopped']);
  assert.equal((await observedBy(session.stat('/upload'))).kind, 'stopped');
});

test('keys that the server changes again and again within an upload and a download change no byte', {
  skip,
}, async () => {
  await using partner = await startSshd({ config: ['RekeyLimit 1M'] });
  await using session = await openSession(partner);
  const bytes = randomBytes(15_000_000);
  const hash = createHash('sha256').update(bytes).digest('hex');
  await session.put('/upload/big.csv', inPieces(bytes));
  assert.equal(
    createHash('sha256')
      .update(await readFile(partner.local('/upload/big.csv')))
      .digest('hex'),
    hash,
  );
  assert.equal(
    createHash('sha256')
      .update(await readAll(session, '/upload/big.csv'))
      .digest('hex'),
    hash,
  );
});

/** An SFTP server of one file that gives at most `most` bytes for each READ. */
function stingy(content: Buffer, most: number): (channel: ServerChannel) => void {
  return (channel) => {
    const reader = new PacketReader();
    const answer = (type: number, body: WireReader): WireWriter => {
      const reply = (replyType: number) => new WireWriter(replyType).uint32(body.uint32());
      if (type === packetTypes.init) return new WireWriter(packetTypes.version).uint32(3);
      if (type === packetTypes.open) return reply(packetTypes.handle).string('h');
      const id = body.uint32();
      const status = (code: number) => new WireWriter(packetTypes.status).uint32(id).uint32(code).string('').string('');
      if (type !== packetTypes.read) return status(0);
      body.string();
      const [at, length] = [body.uint64(), body.uint32()];
      const part = content.subarray(at, at + Math.min(length, most));
      return part.length === 0 ? status(1) : new WireWriter(packetTypes.data).uint32(id).string(part);
    };
    channel.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let packet = reader.next(); packet?.kind === 'packet'; packet = reader.next())
        channel.write(answer(packet.type, new WireReader(packet.body)).finish());
    });
  };
}

for (const [most, size] of [
  [1000, 40_001],
  [20_000, 100_000],
  [32_767, 65_536],
  [32_768, 65_536],
] as const)
  test(`a server that gives ${most} bytes at a time of ${size} is read wholly`, async (t) => {
    const content = randomBytes(size);
    const server = await recordingServer(t, { sftp: stingy(content, most) });
    const { session } = await tryToOpen(t, server.port);
    if (session === null) throw new Error('not opened');
    assert.ok((await readAll(session, '/file')).equals(content));
  });

test('a file that the server cuts while it is read ends where it ends', { skip }, async () => {
  await using partner = await startSshd();
  await using session = await openSession(partner);
  await session.put('/upload/a.csv', inPieces(randomBytes(10_000_000)));
  let read = 0;
  for await (const part of session.read('/upload/a.csv')) {
    // In one step: a file that is written anew has no byte for a moment, and may be found like that.
    if (read === 0) await truncate(partner.local('/upload/a.csv'), 4_000_001);
    read += part.length;
  }
  assert.ok(read >= 4_000_001 && read < 10_000_000, String(read));
});

test('a server without SFTP is sftp-not-offered', { skip }, async () => {
  await using partner = await startSshd({ sftp: false });
  const stages: string[] = [];
  const onStage = ({ name, status }: { name: string; status: string }) => stages.push(`${name} ${status}`);
  const seen = await observedBy(openSession(partner, { onStage }));
  assert.deepEqual([seen.stage, seen.kind], ['sftp', 'sftp-not-offered']);
  assert.deepEqual(stages.slice(-2), ['login ok', 'sftp failed']);
});

test('a login that may run one command only, which is not SFTP, is sftp-not-offered', { skip }, async () => {
  await using partner = await startSshd({ config: ['ForceCommand /bin/true'] });
  const seen = await observedBy(openSession(partner));
  assert.deepEqual([seen.stage, seen.kind], ['sftp', 'sftp-not-offered']);
});
