// How long to wait before a process that ended is started again.
// Invariant: one that ran for a while is started at once, one that keeps ending at most once a minute.

const minute = 60_000;

export class RestartPauses {
  #startedAt: number;
  #quickEnds = 0;

  constructor(now = performance.now()) {
    this.#startedAt = now;
  }

  /** Milliseconds. To be called when the process has ended; the time until the next call is its next life. */
  next(now = performance.now()): number {
    this.#quickEnds = now - this.#startedAt < minute ? this.#quickEnds + 1 : 1;
    const pause = this.#quickEnds === 1 ? 0 : Math.min(1000 * 2 ** (this.#quickEnds - 2), minute);
    this.#startedAt = now + pause;
    return pause;
  }
}
