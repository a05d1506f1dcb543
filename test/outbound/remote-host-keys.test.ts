// Host keys of servers: found without logging in, restricted to the types that are asked for, and proven ones announced.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Connection, ParsedKey } from 'ssh2';
import type { Stage } from '../../src/domain/remote.ts';
import { observedBy } from '../conformance/remote-servers.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { startMisbehaving } from '../kit/partners/misbehaving.ts';
import { openSession, partnerServers } from '../kit/partners/open-session.ts';
import { proftpdMissing, startProftpd } from '../kit/partners/proftpd.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { hostKey, recordingServer, seenBy, tcpServer, tryToOpen } from './remote-kit.ts';

const skip = sshdMissing();
const three = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const;

async function detect(port: number, signal = new AbortController().signal) {
  const stages: Stage[] = [];
  const keys = await partnerServers().detectHostKeys(
    { host: '127.0.0.1', port },
    (stage) => stages.push(stage),
    signal,
  );
  return { keys, stages: stages.map(({ name, status }) => `${name} ${status}`), detail: stages.at(-1)?.detail ?? '' };
}

const told = ['resolve ok', 'connect ok', 'banner ok', 'key-exchange ok', 'host-key ok'];

for (const { name, start, missing } of everyPartner)
  test(`${name}: every host key is found without logging in, with its fingerprints`, { skip: missing() }, async () => {
    await using partner = await start();
    const { keys, stages, detail } = await detect(partner.port);
    assert.deepEqual(keys, partner.hostKeys);
    assert.deepEqual(stages, told);
    for (const key of keys) assert.ok(detail.includes(key.sha256));
  });

test('a server with keys of three types gives three, one with a single key gives one', { skip }, async () => {
  await using many = await startSshd({ hostKeys: three });
  assert.deepEqual((await detect(many.port)).keys, many.hostKeys);
  for (const type of three) {
    await using one = await startSshd({ hostKeys: [type] });
    assert.deepEqual((await detect(one.port)).keys, one.hostKeys);
  }
});

test('nothing of a login is sent while host keys are looked for', async (t) => {
  const server = await recordingServer(t);
  assert.equal((await detect(server.port)).keys.length, 1);
  await server.ended;
  assert.deepEqual(server.attempts, []);
});

test('a server that has enough of links after the first gives what it has shown', { skip }, async (t) => {
  await using partner = await startSshd({ hostKeys: three });
  let links = 0;
  const port = await tcpServer(t, (near) => {
    links += 1;
    if (links > 1) return near.destroy();
    const far = connect(partner.port, '127.0.0.1').on('error', () => near.destroy());
    return near.pipe(far).pipe(near);
  });
  assert.deepEqual((await detect(port)).keys, partner.hostKeys.slice(0, 1));
  assert.equal(links, 3);
});

test('only the types asked for are negotiated; an RSA pin means signatures with SHA-2', { skip }, async (t) => {
  await using partner = await startSshd({ hostKeys: three });
  const { username, password } = partner;
  for (const type of three) {
    const secret = { kind: 'password', password } as const;
    const tried = await tryToOpen(t, partner.port, { username, secret, hostKeyTypes: [type] });
    assert.equal(tried.session?.hostKey.type, type);
    const same = partner.hostKeys.find((key) => key.type === type);
    assert.deepEqual(tried.session?.hostKey, same);
  }
});

test('a server that has no key of the type asked for is no-common-host-key, with those that it has', {
  skip,
}, async (t) => {
  await using partner = await startSshd({ hostKeys: ['ecdsa-sha2-nistp256'] });
  const tried = await tryToOpen(t, partner.port, { hostKeyTypes: ['ssh-ed25519'] });
  assert.equal(seenBy(tried), 'key-exchange no-common-host-key');
  const { offered, asked } = tried.error?.observation.facts ?? {};
  assert.deepEqual([offered, asked], [['ecdsa-sha2-nistp256'], ['ssh-ed25519']]);
  const unknown = await tryToOpen(t, partner.port, { hostKeyTypes: ['ssh-dss'] });
  assert.equal(seenBy(unknown), 'key-exchange no-common-host-key');
});

test('a server that signs with SHA-1 only is no-common-host-key, whatever is asked for', { skip }, async (t) => {
  await using partner = await startSshd({ hostKeys: ['ssh-rsa'], config: ['HostKeyAlgorithms ssh-rsa'] });
  for (const hostKeyTypes of [null, ['ssh-rsa']]) {
    const tried = await tryToOpen(t, partner.port, { hostKeyTypes });
    assert.equal(seenBy(tried), 'key-exchange no-common-host-key');
    assert.deepEqual(tried.error?.observation.facts.offered, ['ssh-rsa']);
  }
});

test('a server that is none, or is stopped, gives no keys but what was seen', async () => {
  await using hanging = await startMisbehaving('hangs');
  await using web = await startMisbehaving('speaks HTTP');
  assert.equal((await observedBy(detect(web.port))).kind, 'http-answer');
  const seen = await observedBy(detect(hanging.port, AbortSignal.timeout(50)));
  assert.deepEqual([seen.stage, seen.kind], ['banner', 'stopped']);
});

test('the other keys that a server proves to have are announced, whichever is in use', { skip }, async () => {
  await using partner = await startSshd({ hostKeys: three });
  for (const type of three) {
    await using session = await openSession(partner, { hostKeyTypes: [type] });
    const others = partner.hostKeys.filter((key) => key.type !== type);
    assert.deepEqual(await session.offeredHostKeys(), others);
    // Asked again, the answer is the same.
    assert.deepEqual(await session.offeredHostKeys(), others);
  }
});

test('a server that is not OpenSSH is asked for its other keys too', { skip: proftpdMissing() }, async () => {
  await using partner = await startProftpd();
  await using session = await openSession(partner, { hostKeyTypes: ['ecdsa-sha2-nistp256'] });
  const others = partner.hostKeys.filter(({ type }) => type !== 'ecdsa-sha2-nistp256');
  assert.ok(others.length > 0);
  assert.deepEqual(await session.offeredHostKeys(), others);
});

test('a next key of the same type is announced before it is in use', { skip }, async () => {
  await using partner = await startSshd({ hostKeys: ['ssh-ed25519'] });
  const present = partner.hostKeyPairs[0];
  if (!present) throw new Error('no host key');
  await partner.rotateHostKeys([present, 'ssh-ed25519']);
  await using session = await openSession(partner, { hostKeyTypes: ['ssh-ed25519'] });
  assert.equal(session.hostKey.publicKey, present.publicKey);
  assert.deepEqual(await session.offeredHostKeys(), [partner.hostKeys[1]]);
});

/** SFTP's answer to INIT. */
const version3 = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3]);

test('a server that announces nothing gives nothing, soon', async (t) => {
  const server = await recordingServer(t, { sftp: (channel) => void channel.write(version3) });
  const { session } = await tryToOpen(t, server.port);
  assert.deepEqual(await session?.offeredHostKeys(), []);
});

for (const holds of [true, false])
  test(`a key that a server announces and ${holds ? 'holds is' : 'does not hold is not'} believed`, async (t) => {
    const [own, announced] = [await hostKey(), await hostKey()];
    const server = await recordingServer(t, {
      hostKeys: [own],
      connected: (connection) => connection.on('ready', () => announce(connection, announced, holds ? announced : own)),
      sftp: (channel) => void channel.write(version3),
    });
    const { session } = await tryToOpen(t, server.port, {}, { hostKeysTime: 2000 });
    const keys = await session?.offeredHostKeys();
    const blob = announced.getPublicSSH().toString('base64');
    assert.deepEqual(
      keys?.map(({ publicKey }) => publicKey),
      holds ? [`ssh-ed25519 ${blob}`] : [],
    );
  });

/** What ssh2's server keeps to itself: it knows nothing of hostkeys-00@openssh.com. */
type Inside = {
  _protocol: {
    _kex: { sessionID: Buffer };
    _handlers: { GLOBAL_REQUEST: (protocol: { requestSuccess(data: Buffer): void }, name: string) => void };
    _packetRW: { write: { allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer } };
    _cipher: { encrypt(packet: Buffer): void };
  };
};

/** Announces `key` (OpenSSH's PROTOCOL, section 2.5), and proves it with the signature of `signer`. */
function announce(connection: Connection, key: ParsedKey, signer: ParsedKey): void {
  const { _protocol: protocol } = connection as unknown as Inside;
  const prove = 'hostkeys-prove-00@openssh.com';
  protocol._handlers.GLOBAL_REQUEST = (peer, name) => {
    if (name !== prove) return;
    const signed = Buffer.concat([prove, protocol._kex.sessionID, key.getPublicSSH()].map(string));
    const signature = Buffer.concat(['ssh-ed25519', signer.sign(signed)].map(string));
    peer.requestSuccess(string(signature));
  };
  const request = [Buffer.of(80), string('hostkeys-00@openssh.com'), Buffer.of(0), string(key.getPublicSSH())];
  const payload = Buffer.concat(request);
  const { write } = protocol._packetRW;
  const start = write.allocStart;
  const packet = write.alloc(payload.length);
  packet.set(payload, start);
  protocol._cipher.encrypt(write.finalize(packet));
}

function string(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
