// One open file's writes: keeps them in order, joins contiguous ones, and remembers the first failure.
// Invariant: at most one write of a file runs at a time, so overlapping and appending writes end up as they were sent.

import type { VirtualFile } from '../domain/virtual-files.ts';

/** One WRITE. `settled` is called exactly once, with the error of the write that held it, or undefined. */
export type PendingWrite = {
  position: number;
  data: readonly Uint8Array[];
  length: number;
  settled(error: unknown): void;
};

/**
 * The longest write that is put together from contiguous ones, in bytes: all that a session may have in flight. One turn of
 * the loop reads up to 2 MiB from a socket and ends one write, so that shorter ones would fall behind.
 */
const longestRun = 4 * 1024 * 1024;

export class WriteGatherer {
  readonly #file: VirtualFile;
  readonly #append: boolean;
  #pending: PendingWrite[] = [];
  #running = false;
  #failure: { error: unknown } | undefined;
  #waiters: (() => void)[] = [];

  constructor(file: VirtualFile, append: boolean) {
    this.#file = file;
    this.#append = append;
  }

  /** The first write that failed, if one did: everything after it fails too, so that CLOSE cannot succeed. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  add(write: PendingWrite): void {
    this.#pending.push(write);
    if (this.#running) return;
    this.#running = true;
    // What arrives in the same turn of the loop is written together.
    setImmediate(() => void this.#run());
  }

  /** Resolves when every write added so far has settled. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      const run = this.#takeRun();
      const error = await this.#write(run);
      for (const write of run) write.settled(error);
    }
    this.#running = false;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  async #write(run: readonly PendingWrite[]): Promise<unknown> {
    if (this.#failure !== undefined) return this.#failure.error;
    const first = run[0];
    const buffers = run.flatMap((write) => write.data);
    if (first === undefined || buffers.length === 0) return undefined;
    try {
      await this.#file.write(
        buffers,
        first.position,
        run.map((write) => write.length),
      );
      return undefined;
    } catch (error) {
      this.#failure = { error };
      return error;
    }
  }

  /** The first write and all that follow on from it, in the order in which they came. */
  #takeRun(): PendingWrite[] {
    let length = 0;
    let count = 0;
    let end: number | undefined;
    for (const write of this.#pending) {
      const follows = end === undefined || this.#append || write.position === end;
      if (!follows || (count > 0 && length + write.length > longestRun)) break;
      length += write.length;
      end = write.position + write.length;
      count += 1;
    }
    return this.#pending.splice(0, count);
  }
}
