// A scanning thread beside a reading thread: it is started when the first large file comes, and stays.
// Invariant: one file at a time; a thread that fails is replaced with the next file.

import { Worker } from 'node:worker_threads';
import type { Block } from '../csv/block.ts';
import type { BlockSource, ScanRequest, ScanState } from '../csv/blocks.ts';
import { unpackBlock } from '../csv/packed-block.ts';
import { blockHashes, rowHasher } from '../csv/row-hash.ts';
import { type FromScanner, roomAt, scannedBlocks, scannedBytes, stopAt, type ToScanner } from './scan-messages.ts';

/** For a smaller file another thread costs more than it saves. */
export const bytesToScanApart = 1024 * 1024;

export type ScanThread = {
  /** Scans the file at `path`. The one before must be closed. */
  scan(path: string, request: ScanRequest): BlockSource;
  close(): Promise<void>;
};

export function openScanThread(): ScanThread {
  let worker: Worker | null = null;
  return {
    scan(path, { encoding, options }) {
      worker ??= startWorker(() => {
        worker = null;
      });
      return scanWith(worker, { path, request: { encoding, options: { ...options, batchBytes: scannedBytes } } });
    },
    async close() {
      await worker?.terminate();
    },
  };
}

function startWorker(ended: () => void): Worker {
  const worker = new Worker(new URL('./scan-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 6 },
    env: {},
  });
  worker.unref();
  worker.once('exit', ended);
  return worker;
}

function scanWith(worker: Worker, job: Omit<ToScanner, 'control'>): BlockSource {
  const control = new SharedArrayBuffer(8);
  const room = new Int32Array(control);
  Atomics.store(room, roomAt, scannedBlocks);
  const inbox = new Inbox(worker);
  const { rowKey } = job.request.options;
  const hash = rowKey && rowHasher(rowKey);
  const nothing = { crlf: 0, lf: 0, cr: 0 };
  let state: ScanState = { rows: 0, lineEnds: nothing, finalNewline: true, endsInsideQuote: false, totalBytes: 0 };
  let isOver = false;

  async function next(): Promise<Block | null> {
    const message = await inbox.next();
    if (message.kind === 'block') {
      state = message.state;
      const block = unpackBlock(message.block);
      if (hash) block.hashes ??= blockHashes(hash, block);
      return block;
    }
    isOver = true;
    inbox.close();
    if (message.kind === 'end') state = message.state;
    if (message.kind === 'failed') throw failureOf(message);
    return null;
  }

  async function* blocks(): AsyncGenerator<Block, void, undefined> {
    for (let block = await next(); block !== null; block = await next()) {
      yield block;
      Atomics.add(room, roomAt, 1);
      Atomics.notify(room, roomAt);
    }
  }

  worker.postMessage({ ...job, control } satisfies ToScanner);
  return {
    blocks: blocks(),
    get state() {
      return state;
    },
    async close() {
      Atomics.store(room, stopAt, 1);
      Atomics.add(room, roomAt, 1);
      Atomics.notify(room, roomAt);
      while (!isOver) await next();
    },
  };
}

function failureOf({ name, message, code, stack }: Extract<FromScanner, { kind: 'failed' }>): Error {
  return Object.assign(new Error(message), { name, stack, ...(code === null ? {} : { code }) });
}

/** The messages of one file, in order. */
class Inbox {
  readonly #worker: Worker;
  readonly #messages: FromScanner[] = [];
  #wake: (() => void) | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', this.#take);
    worker.on('error', this.#fail);
    worker.on('exit', this.#end);
  }

  async next(): Promise<FromScanner> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      const awake = Promise.withResolvers<void>();
      this.#wake = awake.resolve;
      // Nothing else may keep the thread alive that waits.
      this.#worker.ref();
      await awake.promise;
      this.#worker.unref();
    }
  }

  close(): void {
    this.#worker.off('message', this.#take);
    this.#worker.off('error', this.#fail);
    this.#worker.off('exit', this.#end);
  }

  readonly #take = (message: FromScanner): void => {
    this.#messages.push(message);
    this.#wake?.();
  };

  readonly #fail = (error: unknown): void => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    this.#take({ kind: 'failed', name, message, code: null, stack: stack ?? '' });
  };

  readonly #end = (): void => {
    this.#take({ kind: 'failed', name: 'Error', message: 'a scanning thread ended', code: null, stack: '' });
  };
}
