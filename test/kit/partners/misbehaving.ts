// Servers that do not do what an SSH server does: they refuse, hang, speak HTTP, never end their banner, or hang up.
// Invariant: each listens on the loopback only and ends every socket that it took.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startProgram } from './partner.ts';

export type Misbehaving = AsyncDisposable & { host: '127.0.0.1'; port: number; stop(): Promise<void> };

const ways = {
  /** Takes the connection and says nothing. */
  hangs: () => undefined,
  /** Says who it is, and then nothing. */
  'hangs after its banner': (socket: Socket) => void socket.write('SSH-2.0-Silent\r\n'),
  /** A web server. */
  'speaks HTTP': (socket: Socket) =>
    void socket.end(
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Bad Request</h1>',
    ),
  /** A plain FTP server. */
  'speaks FTP': (socket: Socket) => void socket.write('220 (vsFTPd 3.0.3)\r\n'),
  /** One line after the other, none of them its version. */
  'banner that never ends': (socket: Socket) => void talk(socket, 'Please wait for the next free agent.\r\n'),
  /** One line without an end. */
  'line that never ends': (socket: Socket) => void talk(socket, 'x'.repeat(1024)),
  /** Closes at once. */
  'closes at once': (socket: Socket) => void socket.end(),
  /** Says who it is, waits for the client's proposal, and closes. */
  'closes in the key exchange': (socket: Socket) => {
    socket.write('SSH-2.0-Hurried\r\n');
    let seen = 0;
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      // More than the client's banner line: its list of algorithms has begun.
      if (seen > 300) socket.destroy();
    });
  },
  /** Says who it is and goes on with bytes that are no packets. */
  'sends rubbish': (socket: Socket) => void socket.write(`SSH-2.0-Noise\r\n${'\xff'.repeat(4096)}`, 'latin1'),
} satisfies Record<string, (socket: Socket) => void>;

export type Way = keyof typeof ways;

export async function startMisbehaving(way: Way): Promise<Misbehaving> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
    ways[way](socket);
  });
  const sockets = new Set<Socket>();
  return { ...(await listening(server)), ...ending(server, sockets) };
}

/** A port on which nothing listens. */
export async function refusingPort(): Promise<{ host: '127.0.0.1'; port: number }> {
  return { host: '127.0.0.1', port: await freePort() };
}

/** As fast as the client takes it, until it hangs up. */
async function talk(socket: Socket, text: string): Promise<void> {
  while (!socket.destroyed) {
    if (!socket.write(text)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    await pause(1);
  }
}

export async function listening(server: Server): Promise<{ host: '127.0.0.1'; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return { host: '127.0.0.1', port: address.port };
}

export function ending(server: Server, sockets: Iterable<Socket>) {
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

/** A port whose queue of connections is full: the system drops further ones, as a firewall does. */
export async function startFullPort(): Promise<Misbehaving> {
  await using undo = new AsyncDisposableStack();
  // Listens and never accepts; Node accepts by itself.
  const listen =
    'use Socket; socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 0); $| = 1; ' +
    'print +(sockaddr_in(getsockname(S)))[0], " is full\\n"; sleep 600';
  const program = await startProgram(['perl', '-e', listen], /is full\n/);
  undo.defer(() => program.end());
  const port = Number.parseInt(program.log(), 10);
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  undo.defer(() => {
    for (const filler of fillers) filler.destroy();
  });
  await Promise.any(fillers.map((filler) => once(filler, 'connect')));
  const kept = undo.move();
  const stop = () => kept.disposeAsync();
  return { host: '127.0.0.1', port, stop, [Symbol.asyncDispose]: stop };
}
