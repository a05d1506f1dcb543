// The SFTP edge in several real processes: who serves whom, what holds over all of them, and what happens when one dies.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Client } from 'ssh2';
import { createMemoryPenalties, type LoginPenalties, usualPenaltyRules } from '../../src/sftp/login-penalties.ts';
import { clearlyMore } from '../../src/sftp/processes/choose-process.ts';
import {
  assertNoBugs,
  clientFrom,
  onlyOnLinux,
  processOf,
  sftpProcesses,
  startProcessesEdge,
} from '../kit/sftp-processes.ts';
import { until } from '../kit/until.ts';

const clock = { now: () => new Date() };

function refusal(error: unknown): boolean {
  return error instanceof Error && /All configured authentication methods failed/.test(error.message);
}

test('links of one network stay in one process until it is clearly busier; another network goes to the other', async (t) => {
  const edge = await startProcessesEdge(t);
  const serving: number[] = [];
  for (let number = 0; number <= clearlyMore; number++)
    serving.push(await processOf(await clientFrom(t, edge.server, '127.0.0.2')));
  const [home] = serving;
  assert.deepEqual(
    serving.map((pid) => pid === home),
    [...Array.from({ length: clearlyMore }, () => true), false],
  );
  assert.notEqual(await processOf(await clientFrom(t, edge.server, '127.0.0.3')), home);
  assert.equal(edge.server.linkCount(), clearlyMore + 2);
  assertNoBugs(edge);
});

test('the limit of links holds over all processes, and a place is free again when a link ends', async (t) => {
  const edge = await startProcessesEdge(t, { admission: { linksInAll: 2, inLineInAll: 0 } });
  const first = await clientFrom(t, edge.server, '127.0.0.2');
  const second = await clientFrom(t, edge.server, '127.0.0.3');
  assert.notEqual(await processOf(first), await processOf(second));
  const sentence = text(connect({ port: edge.server.port, host: '127.0.0.1', localAddress: '127.0.0.4' }));
  assert.match(await sentence, /too many links/i);
  first.end();
  await until(() => edge.server.linkCount() === 1, { what: 'the end of the first link' });
  await clientFrom(t, edge.server, '127.0.0.4');
});

test('links that wait for their login are counted over all processes', async (t) => {
  const edge = await startProcessesEdge(t, { admission: { waitingInAll: 2, waitingKnown: 0, inLineInAll: 0 } });
  const silent = ['127.0.0.2', '127.0.0.3'].map((localAddress) =>
    connect({ port: edge.server.port, host: '127.0.0.1', localAddress }),
  );
  t.after(() => silent.map((socket) => socket.destroy()));
  await until(() => edge.server.linkCount() === 2, { what: 'two links without a login' });
  const third = text(connect({ port: edge.server.port, host: '127.0.0.1', localAddress: '127.0.0.4' }));
  assert.match(await third, /too many links/i);
  silent[0]?.destroy();
  await until(() => edge.server.linkCount() === 1, { what: 'the end of one of them' });
  await clientFrom(t, edge.server, '127.0.0.4');
});

test('wrong passwords in two processes are counted together, and lock the pair in both', async (t) => {
  const penalties = createMemoryPenalties(clock, { ...usualPenaltyRules, failuresToLock: 2 });
  const edge = await startProcessesEdge(t, { penalties });
  const wrong = () => clientFrom(t, edge.server, '127.0.0.2', { password: 'wrong' });
  await assert.rejects(wrong(), refusal);
  const serving = new Set<number>();
  for (let number = 0; number <= clearlyMore; number++)
    serving.add(await processOf(await clientFrom(t, edge.server, '127.0.0.2', { username: 'college' })));
  assert.equal(serving.size, 2);
  // A login in between starts the count anew, in every process.
  await assert.rejects(wrong(), refusal);
  await clientFrom(t, edge.server, '127.0.0.2');
  await assert.rejects(wrong(), refusal);
  await assert.rejects(wrong(), refusal);
  for (let number = 0; number < 3; number++) await assert.rejects(clientFrom(t, edge.server, '127.0.0.2'), refusal);
  await clientFrom(t, edge.server, '127.0.0.3');
});

test('no login is answered before the main process has told the penalty', async (t) => {
  const told = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const penalties: LoginPenalties = {
    before: async () => {
      asked.resolve();
      await told.promise;
      return { locked: false, wait: 0 };
    },
    failed: async () => undefined,
    succeeded: async () => undefined,
  };
  const edge = await startProcessesEdge(t, { penalties });
  let answered = false;
  const client = clientFrom(t, edge.server, '127.0.0.2').finally(() => {
    answered = true;
  });
  await asked.promise;
  // A whole round with the same process: an answer to the login would have come before it.
  assert.equal(await edge.server.endSessions('another feed'), 0);
  assert.equal(answered, false);
  told.resolve();
  await client;
});

test('the sessions of a feed end in every process', async (t) => {
  const edge = await startProcessesEdge(t);
  const clients = await Promise.all(
    ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => clientFrom(t, edge.server, address)),
  );
  assert.equal(new Set(await Promise.all(clients.map(processOf))).size, 2);
  const closed = clients.map((client) => once(client, 'close'));
  assert.equal(await edge.server.endSessions('feed-1'), 3);
  await Promise.all(closed);
  assert.equal(edge.server.linkCount(), 0);
});

test('a process that is killed is recovered and replaced, and the links of the other go on', {
  skip: onlyOnLinux,
}, async (t) => {
  const edge = await startProcessesEdge(t);
  const [lost, kept] = [await clientFrom(t, edge.server, '127.0.0.2'), await clientFrom(t, edge.server, '127.0.0.3')];
  const pid = await processOf(lost);
  const closed = once(lost, 'close');
  process.kill(pid, 'SIGKILL');
  await closed;
  await until(() => edge.lost.length === 1, { what: 'the recovery' });
  assert.equal(edge.lost[0]?.sessionIds.length, 1);
  assert.equal(edge.server.linkCount(), 1);
  await until(() => edge.lines.some(({ message }) => /was started again/.test(message)), { what: 'another process' });
  assert.notEqual(await processOf(kept), pid);
  const next = await processOf(await clientFrom(t, edge.server, '127.0.0.4'));
  assert.ok(![pid, await processOf(kept)].includes(next));
  assertNoBugs(edge);
});

test('what a process left is recovered later when it cannot be at once', { skip: onlyOnLinux }, async (t) => {
  const tries: string[] = [];
  const edge = await startProcessesEdge(t, {
    recover: async ({ name }) => {
      tries.push(name);
      if (tries.length === 1) throw new Error('the database is away');
    },
  });
  const [first] = sftpProcesses();
  assert.ok(first !== undefined);
  process.kill(first, 'SIGKILL');
  await until(() => tries.length === 2, { what: 'a second try' });
  assert.equal(tries[0], tries[1]);
  assert.match(String(edge.bugs[0]), /the database is away/);
  // Others serve meanwhile.
  await processOf(await clientFrom(t, edge.server, '127.0.0.2'));
});

test('a process that keeps ending is started again after a pause that grows, and the log says so', {
  skip: onlyOnLinux,
}, async (t) => {
  const edge = await startProcessesEdge(t);
  edge.failing = true;
  const [first] = sftpProcesses();
  assert.ok(first !== undefined);
  process.kill(first, 'SIGKILL');
  const pauses = () => edge.lines.flatMap(({ facts }) => ('pause' in facts ? [facts.pause] : []));
  await until(() => pauses().length === 2, { what: 'two pauses' });
  assert.deepEqual(pauses(), [1_000, 2_000]);
  assert.match(String(edge.bugs[0]), /told to fail/);
  // The other one serves meanwhile.
  await processOf(await clientFrom(t, edge.server, '127.0.0.2'));
  edge.failing = false;
  await until(() => edge.lines.some(({ message }) => /was started again/.test(message)), { what: 'another process' });
  assert.equal(sftpProcesses().length, 2);
});

test('a server whose processes cannot begin says why, keeps no port and leaves no process', {
  skip: onlyOnLinux,
}, async (t) => {
  const start = startProcessesEdge(t, { failing: true });
  await assert.rejects(start, { code: 'sftp-process-failed', title: /told to fail/ });
  await until(() => sftpProcesses().length === 0, { what: 'the end of all processes' });
});

test('a close ends every link in good order and leaves no process', { skip: onlyOnLinux }, async (t) => {
  const edge = await startProcessesEdge(t);
  const clients: Client[] = [];
  for (const address of ['127.0.0.2', '127.0.0.3']) clients.push(await clientFrom(t, edge.server, address));
  const closed = clients.map((client) => once(client, 'close'));
  await edge.server.close();
  await Promise.all(closed);
  assert.deepEqual(sftpProcesses(), []);
  assert.deepEqual(edge.lost, []);
  assertNoBugs(edge);
});
