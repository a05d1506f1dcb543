// A few reading threads that stay alive, given to one job at a time.
// Invariant: a thread that fails takes only its own job with it; a job that is left early gives its thread back.

import { Worker } from 'node:worker_threads';
import type { ErrorFileJob, FileReader, ReadingJob, ReadingPart, ReadingSummary } from '../inbound/reading.ts';
import type { ImportIssue } from '../store/import-issues.ts';
import type { FromThread, ToThread } from './reading-messages.ts';

export type ReadingPool = FileReader & {
  /** Ends the threads; jobs under way fail. */
  close(): Promise<void>;
};

/** At most `size` threads, started when they are needed. */
export function openReadingPool(size: number): ReadingPool {
  const idle: ReadingThread[] = [];
  const all = new Set<ReadingThread>();
  const waiting: ((thread: ReadingThread) => void)[] = [];
  let closed = false;

  async function take(): Promise<ReadingThread> {
    if (closed) throw new Error('the reading threads have ended');
    const thread = idle.pop();
    if (thread) return thread;
    if (all.size < size) return start();
    return new Promise((resolve) => waiting.push(resolve));
  }

  function start(): ReadingThread {
    const thread = new ReadingThread();
    all.add(thread);
    return thread;
  }

  function giveBack(thread: ReadingThread): void {
    let usable: ReadingThread | null = thread;
    if (thread.isBroken) {
      all.delete(thread);
      usable = waiting.length > 0 ? start() : null;
    }
    if (!usable) return;
    const next = waiting.shift();
    if (next) next(usable);
    else idle.push(usable);
  }

  return {
    async *read(job: ReadingJob): AsyncGenerator<ReadingPart, ReadingSummary> {
      const thread = await take();
      try {
        thread.begin({ kind: 'read', job });
        for (;;) {
          const message = await thread.next();
          if (message.kind === 'done' && message.summary) return message.summary;
          if (message.kind !== 'part') throw new Error(`a reading thread answered ${message.kind}`);
          yield message.part;
          thread.say({ kind: 'credit' });
        }
      } finally {
        await thread.end();
        giveBack(thread);
      }
    },
    async *errorRows(job: ErrorFileJob, issues: AsyncIterable<ImportIssue[]>): AsyncGenerator<Uint8Array> {
      const thread = await take();
      const source = issues[Symbol.asyncIterator]();
      try {
        thread.begin({ kind: 'errors', job });
        for (;;) {
          const message = await thread.next();
          if (message.kind === 'done') return;
          if (message.kind === 'want-issues') {
            const { done, value } = await source.next();
            thread.say({ kind: 'issues', issues: done ? null : value });
          } else if (message.kind === 'bytes') {
            yield message.bytes;
            thread.say({ kind: 'credit' });
          } else throw new Error(`a reading thread answered ${message.kind}`);
        }
      } finally {
        await source.return?.();
        await thread.end();
        giveBack(thread);
      }
    },
    async close() {
      closed = true;
      await Promise.all([...all].map((thread) => thread.terminate()));
    },
  };
}

/** One thread and the messages of its present job. */
class ReadingThread {
  isBroken = false;
  readonly #worker: Worker;
  #messages: FromThread[] = [];
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #isBusy = false;

  constructor() {
    this.#worker = new Worker(new URL('./reading-worker.ts', import.meta.url), {
      // A file can make a thread run out of memory, but never the process.
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 },
      env: {},
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'done' || message.kind === 'failed' || message.kind === 'stopped') this.#isBusy = false;
      this.#messages.push(message);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => this.#break(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#break(new Error('a reading thread ended')));
  }

  begin(message: Extract<ToThread, { kind: 'read' | 'errors' }>): void {
    this.#messages = [];
    this.#isBusy = true;
    this.#worker.ref();
    this.say(message);
  }

  say(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** The next message; throws what the job or the thread failed with. */
  async next(): Promise<FromThread> {
    for (;;) {
      const message = this.#messages.shift();
      if (message?.kind === 'failed') throw rebuilt(message);
      if (message) return message;
      if (this.#failure) throw this.#failure;
      const awake = Promise.withResolvers<void>();
      this.#wake = awake.resolve;
      await awake.promise;
    }
  }

  /** Resolves when the thread does nothing any more. */
  async end(): Promise<void> {
    if (this.#isBusy && !this.isBroken) this.say({ kind: 'stop' });
    while (this.#isBusy && !this.isBroken) {
      const awake = Promise.withResolvers<void>();
      this.#wake = awake.resolve;
      await awake.promise;
    }
    this.#messages = [];
    this.#worker.unref();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #break(error: Error): void {
    this.isBroken = true;
    this.#failure ??= error;
    this.#wake?.();
  }
}

function rebuilt(message: Extract<FromThread, { kind: 'failed' }>): Error {
  const error = new Error(message.message);
  error.name = message.name;
  error.stack = message.stack;
  return message.code === null ? error : Object.assign(error, { code: message.code });
}
