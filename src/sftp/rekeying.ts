// New keys by volume and time (RFC 4253 section 9); ssh2 starts no key exchange by itself.
// Invariant: at most one exchange is asked for at a time, and none before the login.

import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';

/** Bytes in both directions, and milliseconds, after which keys are changed. */
export type RekeyLimits = { rekeyBytes: number; rekeyTime: number };

export class Rekeying {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #limits: RekeyLimits;
  #since = performance.now();
  #bytes = 0;
  #asked = false;

  constructor(connection: Connection, socket: Socket, limits: RekeyLimits) {
    this.#connection = connection;
    this.#socket = socket;
    this.#limits = limits;
    connection.on('handshake', () => {
      this.#since = performance.now();
      this.#bytes = this.#total();
      this.#asked = false;
    });
  }

  /** Until the client has answered, ssh2 keeps everything that is sent in a queue without a bound. */
  get isUnderWay(): boolean {
    return this.#asked;
  }

  /** Asks for new keys when it is time. */
  check(): void {
    const { rekeyBytes, rekeyTime } = this.#limits;
    if (this.#asked || this.#socket.destroyed || this.#socket.writableEnded) return;
    if (this.#total() - this.#bytes < rekeyBytes && performance.now() - this.#since < rekeyTime) return;
    this.#asked = true;
    this.#connection.rekey();
  }

  #total(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }
}
