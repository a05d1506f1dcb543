// Back-pressure of the socket itself, which ssh2's server does not know: it writes whatever the socket says.
// Invariant: a peer that sends requests and reads no replies is not read from, so its replies cannot fill the memory.

import type { Socket } from 'node:net';

/** In bytes: more than one channel's replies may ever be. */
const unsentLimit = 8 * 1024 * 1024;

/** Holds the socket back, and calls `afterData` after each piece of input. */
export function guardSocket(socket: Socket, afterData: () => void): void {
  // ssh2 pauses the socket until its crypto is ready; adding this listener must not start it before.
  socket.pause();
  socket.on('data', () => {
    afterData();
    if (socket.writableLength <= unsentLimit || socket.isPaused()) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  });
}
