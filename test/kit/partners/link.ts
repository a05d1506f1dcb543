// The network between Causeway and a partner, as a relay that a test can break: cut, deaf, or cut after so many bytes.
// Invariant: bytes that it passes on are passed unchanged and in order.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { ending, listening } from './misbehaving.ts';

export type Link = AsyncDisposable & {
  host: '127.0.0.1';
  port: number;
  /** Breaks every open connection, as a network does (RST where the system allows). New ones work. */
  cut(): void;
  /** Breaks the connection that carries the `bytes`th byte to the server, counted from now over all connections. */
  cutAfter(bytes: number): void;
  /** From now on nothing that the server says arrives; what is sent to it still does. `cut` ends that. */
  loseReplies(): void;
  /** The same, from the `bytes`th byte to the server on, counted from now. */
  loseRepliesAfter(bytes: number): void;
  /** As a firewall that drops: from now on nothing passes in either direction. `cut` ends that. */
  freeze(): void;
  /** As `freeze`, once the `bytes`th byte has gone to the server, counted from now over all connections. */
  freezeAfter(bytes: number): void;
  /** Nothing passes at this moment. */
  readonly isFrozen: boolean;
  /** Bytes that went to the server so far. */
  readonly sent: number;
  stop(): Promise<void>;
};

/** `to` is looked at for each new connection, so that its owner may change it; a socket by its path is a server too. */
export async function startLink(to: { host: string; port: number } | { path: string }): Promise<Link> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'deaf' | 'frozen' = 'open';
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  let atLimit: 'cut' | 'freeze' = 'cut';
  let deafFrom = Number.POSITIVE_INFINITY;
  const cut = () => {
    for (const socket of sockets) reset(socket);
    state = 'open';
    limit = Number.POSITIVE_INFINITY;
    deafFrom = Number.POSITIVE_INFINITY;
  };
  const server = createServer((near) => {
    const far = connect('path' in to ? { path: to.path } : { host: to.host, port: to.port });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on('end', () => other.end());
    }
    near.on('data', (chunk: Buffer) => {
      if (state === 'frozen') return;
      const left = limit - sent;
      sent += Math.min(chunk.length, left);
      if (sent >= deafFrom) state = 'deaf';
      if (chunk.length < left) {
        pass(chunk, far, near);
        return;
      }
      limit = Number.POSITIVE_INFINITY;
      if (atLimit === 'freeze') {
        state = 'frozen';
        far.write(chunk.subarray(0, left));
        return;
      }
      far.write(chunk.subarray(0, left), () => {
        reset(near);
        reset(far);
      });
    });
    far.on('data', (chunk: Buffer) => {
      if (state === 'open') pass(chunk, near, far);
    });
  });
  return {
    ...(await listening(server)),
    ...ending(server, sockets),
    cut,
    cutAfter(bytes) {
      limit = sent + bytes;
      atLimit = 'cut';
    },
    loseReplies() {
      state = 'deaf';
    },
    loseRepliesAfter(bytes) {
      deafFrom = sent + bytes;
    },
    freeze() {
      state = 'frozen';
    },
    freezeAfter(bytes) {
      limit = sent + bytes;
      atLimit = 'freeze';
    },
    get isFrozen() {
      return state === 'frozen';
    },
    get sent() {
      return sent;
    },
  };
}

/** A socket that is a file has no reset, and neither has one that is not connected yet. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** With back-pressure, so that a cut comes where it was meant. */
function pass(chunk: Buffer, to: Socket, from: Socket): void {
  if (to.write(chunk)) return;
  from.pause();
  void once(to, 'drain').then(
    () => from.resume(),
    () => from.destroy(),
  );
}
