// SHA-256 of content on a thread of its own: at 1 GB/s it was 40 % of what an upload costs the main thread.
// Invariant: a thread that dies fails what it had begun, never the process; the next hash gets a new one.

import { Worker } from 'node:worker_threads';
import type { ContentHashing, RunningHash } from '../../domain/ports.ts';
import type { FromHashThread, ToHashThread } from './hash-messages.ts';

export type HashThread = ContentHashing & { close(): Promise<void> };

type Waiting = { resolve(answer: FromHashThread): void; reject(error: Error): void };

/** Starts its thread with the first hash. It does not keep the process alive. */
export function openHashThread(): HashThread {
  let thread: LivingThread | undefined;
  let numbers = 0;

  function begin(): RunningHash {
    if (thread === undefined || thread.isDead) thread = new LivingThread();
    const own = thread;
    numbers += 1;
    const hash = numbers;
    return {
      async update(buffers) {
        await own.ask({ kind: 'update', hash, buffers: buffers.map(cheapToSend) });
      },
      async digest() {
        const digest = await own.ask({ kind: 'digest', hash });
        if (digest === null) throw new Error('the hashing thread gave no digest');
        return Buffer.from(digest);
      },
      forget: () => own.say({ kind: 'forget', hash }),
    };
  }

  return { begin, close: async () => thread?.end() };
}

class LivingThread {
  isDead = false;
  readonly #worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { env: {}, argv: [], execArgv: [] });
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: FromHashThread) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#died(error));
    this.#worker.on('exit', () => this.#died(new Error('the hashing thread has ended')));
  }

  say(message: ToHashThread): void {
    if (!this.isDead) this.#worker.postMessage(message);
  }

  ask(message: ToHashThread): Promise<FromHashThread> {
    if (this.isDead) return Promise.reject(new Error('the hashing thread has ended'));
    // Only an answer that somebody waits for keeps the process alive.
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(message);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(answer: FromHashThread): void {
    this.#waiting.shift()?.resolve(answer);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #died(error: unknown): void {
    this.isDead = true;
    const failure = error instanceof Error ? error : new Error('the hashing thread failed');
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
  }
}

/** Shared memory is seen by both threads. Of other memory a message would carry a copy of all that surrounds the bytes. */
function cheapToSend(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes);
}
