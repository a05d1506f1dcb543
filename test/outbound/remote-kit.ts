// A server by ssh2's own server side, for what no real server can be made to do, and that writes down what it was told.
// Invariant: it records every attempt to log in, so that a test can show that there was none.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Server, type ServerChannel } from 'ssh2';
import { type OpenRemote, RemoteError, type RemoteSession, type Stage } from '../../src/domain/remote.ts';
import { partnerServers } from '../kit/partners/open-session.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';

export const password = 'opensesame';

export type Recorded = { port: number; attempts: string[]; ended: Promise<unknown> };

/** `sftp` gets the raw channel of the subsystem. */
export async function recordingServer(
  t: TestContext,
  options: {
    hostKeys?: readonly ParsedKey[];
    login?: (context: AuthContext) => void;
    sftp?: (channel: ServerChannel) => void;
    connected?: (connection: Connection) => void;
  } = {},
): Promise<Recorded> {
  const attempts: string[] = [];
  const hostKeys = options.hostKeys ?? [await hostKey()];
  let tellEnd: (value: unknown) => void;
  const ended = new Promise((resolve) => {
    tellEnd = resolve;
  });
  const server: Server = new ssh2.Server({ hostKeys: hostKeys.map((key) => ({ key })) }, (connection) => {
    t.after(() => connection.end());
    connection.on('error', () => undefined);
    connection.on('close', () => tellEnd(null));
    options.connected?.(connection);
    connection.on('authentication', (context) => {
      attempts.push(context.method);
      if (options.login) options.login(context);
      else if (context.method === 'password' && context.password === password) context.accept();
      else context.reject(['password']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('subsystem', (acceptSubsystem) => {
        const channel = acceptSubsystem();
        channel.on('error', () => undefined);
        options.sftp?.(channel);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { port: portOf(server.address()), attempts, ended };
}

/** A fresh Ed25519 key as ssh2's server takes it. */
export async function hostKey(): Promise<ParsedKey> {
  const { privateKey } = await makeSshKey('ssh-ed25519');
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return key;
}

/** A TCP server that does with each socket what it likes. */
export async function tcpServer(t: TestContext, each: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    each(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return portOf(server.address());
}

export function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return address.port;
}

export type Tried = { stages: Stage[]; session: RemoteSession | null; error: RemoteError | null };

/** Opens a session to a port of this machine, which ends with the test; a RemoteError is a value. */
export async function tryToOpen(
  t: TestContext,
  port: number,
  more: Partial<OpenRemote> = {},
  limits: Parameters<typeof partnerServers>[0] = {},
): Promise<Tried> {
  const stages: Stage[] = [];
  const wanted: OpenRemote = {
    host: '127.0.0.1',
    port,
    username: 'registrar',
    secret: { kind: 'password', password },
    hostKeyTypes: null,
    acceptHostKey: () => true,
    onStage: (stage) => stages.push(stage),
    signal: new AbortController().signal,
    ...more,
  };
  try {
    const session = await partnerServers(limits).open(wanted);
    t.after(() => session.close());
    return { stages, session, error: null };
  } catch (error) {
    if (error instanceof RemoteError) return { stages, session: null, error };
    throw error;
  }
}

/** `stage kind` of what was seen, or `opened`. */
export function seenBy({ error }: Tried): string {
  return error === null ? 'opened' : `${error.observation.stage} ${error.observation.kind}`;
}
