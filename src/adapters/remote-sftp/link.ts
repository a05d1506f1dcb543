// One socket to a foreign server, and the one reason for which it ended; whatever waits on it is told.
// Invariant: the first reason counts, and after it nothing waits and nothing more is sent.

import type { Socket } from 'node:net';
import { type Observation, type ObservationKind, RemoteError, type StageName } from '../../domain/remote.ts';

export type Facts = Observation['facts'];
export type LinkEnd = { kind: ObservationKind; facts: Facts };

/** Ends after which the server is told good-bye; in the others it would not listen, or there is no time. */
const polite: readonly ObservationKind[] = [
  'host-key-not-accepted',
  'login-refused',
  'login-method-not-offered',
  'login-needs-more',
  'sftp-not-offered',
];

export class Link {
  readonly socket: Socket;
  readonly address: string;
  readonly #closeTime: number;
  readonly #waiting = new Set<(end: LinkEnd) => void>();
  readonly #unlisten: () => void;
  #end: LinkEnd | null = null;
  /** SSH's good-bye, once there is SSH. */
  goodbye: (() => void) | null = null;

  constructor(options: { socket: Socket; address: string; signal: AbortSignal; closeTime: number }) {
    this.socket = options.socket;
    this.address = options.address;
    this.#closeTime = options.closeTime;
    const { socket, signal } = options;
    const stop = () => this.fail('stopped');
    signal.addEventListener('abort', stop, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', stop);
    socket.on('error', (error) => this.fail('closed', { code: 'code' in error ? String(error.code) : error.name }));
    socket.on('end', () => this.fail('closed'));
    socket.on('close', () => this.fail('closed'));
    if (signal.aborted) stop();
    else if (socket.destroyed || socket.readableEnded) this.fail('closed');
  }

  /** Why it ended; null while it lives. */
  get end(): LinkEnd | null {
    return this.#end;
  }

  /** Ends it. Only the first call has an effect. */
  fail(kind: ObservationKind, facts: Facts = {}): void {
    if (this.#end !== null) return;
    this.#end = { kind, facts };
    this.#unlisten();
    if (polite.includes(kind)) this.#hangUp();
    else this.socket.destroy();
    for (const tell of [...this.#waiting]) tell(this.#end);
  }

  /** Ends it with a good-bye; resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#end ??= { kind: 'stopped', facts: {} };
    this.#unlisten();
    const closed = new Promise<void>((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once('close', () => resolve());
    });
    this.#hangUp();
    for (const tell of [...this.#waiting]) tell(this.#end);
    await closed;
  }

  /** Calls `tell` when the link ends, at once when it has; the result takes that back. */
  onceEnded(tell: (end: LinkEnd) => void): () => void {
    if (this.#end !== null) tell(this.#end);
    else this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  /**
   * One step that the server has `time` for: when it passes, or the link ends, the step ends with RemoteError. `seen` may say
   * more of such an end.
   */
  step<T>(
    stage: StageName,
    time: number,
    begin: (resolve: (value: T) => void) => void,
    seen: (end: LinkEnd) => LinkEnd = (end) => end,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => {
        const end = seen({ kind: 'timed-out', facts: { seconds: time / 1000 } });
        this.fail(end.kind, end.facts);
      };
      const timer = setTimeout(late, time);
      const forget = this.onceEnded((end) => {
        clearTimeout(timer);
        const { kind, facts } = seen(end);
        reject(new RemoteError({ stage, kind, facts: { address: this.address, ...facts } }));
      });
      if (this.#end !== null) return;
      begin((value) => {
        clearTimeout(timer);
        forget();
        resolve(value);
      });
    });
  }

  #hangUp(): void {
    try {
      this.goodbye?.();
    } catch {
      // ssh2's state is broken; the socket is ended all the same.
    }
    this.socket.destroySoon();
    setTimeout(() => this.socket.destroy(), this.#closeTime).unref();
  }
}

/** Text of a server in a line that can be logged: bounded, and without control characters. */
export function boundedText(text: string | Uint8Array): string {
  const clean = typeof text === 'string' ? text : Buffer.from(text.subarray(0, 400)).toString('utf8');
  return clean
    .replace(/\s+/g, ' ')
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?')
    .trim()
    .slice(0, 200);
}
