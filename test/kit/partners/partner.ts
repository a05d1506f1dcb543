// What every partner server has in common: its login, its keys, its folders, and how its program is started and ended.
// Invariant: a partner ends only what it started itself, and leaves nothing behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { HostKeySeen } from '../../../src/domain/remote.ts';
import { makeSshKey, type SshKeyPair, type SshKeyType } from '../ssh-keys.ts';
import { until } from '../until.ts';

export type PartnerName = 'sshd' | 'proftpd' | 'rclone';

/** A running SFTP server of an institution. */
export type Partner = AsyncDisposable & {
  readonly name: PartnerName;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** A key pair whose public half is installed. */
  readonly key: SshKeyPair;
  /** The host keys that it shows now. */
  readonly hostKeys: readonly HostKeySeen[];
  /** The folder on the server that the login may write to. */
  readonly folder: string;
  /** Where a path of the server is on this machine. */
  local(path: string): string;
  /** Installs one more public key, as a `type base64` line. */
  authorize(publicKey: string): Promise<void>;
  /** Takes every installed public key away. */
  forgetKeys(): Promise<void>;
  /** Its program's own log so far. */
  log(): string;
  stop(): Promise<void>;
};

/** Ids of the throw-away user: none that a machine uses. */
export const partnerUid = 59_613;
export const partnerUser = 'causeway-partner';

/** The host keys of a server from their key pairs. */
export function hostKeySeen(key: SshKeyPair): HostKeySeen {
  const blob = Buffer.from(key.publicKey.split(' ')[1] ?? '', 'base64');
  const md5 = createHash('md5').update(blob).digest('hex').match(/../g) ?? [];
  return {
    type: key.type,
    sha256: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    md5: `MD5:${md5.join(':')}`,
    publicKey: key.publicKey,
  };
}

/** Keys as given; a type gets a fresh key of that type. */
export function keyPairs(wanted: readonly (SshKeyType | SshKeyPair)[]): Promise<SshKeyPair[]> {
  return Promise.all(wanted.map(async (key) => (typeof key === 'string' ? makeSshKey(key) : key)));
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return address.port;
}

export type Program = { readonly pid: number; log(): string /** Ends it, and waits for that. */; end(): Promise<void> };

/**
 * Starts a program and resolves when its output matches `ready`; throws with its output when it ends first or takes longer
 * than 20 seconds. When the tests' process dies, it dies too (Linux).
 */
export async function startProgram(command: readonly string[], ready: RegExp, env: NodeJS.ProcessEnv = {}) {
  const [program = '', ...args] = process.platform === 'linux' ? [...diesWithUs, ...command] : command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ...env } });
  let log = '';
  const isReady = new Promise<boolean>((resolve) => {
    const take = (chunk: string) => {
      log += chunk;
      if (ready.test(log)) resolve(true);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => take(String(error)));
    child.once('close', () => resolve(false));
    setTimeout(() => resolve(false), 20_000).unref();
  });
  const running: Program = { pid: child.pid ?? 0, log: () => log, end: () => endChild(child) };
  if (await isReady) return running;
  await running.end();
  throw new Error(`${command[0]} did not start:\n${log}`);
}

const diesWithUs = ['setpriv', '--pdeathsig', 'KILL', '--'];

/** Sends TERM, and KILL when that has done nothing for five seconds. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
}

/** Resolves when the port takes connections; for a program that says it is ready a moment before it is. */
export async function accepting(port: number): Promise<void> {
  const ask = async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  };
  await until(ask, { what: `port ${port} taking connections`, seconds: 20 });
}

/** Starts on a free port; once more on another when somebody was faster. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<{ port: number; started: T }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, started: await start(port) };
    } catch (error) {
      if (attempt === 5 || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** A server's path below the local folder that it shows as `/`. */
export function localPath(root: string, path: string): string {
  return join(root, join('/', path));
}
