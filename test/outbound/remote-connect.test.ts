// Which addresses are connected to: every spelling is judged after resolving, and what was checked is what is connected to.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { type ConnectLimits, createConnect, type Lookup } from '../../src/adapters/network/connect.ts';
import { type Observation, RemoteError, type Stage } from '../../src/domain/remote.ts';
import { refusingPort } from '../kit/partners/misbehaving.ts';

const skip = process.platform === 'linux' ? false : 'only Linux gives the whole of 127.0.0.0/8 to the loopback';

type Rules = { allow?: string[]; lookup?: Lookup; limits?: Partial<ConnectLimits>; signal?: AbortSignal };
type Outcome = { stages: string[]; address?: string; seen?: Observation; details: string[] };

/** Connects and hangs up; stages as `name status`. */
async function tryTo(host: string, port: number, rules: Rules = {}): Promise<Outcome> {
  const told: Stage[] = [];
  const { allow = [], lookup, limits = {}, signal = new AbortController().signal } = rules;
  const connect = createConnect({ allowNetworks: allow, limits, ...(lookup ? { lookup } : {}) });
  const outcome = await connect({ host, port }, { signal, onStage: (stage) => told.push(stage) }).catch(
    (error: unknown) => {
      if (error instanceof RemoteError) return error.observation;
      throw error;
    },
  );
  const common = {
    stages: told.map(({ name, status }) => `${name} ${status}`),
    details: told.map(({ detail }) => detail),
  };
  if ('kind' in outcome) return { ...common, seen: outcome };
  outcome.socket.destroy();
  return { ...common, address: outcome.address };
}

/** A listener on an address of the loopback; `count` tells how many came. */
async function listen(t: TestContext, address: string, port = 0): Promise<{ port: number; count(): number }> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
  }).listen(port, address);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('no port');
  return { port: bound.port, count: () => count };
}

/** A program that listens and never accepts, with its queue full: connecting to it hangs, as to a firewall that drops. */
async function blackHole(t: TestContext, address: string): Promise<number> {
  const program = `const server = require('node:net').createServer().listen({ port: 0, host: '${address}', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const port = Number(line);
  // Linux keeps one more than the backlog says.
  const queued = [connectSocket(port, address), connectSocket(port, address)];
  t.after(() => queued.forEach((socket) => void socket.destroy()));
  await Promise.all(
    queued.map((socket) =>
      once(
        socket.on('error', () => undefined),
        'connect',
      ),
    ),
  );
  return port;
}

const failing = (code: string): Lookup => {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
};

for (const host of [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', 'localhost'],
  ...['LOCALHOST', '::1', '[::1]', '::ffff:127.0.0.1', '[::ffff:7f00:1]', '0.0.0.0', '::', '0'],
])
  test(`${host} is this machine, and is not connected to`, async (t) => {
    const { port, count } = await listen(t, '127.0.0.1');
    const { seen, stages, address } = await tryTo(host, port);
    assert.equal(address, undefined);
    assert.deepEqual([seen?.stage, seen?.kind, stages], ['resolve', 'address-refused-by-rule', ['resolve failed']]);
    assert.match(String(seen?.facts.reasons), / is (a loopback address|an address of no machine|an IPv4 address)/);
    assert.equal(count(), 0);
  });

test('a network that the operator allows is connected to, and the stages say where', async (t) => {
  const { port } = await listen(t, '127.0.0.1');
  const { address, stages, details } = await tryTo('localhost', port, { allow: ['127.0.0.0/8', '::1'] });
  assert.equal(address, '127.0.0.1');
  assert.deepEqual(stages, ['resolve ok', 'connect ok']);
  assert.match(details[0] ?? '', /^localhost leads to .*127\.0\.0\.1/);
  assert.equal(details[1], `Connected to 127.0.0.1, port ${port}.`);
});

test('a name that answers differently the second time cannot lead elsewhere: it is asked once', { skip }, async (t) => {
  const good = await listen(t, '127.0.0.2');
  const evil = await listen(t, '127.0.0.1', good.port);
  let asked = 0;
  const lookup: Lookup = async () => {
    asked += 1;
    return asked === 1 ? ['127.0.0.2'] : ['127.0.0.1'];
  };
  const { address } = await tryTo('rebinding.example', good.port, { allow: ['127.0.0.2'], lookup });
  assert.deepEqual([address, asked, evil.count()], ['127.0.0.2', 1, 0]);
  const again = await tryTo('rebinding.example', good.port, { allow: ['127.0.0.2'], lookup });
  assert.deepEqual([again.seen?.kind, again.seen?.facts.addresses], ['address-refused-by-rule', ['127.0.0.1']]);
  assert.equal(evil.count(), 0);
});

test('of the addresses of a name only the allowed ones are used', { skip }, async (t) => {
  const good = await listen(t, '127.0.0.2');
  const evil = await listen(t, '127.0.0.1', good.port);
  const lookup: Lookup = async () => ['127.0.0.1', '169.254.169.254', '127.0.0.2'];
  const { address, details } = await tryTo('mixed.example', good.port, { allow: ['127.0.0.2'], lookup });
  assert.deepEqual([address, evil.count()], ['127.0.0.2', 0]);
  assert.match(details[0] ?? '', /Left out, because they may not be reached: 127\.0\.0\.1, 169\.254\.169\.254/);
});

test('a port on which nothing listens is connection-refused, with what was tried', async () => {
  const { port } = await refusingPort();
  const lookup: Lookup = async () => ['127.0.0.1', '127.0.0.2'];
  const { seen, stages } = await tryTo('closed.example', port, { allow: ['127.0.0.0/8'], lookup });
  assert.deepEqual([seen?.stage, seen?.kind], ['connect', 'connection-refused']);
  assert.deepEqual(seen?.facts.tried, ['127.0.0.1: ECONNREFUSED', '127.0.0.2: ECONNREFUSED']);
  assert.deepEqual(stages, ['resolve ok', 'connect failed']);
});

test('an address to which there is no way is unreachable', { skip }, async () => {
  // No packet leaves the machine: TCP has no broadcast.
  const { seen } = await tryTo('255.255.255.255', 22, { allow: ['255.255.255.255'] });
  assert.deepEqual([seen?.stage, seen?.kind], ['connect', 'unreachable']);
});

test('an address that does not answer costs its time, then the next one is tried', { skip }, async (t) => {
  const port = await blackHole(t, '127.0.0.3');
  const limits = { connectTime: 300 };
  const allow = ['127.0.0.0/8'];
  const alone = await tryTo('127.0.0.3', port, { allow, limits });
  assert.deepEqual([alone.seen?.stage, alone.seen?.kind, alone.seen?.facts.seconds], ['connect', 'timed-out', 0.3]);
  await listen(t, '127.0.0.4', port);
  const lookup: Lookup = async () => ['127.0.0.3', '127.0.0.4'];
  assert.equal((await tryTo('two.example', port, { allow, limits, lookup })).address, '127.0.0.4');
});

test('a stop ends a connection that is being made, and one that has not begun', { skip }, async (t) => {
  const port = await blackHole(t, '127.0.0.5');
  const stop = new AbortController();
  const running = tryTo('127.0.0.5', port, { allow: ['127.0.0.0/8'], signal: stop.signal });
  setImmediate(() => stop.abort());
  assert.deepEqual((await running).seen?.kind, 'stopped');
  const late = await tryTo('127.0.0.5', port, { allow: ['127.0.0.0/8'], signal: stop.signal });
  assert.deepEqual([late.seen?.stage, late.seen?.kind], ['resolve', 'stopped']);
});

test('a name that is not there, or cannot be looked up now, is told apart', async () => {
  const kind = async (host: string, lookup?: Lookup) =>
    (await tryTo(host, 22, lookup ? { lookup } : {})).seen?.kind ?? 'connected';
  assert.equal(await kind('nowhere.example', failing('ENOTFOUND')), 'name-not-found');
  assert.equal(await kind('nowhere.example', failing('EAI_AGAIN')), 'name-lookup-failed');
  assert.equal(await kind('nowhere.example', failing('ESERVFAIL')), 'name-lookup-failed');
  assert.equal(await kind('empty.example', async () => []), 'name-not-found');
  assert.equal(await kind(''), 'name-not-found');
  assert.equal(await kind('  '), 'name-not-found');
  // The system's own resolver; without a network it cannot say more than that it does not know.
  assert.match(await kind('no-such-host.invalid'), /^name-(not-found|lookup-failed)$/);
  assert.match(await kind('a name with spaces'), /^name-(not-found|lookup-failed)$/);
  assert.match(await kind('nul\0byte'), /^name-(not-found|lookup-failed)$/);
  assert.match(await kind(`${'x'.repeat(300)}.example`), /^name-(not-found|lookup-failed)$/);
});

test('a resolver that never answers ends in time, or with a stop', async () => {
  const lookup: Lookup = () => new Promise(() => undefined);
  const late = await tryTo('slow.example', 22, { lookup, limits: { lookupTime: 100 } });
  assert.deepEqual([late.seen?.stage, late.seen?.kind], ['resolve', 'name-lookup-failed']);
  const signal = AbortSignal.timeout(50);
  assert.equal((await tryTo('slow.example', 22, { lookup, signal })).seen?.kind, 'stopped');
});
