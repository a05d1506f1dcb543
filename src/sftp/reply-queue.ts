// The replies of one session on their way out: joined per turn of the loop, and counted until the socket has taken them.
// Invariant: replies leave in the order in which they were pushed; nothing is sent after `stop`.

import type { Writable } from 'node:stream';

/** What is still unsent below the channel, in bytes (endless while nothing may be sent), and a call when it has been taken. */
export type Transport = { unsentBytes(): number; onceDrained(callback: () => void): void };

/** Replies longer than this are written by themselves, without a copy. */
const joinUpTo = 16 * 1024;

export class ReplyQueue {
  readonly #channel: Writable;
  readonly #transport: Transport;
  readonly #drained: () => void;
  #queued: Buffer[] = [];
  #unsent = 0;
  #scheduled = false;
  #stopped = false;
  #waitsForTransport = false;

  /** `drained` is called whenever some of the replies have gone out. */
  constructor(channel: Writable, transport: Transport, drained: () => void) {
    this.#channel = channel;
    this.#transport = transport;
    this.#drained = drained;
  }

  /** Bytes that the other side has not taken yet. */
  get unsent(): number {
    return this.#unsent + this.#transport.unsentBytes();
  }

  push(reply: Buffer): void {
    if (this.#stopped) return;
    this.#queued.push(reply);
    this.#unsent += reply.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Hands everything to the channel now. */
  flush(): void {
    this.#scheduled = false;
    const queued = this.#queued;
    this.#queued = [];
    let small: Buffer[] = [];
    for (const reply of queued) {
      if (reply.length <= joinUpTo) small.push(reply);
      else {
        this.#write(small);
        small = [];
        this.#write([reply]);
      }
    }
    this.#write(small);
    this.#watchTransport();
  }

  stop(): void {
    this.#stopped = true;
    this.#queued = [];
  }

  #write(replies: Buffer[]): void {
    const [first] = replies;
    if (first === undefined || this.#stopped || !this.#channel.writable) return;
    const bytes = replies.length === 1 ? first : Buffer.concat(replies);
    try {
      this.#channel.write(bytes, () => {
        this.#unsent -= bytes.length;
        this.#drained();
      });
    } catch {
      // ssh2 throws when the link broke a moment ago; its end is on the way.
      this.#stopped = true;
    }
  }

  #watchTransport(): void {
    if (this.#waitsForTransport || this.#stopped || this.#transport.unsentBytes() === 0) return;
    this.#waitsForTransport = true;
    this.#transport.onceDrained(() => {
      this.#waitsForTransport = false;
      this.#drained();
    });
  }
}
