import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import ssh2, { type ConnectConfig, type ParsedKey } from 'ssh2';
import { VirtualFileError } from '../../src/domain/virtual-files.ts';
import { createMemoryPenalties, usualPenaltyRules } from '../../src/sftp/login-penalties.ts';
import { clientKey, testFolder } from '../kit/openssh.ts';
import { edgePassword, edgeUser, startEdge } from '../kit/sftp-edge.ts';
import { connectClient, openSftp } from '../kit/sftp-peer.ts';
import { until } from '../kit/until.ts';

type Attempt = Exclude<Parameters<Extract<ConnectConfig['authHandler'], (...args: never[]) => void>>[2], undefined>;
type Method = Exclude<Parameters<Attempt>[0], string>;

/** Tries these methods one after the other, whatever the server says; null waits for ever. */
function trying(methods: readonly (Method | null)[]): ConnectConfig {
  const left = [...methods];
  return {
    authHandler: (_methods, _partial, next) => {
      const method = left.shift();
      if (method !== null && method !== undefined) next(method);
    },
  };
}

const password = (value: string, username = edgeUser): Method => ({ type: 'password', username, password: value });
const byKey = (key: ParsedKey, username = edgeUser): Method => ({ type: 'publickey', username, key });

function parsed(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  assert.ok(!(key instanceof Error));
  return key;
}

/** Two keys; only the first may log in. */
async function keys(t: TestContext): Promise<{ fingerprint: string; known: ParsedKey; other: ParsedKey }> {
  const known = await clientKey(testFolder(t), 'ssh-ed25519');
  const other = await clientKey(testFolder(t), 'ssh-ed25519');
  return { fingerprint: known.fingerprint, known: parsed(known.privateKey), other: parsed(other.privateKey) };
}

async function refusedLogin(t: TestContext, port: number, config: ConnectConfig): Promise<void> {
  await assert.rejects(connectClient(t, port, config));
}

test('a key that is named but not proven opens nothing', async (t) => {
  const { fingerprint, known, other } = await keys(t);
  const { server, root, records } = await startEdge(t, { keys: [fingerprint] });
  // The public half of the good key, and signatures by another one.
  const forged: ParsedKey = Object.create(known, { sign: { value: other.sign.bind(other) } });
  await refusedLogin(t, server.port, trying([byKey(forged), ...Array<Method>(5).fill(byKey(forged))]));
  await until(() => records.refused.length === 1);
  assert.deepEqual(
    [records.refused[0]?.reason, records.refused[0]?.attempts, records.started.length, root.calls.length],
    ['bad-signature', 6, 0, 0],
  );
});

test('a key that was welcome does not help a key that is proven after it', async (t) => {
  const { fingerprint, known, other } = await keys(t);
  const { server, records } = await startEdge(t, { keys: [fingerprint] });
  const forged: ParsedKey = Object.create(known, { sign: { value: other.sign.bind(other) } });
  const pair = [byKey(forged), byKey(other)];
  await refusedLogin(t, server.port, trying([...pair, ...pair, ...pair, ...pair, ...pair, ...pair]));
  await until(() => records.refused.length === 1);
  assert.equal(records.started.length, 0);
});

test('what is not a key is refused before anybody is asked', async (t) => {
  const { server, records } = await startEdge(t);
  const { other } = await keys(t);
  const path = Buffer.from('/etc/ssh/ssh_host_ed25519_key');
  const texts = [
    Buffer.alloc(0),
    path,
    Buffer.from('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhZA== x'),
    Buffer.alloc(3000),
  ];
  const fakes = texts.map((blob): ParsedKey => Object.create(other, { getPublicSSH: { value: () => blob } }));
  await connectClient(t, server.port, trying([...fakes.map((key) => byKey(key)), password(edgePassword)]));
  assert.equal(records.started[0]?.loginMethod, 'password');
  assert.deepEqual(records.asked, [`byPassword ${edgeUser}`]);
});

test('six wrong passwords end the link, and the log has one line for it', async (t) => {
  const { server, records } = await startEdge(t);
  await refusedLogin(t, server.port, trying(Array.from({ length: 20 }, (_, index) => password(`guess ${index}`))));
  await until(() => records.refused.length === 1);
  const [refused] = records.refused;
  assert.deepEqual(
    [refused?.reason, refused?.attempts, refused?.username, refused?.loginMethod],
    ['wrong-password', 6, edgeUser, 'password'],
  );
  assert.ok(!JSON.stringify(records).includes('guess'));
});

test('a right password after wrong ones is let in', async (t) => {
  const { server, records } = await startEdge(t);
  await connectClient(t, server.port, trying([password('wrong'), password('wrong'), password(edgePassword)]));
  assert.equal(records.started.length, 1);
});

test('an agent with many keys may offer them before the right one', async (t) => {
  const { fingerprint, known, other } = await keys(t);
  const { server, records } = await startEdge(t, { keys: [fingerprint] });
  await connectClient(t, server.port, trying([...Array<Method>(15).fill(byKey(other)), byKey(known)]));
  assert.equal(records.started[0]?.loginMethod, 'publickey');
});

test('endless offers of keys end the link', async (t) => {
  const { server, records } = await startEdge(t);
  const { other } = await keys(t);
  await refusedLogin(t, server.port, trying(Array<Method>(40).fill(byKey(other))));
  await until(() => records.refused.length === 1);
  assert.equal(records.refused[0]?.reason, 'unknown-key');
});

test('a locked pair is refused with the right password; a key still opens it', async (t) => {
  const { fingerprint, known } = await keys(t);
  const clock = { now: () => new Date() };
  const penalties = createMemoryPenalties(clock, { ...usualPenaltyRules, failuresToLock: 3 });
  const { server, records } = await startEdge(t, { keys: [fingerprint], penalties });
  const wrong = Array<Method>(6).fill(password('wrong'));
  await refusedLogin(t, server.port, trying(wrong));
  await refusedLogin(t, server.port, trying(Array<Method>(6).fill(password(edgePassword))));
  await until(() => records.refused.length === 2);
  assert.deepEqual(
    records.refused.map((refusal) => refusal.reason),
    ['locked-out', 'locked-out'],
  );
  await connectClient(t, server.port, trying([byKey(known)]));
});

const names: [what: string, username: string][] = [
  ['NUL', `${edgeUser}\0`],
  ['a control character', `${edgeUser}\n`],
  ['half a surrogate', '\ud800'],
  ['300 bytes', 'x'.repeat(300)],
];
for (const [what, username] of names) {
  test(`a user name with ${what} is refused without a look-up`, async (t) => {
    const { server, records } = await startEdge(t);
    await refusedLogin(t, server.port, {
      username,
      ...trying(Array<Method>(6).fill(password(edgePassword, username))),
    });
    await until(() => records.refused.length === 1);
    assert.equal(records.refused[0]?.reason, 'unusable-user-name');
    assert.deepEqual(records.asked, []);
    assert.match(records.refused[0]?.username ?? '', /^[ -~\ufffd]{1,255}$/);
  });
}

/** A client that has come as far as its login, the inside of ssh2 that it has no words for, and what it has seen. */
async function beforeLogin(t: TestContext, port: number) {
  const client = new ssh2.Client();
  t.after(() => client.destroy());
  client.on('error', () => undefined);
  const seen: string[] = [];
  const debug = (line: string): void => void seen.push(line);
  client.connect({ host: '127.0.0.1', port, username: edgeUser, debug, ...trying([null]) });
  const saw = (what: string): Promise<boolean> => until(() => seen.some((line) => line.includes(what)));
  await saw('Received SERVICE_ACCEPT');
  const inside: unknown = Reflect.get(client, '_protocol');
  assert.ok(typeof inside === 'object' && inside !== null);
  const send = (message: string, ...args: unknown[]): void => Reflect.get(inside, message).apply(inside, args);
  const onMessage = (name: string, handler: (protocol: unknown, ...fields: unknown[]) => void): void =>
    void Reflect.set(Reflect.get(inside, '_handlers'), name, handler);
  return { send, saw, onMessage };
}

test('nothing is opened before the login', async (t) => {
  const { server, root, records } = await startEdge(t);
  const { send, saw } = await beforeLogin(t, server.port);
  // CVE-2025-32433 and its kin.
  send('session', 0, 2 ** 21, 2 ** 15);
  send('subsystem', 0, 'sftp', true);
  send('exec', 0, 'id', true);
  await saw('CHANNEL_OPEN_FAILURE');
  assert.deepEqual([root.calls, records.started], [[], []]);
});

test('a welcome RSA key is told under the name of the algorithm that was asked for', async (t) => {
  const key = await clientKey(testFolder(t), 'ssh-rsa');
  const { server } = await startEdge(t, { keys: [key.fingerprint] });
  const { send, onMessage } = await beforeLogin(t, server.port);
  const named: unknown[] = [];
  onMessage('USERAUTH_PK_OK', (_protocol, algorithm) => named.push(algorithm));
  for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512']) {
    send('authPK', edgeUser, parsed(key.privateKey).getPublicSSH(), algorithm);
    await until(() => named.includes(algorithm));
  }
  assert.deepEqual(named, ['rsa-sha2-256', 'rsa-sha2-512']);
});

test('a request to change the password is refused, and passwords are not looked at', async (t) => {
  const { server, records } = await startEdge(t);
  const { send, saw } = await beforeLogin(t, server.port);
  send('authPassword', edgeUser, edgePassword, 'a new one');
  await saw('Received USERAUTH_FAILURE');
  assert.deepEqual([records.asked, records.started], [[], []]);
});

test('a login that cannot be recorded is refused', async (t) => {
  const recordFails = new Error('the database is away');
  const { server, records } = await startEdge(t, { recordFails, bugsExpected: true });
  await refusedLogin(t, server.port, trying(Array<Method>(6).fill(password(edgePassword))));
  await until(() => records.refused.length === 1);
  assert.equal(records.refused[0]?.reason, 'internal-error');
  assert.equal(records.bugs.length, 6);
});

test('a root that cannot be opened is told to the client in its own words', async (t) => {
  const openRoot = async () => {
    throw new VirtualFileError('permission-denied', 'This feed is switched off. Ask its administrator.');
  };
  const { server } = await startEdge(t, { openRoot });
  const peer = await openSftp(await connectClient(t, server.port));
  assert.match(await peer.closed, /This feed is switched off/);
});

test('a silent socket and a link without a login end after the login time', async (t) => {
  const { server, records } = await startEdge(t, { limits: { loginTime: 150 } });
  const silent = connect(server.port, '127.0.0.1');
  assert.equal(await text(silent), 'SSH-2.0-Causeway\r\n');
  await refusedLogin(t, server.port, trying([password('wrong'), null]));
  await until(() => records.refused.length === 1 && server.linkCount() === 0);
  assert.equal(records.refused[0]?.reason, 'wrong-password');
});

test('a client without a common algorithm is told to the session log', async (t) => {
  const { server, records } = await startEdge(t);
  await refusedLogin(t, server.port, { algorithms: { kex: ['diffie-hellman-group14-sha1'] } });
  await refusedLogin(t, server.port, { algorithms: { compress: ['zlib', 'zlib@openssh.com'] } });
  await until(() => records.refused.length === 2);
  for (const refusal of records.refused)
    assert.deepEqual([refusal.reason, refusal.username], ['handshake-failed', null]);
});

test('only modern algorithms are offered, with strict key exchange and without compression', async (t) => {
  const { server } = await startEdge(t);
  const socket = connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write('SSH-2.0-test\r\n');
  let said = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    said += chunk;
    if (said.includes('none')) break;
  }
  assert.doesNotMatch(said, /zlib|sha1|ssh-rsa|ssh-dss|cbc|md5|group-exchange|group1-/);
  for (const name of ['kex-strict-s-v00@openssh.com', 'ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'])
    assert.ok(said.includes(name), name);
});

test('too many links that wait for their login are sent away with a sentence', async (t) => {
  const { server } = await startEdge(t, { admission: { waitingPerAddress: 2, inLinePerAddress: 0 } });
  const waiting = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')];
  for (const socket of waiting) await once(socket, 'data');
  assert.match(await text(connect(server.port, '127.0.0.1')), /Too many links from this address/);
  for (const socket of waiting) socket.destroy();
  await until(() => server.linkCount() === 0);
  await connectClient(t, server.port);
});

test('garbage, half a handshake and a vanishing client leave the server as it was', async (t) => {
  const { server } = await startEdge(t);
  const openings = [
    'GET / HTTP/1.1\r\n\r\n',
    'SSH-1.5-old\r\n',
    `SSH-2.0-x\r\n${'\xff'.repeat(4000)}`,
    'SSH-2.0-',
    '\0',
  ];
  for (const opening of openings) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(opening, 'latin1');
    socket.resume();
    await once(socket, 'close');
  }
  const reset = connect(server.port, '127.0.0.1');
  await once(reset, 'data');
  reset.resetAndDestroy();
  await until(() => server.linkCount() === 0);
  await connectClient(t, server.port);
});
