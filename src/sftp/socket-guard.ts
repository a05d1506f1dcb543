// Back-pressure of the socket itself, which ssh2's server does not know: it reads and writes whatever the socket says.
// Invariant: a peer that sends requests and reads no replies is not read from, so its replies cannot fill the memory.

import type { Socket } from 'node:net';

/** In bytes: more than one channel's replies may ever be. */
const unsentLimit = 8 * 1024 * 1024;

export class SocketGuard {
  readonly #socket: Socket;
  /** Who wants the socket not to be read. */
  readonly #holders = new Set<object>();

  /** Calls `beforeData` before each piece of input is given to those who listen later. */
  constructor(socket: Socket, beforeData: () => void) {
    this.#socket = socket;
    // ssh2 pauses the socket until its crypto is ready; adding this listener must not start it before.
    socket.pause();
    socket.on('data', () => {
      beforeData();
      if (socket.writableLength <= unsentLimit || this.#holders.has(socket)) return;
      this.hold(socket);
      socket.once('drain', () => this.release(socket));
    });
  }

  get isHeld(): boolean {
    return this.#holders.size > 0;
  }

  /** Nothing is read until everybody who held the socket has released it. */
  hold(holder: object): void {
    this.#holders.add(holder);
    this.#socket.pause();
  }

  release(holder: object): void {
    if (this.#holders.delete(holder) && this.#holders.size === 0) this.#socket.resume();
  }
}
