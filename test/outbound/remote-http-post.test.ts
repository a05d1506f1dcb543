// POST to webhooks: what arrives, what is refused, and which addresses are never called.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createHttpPost } from '../../src/adapters/http-post/http-post.ts';
import { createConnect, type Lookup } from '../../src/adapters/network/connect.ts';
import type { PostOutcome } from '../../src/domain/ports.ts';
import { refusingPort } from '../kit/partners/misbehaving.ts';
import { portOf, tcpServer } from './remote-kit.ts';

const ours = ['127.0.0.0/8', '::1'];

function post(url: string, more: { allow?: string[]; time?: number; lookup?: Lookup; body?: string } = {}) {
  const { allow = ours, lookup, time = 10_000, body = '{"type":"transfer.failed"}' } = more;
  const connect = createConnect({ allowNetworks: allow, ...(lookup ? { lookup } : {}) });
  return createHttpPost({ connect, time })(url, { 'content-type': 'application/json', 'webhook-id': 'msg_1' }, body);
}

type Call = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

async function web(t: TestContext, answer: (response: ServerResponse) => void, make = createServer as () => Server) {
  const calls: Call[] = [];
  const server = make().on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = '', url = '', headers } = request;
    calls.push({ method, url, headers, body: Buffer.concat(parts).toString() });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { calls, port: portOf(server.address()) };
}

test('the body and the headers arrive as they are, and the status comes back', async (t) => {
  const { calls, port } = await web(t, (response) => response.writeHead(204).end());
  const body = '{"name":"Zoë 🎓"}';
  assert.deepEqual(await post(`http://127.0.0.1:${port}/hooks/a?b=c`, { body }), { status: 204, reason: null });
  const [call] = calls;
  assert.deepEqual([calls.length, call?.method, call?.url, call?.body], [1, 'POST', '/hooks/a?b=c', body]);
  assert.equal(call?.headers.host, `127.0.0.1:${port}`);
  assert.deepEqual([call?.headers['webhook-id'], call?.headers['content-type']], ['msg_1', 'application/json']);
});

test('a status that is no success comes back with a reason, and a redirect is not followed', async (t) => {
  const target = await web(t, (response) => response.end());
  const statuses = [500, 410, 302];
  const { port } = await web(t, (response) =>
    response.writeHead(statuses.shift() ?? 0, { location: `http://127.0.0.1:${target.port}/` }).end('no'),
  );
  const outcomes: PostOutcome[] = [];
  for (let count = 0; count < 3; count += 1) outcomes.push(await post(`http://127.0.0.1:${port}/`));
  assert.deepEqual(outcomes, [
    { status: 500, reason: 'answered 500' },
    { status: 410, reason: 'answered 410' },
    { status: 302, reason: 'redirects are not followed' },
  ]);
  assert.equal(target.calls.length, 0);
});

test('addresses that may not be reached are not called, whatever their name says', async (t) => {
  const { calls, port } = await web(t, (response) => response.end());
  const refused = { status: null, reason: 'address-not-allowed' };
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])
    assert.deepEqual(await post(`http://${host}:${port}/`, { allow: [] }), refused, host);
  assert.deepEqual(await post('http://169.254.169.254/latest/meta-data/'), refused);
  const lookup: Lookup = async () => ['10.0.0.1'];
  assert.deepEqual(await post('https://hooks.example/', { lookup }), refused);
  assert.equal(calls.length, 0);
});

test('an address without a password of http or https is wanted, nothing else', async () => {
  const wrong = { status: null, reason: 'not an http or https address' };
  for (const url of ['ftp://127.0.0.1/', 'file:///etc/passwd', 'nonsense', '', 'http://user:word@127.0.0.1/'])
    assert.deepEqual(await post(url), wrong, url);
});

test('what does not answer as a web server does is told in a few words', async (t) => {
  const { port } = await refusingPort();
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`), { status: null, reason: 'connection refused' });
  const silent = await tcpServer(t, (socket) => socket.resume());
  assert.deepEqual(await post(`http://127.0.0.1:${silent}/`, { time: 200 }), { status: null, reason: 'timed out' });
  assert.deepEqual(await post(`https://127.0.0.1:${silent}/`, { time: 200 }), { status: null, reason: 'timed out' });
  const ssh = await tcpServer(t, (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
  assert.deepEqual(await post(`http://127.0.0.1:${ssh}/`), { status: null, reason: 'not an HTTP answer' });
  assert.deepEqual(await post(`https://127.0.0.1:${ssh}/`), { status: null, reason: 'no TLS' });
  const rude = await tcpServer(t, (socket) => void socket.end());
  for (const scheme of ['http', 'https'])
    assert.deepEqual(await post(`${scheme}://127.0.0.1:${rude}/`), {
      status: null,
      reason: 'closed without an answer',
    });
  const lookup: Lookup = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  assert.deepEqual(await post('http://nowhere.example/', { lookup }), { status: null, reason: 'name not found' });
});

test('a receiver that wants to change the protocol is left at once', async (t) => {
  const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n';
  const port = await tcpServer(t, (socket) => {
    socket.on('data', () => void socket.write(answer));
  });
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`), { status: 101, reason: 'answered 101' });
});

test('an answer without an end is left: its status counts', async (t) => {
  let written = 0;
  const { port } = await web(t, (response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
    };
    response.on('drain', more);
    more();
  });
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`), { status: 200, reason: null });
  assert.ok(written < 32 * 1024 * 1024);
});

test('a status whose body does not come in time counts', async (t) => {
  const { port } = await web(t, (response) => void response.writeHead(200).write('x'));
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`, { time: 300 }), { status: 200, reason: null });
});

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is missing';

test('a certificate must be good and for this very name', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=hooks.example', '-addext', 'subjectAltName=DNS:hooks.example,IP:127.0.0.9'];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const names: unknown[] = [];
  const options = { key: readFileSync(key), cert: readFileSync(cert) };
  const { calls, port } = await web(
    t,
    (response) => response.end('ok'),
    () => {
      const server = createSecureServer(options);
      server.on('secureConnection', ({ servername }) => names.push(servername));
      return server;
    },
  );
  const lookup: Lookup = async () => ['127.0.0.1'];
  const unknown = { status: null, reason: 'certificate not accepted' };
  assert.deepEqual(await post(`https://hooks.example:${port}/`, { lookup }), unknown);
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, readFileSync(cert, 'utf8')]);
  t.after(() => setDefaultCACertificates(before));
  assert.deepEqual(await post(`https://hooks.example:${port}/`, { lookup }), { status: 200, reason: null });
  assert.deepEqual(await post(`https://other.example:${port}/`, { lookup }), unknown);
  assert.deepEqual(await post(`https://127.0.0.1:${port}/`), unknown);
  assert.equal(calls.length, 1);
  assert.ok(names.includes('hooks.example'));
});
