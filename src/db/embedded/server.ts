// The PostgreSQL child process: starts it, watches it, starts it again when it dies, stops it in good order.
// Invariant: at most one child; after `stop` has resolved there is none.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseLog } from '../connection.ts';
import { DatabaseStartError } from '../database-error.ts';
import type { DataFiles } from './data-files.ts';
import type { Launcher, ServerProcess } from './launcher.ts';
import { clearOrphan } from './orphan.ts';
import { serverSettings } from './settings.ts';

const READY = 'database system is ready to accept connections';
/** Recovery after a crash replays at most `max_wal_size`, on a slow disk for minutes. */
const START_PATIENCE = 600_000;
const STOP_PATIENCE = 60_000;
const LONGEST_PAUSE = 10_000;
/** A child that lived this long was healthy: the next restart is immediate again. */
const HEALTHY_AFTER = 60_000;

export type StopMode = 'fast' | 'immediate';

interface ServerParts {
  launcher: Launcher;
  files: DataFiles;
  socketFolder: string;
  /** Changes to `serverSettings`. */
  settings?: Record<string, string> | undefined;
  log?: DatabaseLog | undefined;
}

export class PostgresServer {
  readonly #parts: ServerParts;
  readonly #log: DatabaseLog | undefined;
  #child: ServerProcess | undefined;
  #stopping = false;
  #wakeUp: (() => void) | undefined;
  #watch: Promise<void> = Promise.resolve();
  #keepsAlive = true;
  readonly #lastWords: string[] = [];
  readonly #onExit = () => this.#child?.kill('SIGINT');

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#log = parts.log;
  }

  /** The number of the running process, for logs and tests. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when connections are accepted. Throws `DatabaseStartError` with what PostgreSQL said. */
  async start(): Promise<void> {
    process.on('exit', this.#onExit);
    try {
      await this.#startOnce();
    } catch (error) {
      process.off('exit', this.#onExit);
      throw error;
    }
    this.#watch = this.#superviseUntilStopped();
  }

  /** `fast`: open transactions are rolled back, a checkpoint is written. `immediate`: for data that is thrown away. */
  async stop(mode: StopMode = 'fast'): Promise<void> {
    this.#stopping = true;
    this.#wakeUp?.();
    this.letProcessEnd(false);
    const child = this.#child;
    if (child) {
      child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      const timer = setTimeout(() => {
        this.#log?.error({ pid: child.pid }, 'PostgreSQL does not stop and is stopped at once');
        child.kill('SIGQUIT');
      }, STOP_PATIENCE);
      await this.#watch;
      clearTimeout(timer);
    }
    await this.#watch;
    process.off('exit', this.#onExit);
  }

  /** With true, the child does not keep this process alive (for tests). */
  letProcessEnd(free: boolean): void {
    this.#keepsAlive = !free;
    const streams = [this.#child?.stdout, this.#child?.stderr] as { ref?(): void; unref?(): void }[];
    for (const handle of [this.#child, ...streams]) free ? handle?.unref?.() : handle?.ref?.();
  }

  async #startOnce(): Promise<ServerProcess> {
    const { launcher, files, socketFolder } = this.#parts;
    await clearOrphan(files, socketFolder, this.#log);
    const settings = Object.entries({ ...serverSettings(socketFolder), ...this.#parts.settings });
    const words = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = launcher.launch('postgres', ['-D', files.cluster, ...words]);
    const exited = once(child, 'exit').catch((error: Error) => [error.message]);
    const closed = once(child, 'close').catch(() => undefined);
    child.on('error', () => undefined);
    this.#child = child;
    this.letProcessEnd(!this.#keepsAlive);
    const ready = Promise.withResolvers<'ready'>();
    this.#lastWords.length = 0;
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        this.#note(line);
        if (line.includes(READY)) ready.resolve('ready');
      });
    }
    const timer = setTimeout(() => child.kill('SIGQUIT'), START_PATIENCE);
    const outcome = await Promise.race([ready.promise, exited]);
    clearTimeout(timer);
    if (outcome === 'ready') return child;
    this.#child = undefined;
    // Its last lines may come after its end.
    await Promise.race([closed, sleep(1000, undefined, { ref: false })]);
    throw new DatabaseStartError(
      `PostgreSQL in ${files.cluster} does not start (${outcome.find((part) => part !== null)}). It says: ${this.#lastWords.join(' / ') || 'nothing'}`,
    );
  }

  /** PostgreSQL's own lines; the settings see to it that they hold no values. */
  #note(line: string): void {
    this.#lastWords.push(line);
    if (this.#lastWords.length > 20) this.#lastWords.shift();
    const isBad = /^(FATAL|PANIC):/.test(line) && !/the database system is (starting up|shutting down)/.test(line);
    this.#log?.[isBad ? 'warn' : 'debug']({ line }, 'PostgreSQL');
  }

  async #superviseUntilStopped(): Promise<void> {
    let pause = 0;
    for (;;) {
      const since = performance.now();
      if (this.#child) await this.#ended(this.#child);
      this.#child = undefined;
      if (this.#stopping) return;
      if (performance.now() - since > HEALTHY_AFTER) pause = 0;
      await this.#sleep(pause);
      pause = Math.min(Math.max(100, pause * 2), LONGEST_PAUSE);
      if (this.#stopping) return;
      try {
        const child = await this.#startOnce();
        if (this.#stopping) child.kill('SIGINT');
        this.#log?.info({ pid: this.pid }, 'PostgreSQL runs again');
      } catch (error) {
        this.#log?.error({ err: error }, 'PostgreSQL could not be started again');
      }
    }
  }

  async #ended(child: ServerProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (this.#stopping) return;
    const { exitCode, signalCode } = child;
    this.#log?.error(
      { exitCode, signalCode, lastWords: this.#lastWords },
      'PostgreSQL ended by itself and is started again',
    );
  }

  async #sleep(pause: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
