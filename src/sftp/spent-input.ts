// Frees what a socket has read as soon as everything in it has been taken, instead of leaving it to the garbage collector.
// Invariant: nothing is freed that ssh2 or a session may still look at; in doubt it is left to the collector.
//
// Such buffers have few bytes on the heap and many outside. V8 marks the whole heap when those outside have grown by 64 MiB:
// measured, an upload of 512 MiB caused 47 such collections, which were half of all its work.

import type { Socket } from 'node:net';

/** Shorter ones may share their memory with others, and are cheap. */
const worthFreeing = 16 * 1024;

/** What ssh2 allocates around the data of a packet: its head and up to 255 bytes of padding. */
const aroundData = 512;

export class SpentInput {
  #isReading = false;
  #taken: Buffer[] = [];

  /** To be called before ssh2 gets its socket. */
  watchBefore(socket: Socket): void {
    socket.on('data', () => {
      this.#isReading = true;
      this.#taken = [];
    });
  }

  /** To be called after ssh2 listens to its socket. `isNeeded` is asked when ssh2 has done what it could with the chunk. */
  watchAfter(socket: Socket, isNeeded: (chunk: Buffer) => boolean): void {
    socket.on('data', (chunk: Buffer) => {
      const taken = this.#taken;
      this.#isReading = false;
      this.#taken = [];
      for (const data of taken) if (data.buffer !== chunk.buffer) freeAtOnce(data, aroundData);
      if (!isNeeded(chunk)) freeAtOnce(chunk, 0);
    });
  }

  /** A session has copied this data of a channel. Only what was taken while the socket is read is known to be nobody else's. */
  taken(data: Buffer): void {
    if (this.#isReading) this.#taken.push(data);
  }
}

/** Does nothing when others may have a part of the same memory: there are more than `around` bytes of it. */
function freeAtOnce(bytes: Buffer, around: number): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || bytes.length < worthFreeing) return;
  if (buffer.byteLength - bytes.length <= around) buffer.transfer(0);
}
