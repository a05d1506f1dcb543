// From the first byte to the proven host key: servers that are none, that never end, that hang up, and that prove nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { ParsedKey } from 'ssh2';
import { startMisbehaving, type Way } from '../kit/partners/misbehaving.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { hostKey, recordingServer, seenBy, tcpServer, tryToOpen } from './remote-kit.ts';

const skip = sshdMissing();
const quick = { bannerTime: 500, keyExchangeTime: 500 };

/** What each way to misbehave is seen as, and words of its facts. */
const ways: Record<Way, [seen: string, facts?: RegExp]> = {
  hangs: ['banner timed-out', /"seconds":0.5/],
  'hangs after its banner': ['key-exchange timed-out'],
  'speaks HTTP': ['banner http-answer', /400 Bad Request/],
  'speaks FTP': ['banner not-ssh', /vsFTPd/],
  'banner that never ends': ['banner banner-too-long', /next free agent/],
  'line that never ends': ['banner banner-too-long'],
  'closes at once': ['banner closed'],
  'closes in the key exchange': ['key-exchange closed'],
  'sends rubbish': ['key-exchange protocol-error'],
};

for (const [way, [seen, facts]] of Object.entries(ways) as [Way, [string, RegExp?]][])
  test(`“${way}” is seen as ${seen}`, async (t) => {
    await using server = await startMisbehaving(way);
    // The endless banner is to be cut by its length, not by the time.
    const tried = await tryToOpen(
      t,
      server.port,
      {},
      { ...quick, ...(/never/.test(way) ? { bannerTime: 30_000 } : {}) },
    );
    assert.equal(seenBy(tried), seen);
    const last = tried.stages.at(-1);
    assert.deepEqual([last?.name, last?.status], [seen.split(' ')[0], 'failed']);
    assert.notEqual(last?.detail, '');
    if (facts) assert.match(JSON.stringify(tried.error?.observation.facts), facts);
  });

/** Texts that come instead of a version line, and what they are seen as. */
const texts: [name: string, text: string, end: boolean, seen: string][] = [
  ['a line a time, too slowly ever to end', '', false, 'banner banner-too-long'],
  ['a web page', '<!DOCTYPE html>\n<title>Router</title>', false, 'banner http-answer'],
  ['the alert of a TLS server', '\x15\x03\x01\x00\x02\x02\x46', true, 'banner not-ssh'],
  ['a server of mail that waits', '* OK IMAP4rev1 ready\r\n', false, 'banner not-ssh'],
  ['sshd that has no room', 'Exceeded MaxStartups\r\n', true, 'banner closed'],
  ['sshd that punishes our address', 'Not allowed at this time\r\n', true, 'banner closed'],
  ['version 1 of SSH', 'SSH-1.5-old\r\n', false, 'banner protocol-error'],
  ['a version without a name', 'SSH-2.0-\r\n', false, 'banner protocol-error'],
];

for (const [name, text, end, seen] of texts)
  test(`${name} is seen as ${seen}`, async (t) => {
    const port = await tcpServer(t, (socket) => {
      socket.resume();
      socket.write(text, 'latin1');
      if (end) socket.end();
      if (text !== '') return;
      const timer = setInterval(() => socket.write('please hold the line\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const limits = text === '' ? { ...quick, bannerTime: 2000 } : quick;
    assert.equal(seenBy(await tryToOpen(t, port, {}, limits)), seen);
  });

test('text of a server in the facts is short and printable', async (t) => {
  const port = await tcpServer(t, (socket) => void socket.end(`\x1b[31mred\x00\u202e${'x'.repeat(9000)}\r\n`));
  const { error } = await tryToOpen(t, port, {}, quick);
  const text = String(error?.observation.facts.text);
  assert.match(text, /^\?\[31mred\?\?x+$/);
  assert.ok(text.length <= 200);
});

/** sshd behind a relay that gives its first bytes one by one, after lines of its own. */
async function trickle(server: { port: number }, near: Socket): Promise<void> {
  near.setNoDelay(true);
  const far = connect(server.port, '127.0.0.1');
  far.on('error', () => near.destroy());
  near.on('close', () => far.destroy());
  near.pipe(far);
  const send = (bytes: Uint8Array) => new Promise((resolve) => near.write(bytes, () => setImmediate(resolve)));
  for (const byte of Buffer.from('Welcome.\nAll use is logged. \xfc\r\n', 'latin1')) await send(Buffer.of(byte));
  const chunks = await once(far, 'data');
  far.pause();
  for (const byte of Buffer.concat(chunks)) await send(Buffer.of(byte));
  far.pipe(near);
}

test('a version that comes byte by byte after a greeting is read, and the session works', { skip }, async (t) => {
  await using partner = await startSshd();
  const port = await tcpServer(t, (socket) => void trickle(partner, socket).catch(() => socket.destroy()));
  const { username, password } = partner;
  const tried = await tryToOpen(t, port, { username, secret: { kind: 'password', password } });
  assert.equal(seenBy(tried), 'opened');
  assert.match(tried.session?.serverVersion ?? '', /^OpenSSH_/);
  assert.equal((await tried.session?.stat('/upload'))?.kind, 'folder');
});

test('our own first line names the product and no version, and is sent once', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const port = await tcpServer(t, (socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      // The proposal that follows is far longer.
      if (text.length > 400) resolve(text);
    });
    socket.write('SSH-2.0-Quiet\r\n');
  });
  const [, text] = await Promise.all([tryToOpen(t, port, {}, quick), promise]);
  assert.match(text, /^SSH-2\.0-Causeway\r\n/);
  assert.equal(text.split('SSH-2.0-').length, 2);
  assert.match(text, /kex-strict-c-v00@openssh\.com/);
  assert.doesNotMatch(text, /ssh-rsa|hmac-sha1|cbc|group-exchange|group1-|zlib|ssh-dss/);
});

for (const [name, config] of [
  ['key exchange', 'KexAlgorithms diffie-hellman-group14-sha1'],
  ['cipher', 'Ciphers aes128-cbc'],
  ['MAC', 'MACs hmac-sha1\nCiphers aes128-ctr'],
] as const)
  test(`a server with no ${name} but an outdated one is no-common-algorithm, and says what it has`, {
    skip,
  }, async (t) => {
    await using partner = await startSshd({ config: [config] });
    const tried = await tryToOpen(t, partner.port);
    assert.equal(seenBy(tried), 'key-exchange no-common-algorithm');
    assert.match(JSON.stringify(tried.error?.observation.facts), /group14-sha1|aes128-cbc|hmac-sha1/);
  });

for (const config of [
  'Ciphers aes256-ctr',
  'Ciphers chacha20-poly1305@openssh.com',
  'KexAlgorithms diffie-hellman-group18-sha512',
])
  test(`a server with nothing but ${config} works`, { skip }, async (t) => {
    await using partner = await startSshd({ config: [config] });
    const { username, password } = partner;
    const tried = await tryToOpen(t, partner.port, { username, secret: { kind: 'password', password } });
    assert.equal(seenBy(tried), 'opened');
    const exchange = tried.stages.find(({ name }) => name === 'key-exchange');
    assert.ok(exchange?.detail.includes(config.split(' ')[1] ?? 'nothing'));
  });

test('a server that shows a key that it does not hold proves nothing, and nobody is asked to accept it', async (t) => {
  const [own, stolen] = [await hostKey(), await hostKey()];
  const thief: ParsedKey = Object.create(own, { getPublicSSH: { value: () => stolen.getPublicSSH() } });
  const server = await recordingServer(t, { hostKeys: [thief] });
  let asked = 0;
  const acceptHostKey = () => {
    asked += 1;
    return true;
  };
  const tried = await tryToOpen(t, server.port, { acceptHostKey });
  assert.equal(seenBy(tried), 'key-exchange protocol-error');
  assert.match(String(tried.error?.observation.facts.detail), /signature verification failed/);
  assert.deepEqual([asked, server.attempts], [0, []]);
});

test('a stop in each stage ends it there', async (t) => {
  for (const [way, stage] of [
    ['hangs', 'banner'],
    ['hangs after its banner', 'key-exchange'],
  ] as const) {
    await using server = await startMisbehaving(way);
    const stop = new AbortController();
    const stages: string[] = [];
    const onStage = ({ name }: { name: string }) => {
      stages.push(name);
      if (name === (stage === 'banner' ? 'connect' : 'banner')) setImmediate(() => stop.abort());
    };
    const tried = await tryToOpen(t, server.port, { signal: stop.signal, onStage });
    assert.equal(seenBy(tried), `${stage} stopped`);
    assert.equal(stages.at(-1), stage);
  }
});
