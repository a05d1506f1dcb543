// The edge in several processes for tests, and the processes that serve SFTP as the system shows them.
// Invariant: everything that is started here ends with the test.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Client, ConnectConfig, SFTPWrapper } from 'ssh2';
import {
  type LostProcess,
  type ProcessesOptions,
  startSftpProcesses,
} from '../../src/sftp/processes/start-processes.ts';
import type { SftpServer } from '../../src/sftp/server.ts';
import type { EdgeTask } from './edge-program.ts';
import { testHostKeys } from './sftp-edge.ts';
import { connectClient } from './sftp-peer.ts';
import { until } from './until.ts';

export type ProcessesEdge = {
  server: SftpServer;
  lost: LostProcess[];
  bugs: unknown[];
  /** Messages and facts of the log, in order. */
  lines: { message: string; facts: object }[];
  /** Whether processes that begin from now on fail. */
  failing: boolean;
};

/** Two processes, unless `settings` say otherwise; the server is closed when the test ends. */
export async function startProcessesEdge(
  t: TestContext,
  settings: Partial<ProcessesOptions> & { failing?: boolean } = {},
): Promise<ProcessesEdge> {
  const { failing = false, ...options } = settings;
  const hostKeys = (await testHostKeys()).map((key) => key.privateKey);
  const edge: Omit<ProcessesEdge, 'server'> = { lost: [], bugs: [], lines: [], failing };
  const note = (facts: object, message: string): void => void edge.lines.push({ message, facts });
  const server = await startSftpProcesses({
    ...{ host: '127.0.0.1', port: 0, count: 2, env: {}, clock: { now: () => new Date() } },
    program: new URL('./edge-program.ts', import.meta.url),
    taskOf: (): EdgeTask => ({ hostKeys, failing: edge.failing }),
    wakeImports: () => undefined,
    recover: async (lost) => edge.lost.push(lost),
    reportBug: (_message, cause) => void edge.bugs.push(cause),
    log: { info: note, warn: note },
    ...options,
  });
  t.after(() => server.close(0));
  return Object.assign(edge, { server });
}

/** A client from one address of the loopback: each is a network of its own. */
export function clientFrom(
  t: TestContext,
  server: { port: number },
  localAddress: string,
  config: ConnectConfig = {},
): Promise<Client> {
  return connectClient(t, server.port, { localAddress, ...config });
}

/** Which process serves the link, by the root of `edge-program.ts`. */
export async function processOf(client: Client): Promise<number> {
  const sftp: SFTPWrapper = await promisify(client.sftp.bind(client))();
  const names = await promisify(sftp.readdir.bind(sftp))('/');
  return Number(names.find(({ filename }) => /^\d+$/.test(filename))?.filename);
}

/** The processes that serve SFTP for the process `parent` (proc(5)); zombies are left out. */
export function sftpProcesses(parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isSftpProcess(name, parent))
    .map(Number);
}

function isSftpProcess(pid: string, parent: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    return Number(ppid) === parent && state !== 'Z' && /(?:sftp|edge)-program\.ts/.test(command);
  } catch {
    return false;
  }
}

/** What may stand in the environment and the arguments of a process. */
export function whatOthersSee(pid: number): string {
  return readFileSync(`/proc/${pid}/environ`, 'latin1') + readFileSync(`/proc/${pid}/cmdline`, 'latin1');
}

export const onlyOnLinux = process.platform === 'linux' ? false : 'looks into /proc';

export function assertNoBugs({ bugs }: ProcessesEdge): void {
  assert.deepEqual(bugs, []);
}

/** Which of the processes has the server's end of a link between these two ports (proc(5), net/tcp and fd). */
export function processServing(link: { server: number; client: number }, parent = process.pid): number | undefined {
  const [local, remote] = [link.server, link.client].map(
    (port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`,
  );
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  const inodes = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, ours, theirs]) => ours?.endsWith(local ?? '') && theirs?.endsWith(remote ?? ''))
    .map((row) => `socket:[${row[9]}]`);
  return sftpProcesses(parent).find((pid) => openSockets(pid).some((socket) => inodes.includes(socket)));
}

function openSockets(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return [];
    }
  });
}

export type FeedSession = { client: Client; sftp: SFTPWrapper; pid: number };

/** A session by password from one address of the loopback, and the process that serves it. */
export async function feedSession(
  t: TestContext,
  server: { port: number },
  login: { username: string; password: string },
  localAddress: string,
  parent = process.pid,
): Promise<FeedSession> {
  const sock = connect({ port: server.port, host: '127.0.0.1', localAddress });
  await once(sock, 'connect');
  const client = await connectClient(t, server.port, { ...login, sock });
  const sftp: SFTPWrapper = await promisify(client.sftp.bind(client))();
  sftp.on('error', () => undefined);
  // The table of the system may leave a row out while others change.
  const ports = { server: server.port, client: sock.localPort ?? 0 };
  const pid = await until(() => processServing(ports, parent), { what: 'the process that serves the link' });
  return { client, sftp, pid };
}

/** OPEN of a new or emptied file and one WRITE; gives the CLOSE. */
export async function beginUpload({ sftp }: FeedSession, path: string, content: string): Promise<() => Promise<void>> {
  const handle = await answered<Buffer>((done) => sftp.open(path, 'w', done));
  const bytes = Buffer.from(content);
  await answered((done) => sftp.write(handle, bytes, 0, bytes.length, 0, done));
  return () => answered((done) => sftp.close(handle, done));
}

/** The answer to one call of ssh2's SFTP client. */
function answered<Value>(ask: (done: (error?: Error | null, value?: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value as Value))));
}
