// mlkem768x25519-sha256 as a client: against an implementation of its own, against OpenSSH's server, and with bad input.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { newerOpenSsh, newerOpenSshMissing } from '../../scripts/newer-openssh.ts';
import { inPieces, readAll } from '../conformance/remote-servers.ts';
import { openSession } from '../kit/partners/open-session.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { type Forge, keyExchangeName, RawSsh, text } from '../kit/raw-ssh.ts';
import { password, seenBy, tcpServer, tryToOpen } from './remote-kit.ts';

/** A server that can do no other key exchange, for one socket; `serve` goes on after the version lines. */
async function rawServer(
  t: TestContext,
  serve: (raw: RawSsh) => Promise<unknown>,
): Promise<{ port: number; done: Promise<unknown> }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { promise: done, resolve } = Promise.withResolvers<unknown>();
  const port = await tcpServer(t, (socket) => {
    resolve(RawSsh.open(socket, 'server', privateKey).then(serve));
  });
  return { port, done };
}

test('a server of its own making exchanges keys with us, changes them, and reads what we say', async (t) => {
  const heard: string[] = [];
  const { port, done } = await rawServer(t, async (raw) => {
    await raw.exchangeKeys();
    await raw.expect(5);
    // Before it answers, it wants new keys.
    await raw.exchangeKeys();
    raw.send(Buffer.concat([Buffer.of(6), text('ssh-userauth')]));
    for (;;) {
      const request = await raw.expect(50);
      heard.push(request.toString('latin1'));
      if (heard.at(-1)?.includes(password)) break;
      raw.send(Buffer.concat([Buffer.of(51), text('password'), Buffer.of(0)]));
    }
    await raw.exchangeKeys();
    raw.send(Buffer.concat([Buffer.of(1, 0, 0, 0, 11), text('enough'), text('')]));
    return raw.exchanges;
  });
  const tried = await tryToOpen(t, port);
  assert.equal(await done, 3);
  assert.match(heard.at(-1) ?? '', /registrar[\s\S]*ssh-connection[\s\S]*password/);
  assert.ok(tried.stages.some(({ name, detail }) => name === 'key-exchange' && detail.includes(keyExchangeName)));
  assert.equal(tried.error?.observation.stage, 'login');
});

const zeros = Buffer.alloc(32);
/** What is wrong, how, and what is said of it: a session that only failed later would say something else. */
const bad: [string, Forge, RegExp][] = [
  ['an answer without its last byte', (share) => share.subarray(0, -1), /has 1119 bytes, and 1120 are needed/],
  ['an answer with a byte too many', (share) => Buffer.concat([share, Buffer.of(1)]), /has 1121 bytes/],
  ['an answer of an X25519 key alone', (share) => share.subarray(-32), /has 32 bytes/],
  ['an empty answer', () => Buffer.alloc(0), /has 0 bytes/],
  [
    'an X25519 point of zeros',
    (share) => Buffer.concat([share.subarray(0, -32), zeros]),
    /Error while computing DH secret/,
  ],
  [
    'an ML-KEM secret that is for nobody',
    (share) => Buffer.concat([Buffer.alloc(1088, 7), share.subarray(-32)]),
    /signature verification failed/,
  ],
];

for (const [what, forge, said] of bad)
  test(`${what} ends the session at the key exchange, before we have told any secret`, async (t) => {
    const heard: Buffer[] = [];
    const { port, done } = await rawServer(t, async (raw) => {
      await raw.exchangeKeys(forge);
      heard.push(await raw.expect(5));
    });
    const tried = await tryToOpen(t, port);
    assert.equal(seenBy(tried), 'key-exchange protocol-error');
    assert.match(String(tried.error?.observation.facts.detail), said);
    await assert.rejects(done);
    assert.deepEqual(heard, []);
  });

const skip = newerOpenSshMissing() || sshdMissing();

test('OpenSSH’s server takes a file by it, with new keys again and again', { skip }, async () => {
  const root = newerOpenSsh();
  assert.ok(root !== undefined);
  await using partner = await startSshd({ root, config: [`KexAlgorithms ${keyExchangeName}`, 'RekeyLimit 1M'] });
  await using session = await openSession(partner);
  const bytes = randomBytes(12_000_000);
  await session.put('/upload/big.csv', inPieces(bytes));
  assert.ok((await readFile(partner.local('/upload/big.csv'))).equals(bytes));
  assert.ok((await readAll(session, '/upload/big.csv')).equals(bytes));
});
