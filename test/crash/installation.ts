// The installation under test: a server on an embedded database, now and then with its worker in a process of its own.
// Invariant: whatever was started here has ended when `close` has resolved; what ends without being told to is counted.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../../scripts/start-server.ts';
import { type Client, openClient } from '../../src/cli/client.ts';
import { preparedDataFolder } from '../kit/database-server.ts';
import { type Link, startLink } from '../kit/partners/link.ts';
import { sftpProcesses } from '../kit/sftp-processes.ts';
import { until } from '../kit/until.ts';
import { DatabaseWatch } from './database-watch.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** `together`: one process does everything. `apart`: one listens, another one imports. */
export type Layout = 'together' | 'apart';
export type Part = 'server' | 'worker';

type Parts = {
  folder: string;
  settings: Record<string, string>;
  token: string;
  logFile: number;
  database: DatabaseWatch;
  disk: SmallDisk | null;
  line: Link;
  target: { host: string; port: number };
  rest: AsyncDisposableStack;
};

/** `mebibytes`: of the file system for stored files; 0 leaves them in the data folder. `log`: a file for what the server says. */
export type InstallationOptions = { settings: Record<string, string>; mebibytes: number; log: string };

export class Installation implements AsyncDisposable {
  /** How often a process ended without being told to. */
  endedByItself = 0;
  readonly #parts: Parts;
  #layout: Layout = 'together';
  readonly #running: Partial<Record<Part, ServerProcess>> = {};

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open({ settings, mebibytes, log }: InstallationOptions): Promise<Installation> {
    await using undo = new AsyncDisposableStack();
    const folder = await preparedDataFolder();
    undo.defer(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, 'worker'));
    const logFile = openSync(log, 'w');
    undo.defer(() => closeSync(logFile));
    const files = join(folder, 'files');
    const disk = mebibytes > 0 ? await mountSmallDisk(files, mebibytes) : null;
    if (disk) undo.defer(() => disk.end());
    const database = undo.adopt(new DatabaseWatch(folder), (watch) => watch.close());
    const target = { host: '127.0.0.1', port: 0 };
    const line = undo.use(await startLink(target));
    const all = {
      CAUSEWAY_HTTP_PORT: '0',
      CAUSEWAY_SFTP_PORT: '0',
      CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8',
      CAUSEWAY_LOG_LEVEL: 'warn',
      CAUSEWAY_FILES: `disk:${files}`,
      CAUSEWAY_MASTER_KEY: randomBytes(32).toString('base64'),
      ...settings,
    };
    const token = randomBytes(32).toString('base64url');
    const parts = { folder, settings: all, token, logFile, database, disk, line, target };
    const installation = new Installation({ ...parts, rest: undo.move() });
    try {
      await installation.revive();
    } catch (error) {
      await installation.close();
      throw error;
    }
    return installation;
  }

  get database(): DatabaseWatch {
    return this.#parts.database;
  }
  get disk(): SmallDisk | null {
    return this.#parts.disk;
  }
  /** The way to the SFTP port, which can be cut. */
  get line(): Link {
    return this.#parts.line;
  }
  get filesFolder(): string {
    return join(this.#parts.folder, 'files');
  }
  get token(): string {
    return this.#parts.token;
  }
  get url(): string {
    return this.#server.ready.http;
  }
  get client(): Client {
    return openClient({ url: this.url, token: this.token });
  }

  /** Starts what does not run, and waits until the server answers. */
  async revive(): Promise<void> {
    await this.#start('server');
    const server = this.#server;
    await until(async () => hasEnded(server) || this.database.query('select 1'), { what: 'an answer of PostgreSQL' });
    const ask = async () => hasEnded(server) || this.client.get('/institutions').catch(() => null);
    await until(ask, { what: 'an answer of the server' });
    if (hasEnded(server)) return this.revive();
    if (this.#layout === 'apart') await this.#start('worker');
  }

  /** Changes the layout, which takes a start when it is another one. */
  async arrange(layout: Layout): Promise<void> {
    if (layout === this.#layout) return;
    await this.stop();
    this.#layout = layout;
    await this.revive();
  }

  /** The part that imports and transfers. */
  get working(): Part {
    return this.#running.worker ? 'worker' : 'server';
  }

  /** Sends the signal and waits for the end. */
  async end(part: Part, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#running[part];
    if (running === undefined) return;
    if (hasEnded(running)) this.endedByItself += 1;
    delete this.#running[part];
    await endProcess(running, signal);
  }

  /** SIGKILL to one of the processes that serve SFTP for the server; `which` from 0 to 1. Resolves when it is gone. */
  async killSftpProcess(which: number): Promise<void> {
    const { pid } = this.#server.ready;
    const all = sftpProcesses(pid);
    const one = all[Math.floor(which * all.length)];
    if (one === undefined) return;
    process.kill(one, 'SIGKILL');
    await until(() => !sftpProcesses(pid).includes(one), { what: 'the end of an SFTP process' });
  }

  /** Starts the server and kills it after so many milliseconds, ready or not. */
  async killWhileStarting(milliseconds: number): Promise<void> {
    const begun = this.#launch('server', AbortSignal.timeout(milliseconds)).catch(() => null);
    const ready = await begun;
    if (ready) await endProcess(ready, 'SIGKILL');
  }

  /** Ends everything in good order. */
  async stop(): Promise<void> {
    await this.end('worker', 'SIGTERM');
    await this.end('server', 'SIGTERM');
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#parts.rest.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #server(): ServerProcess {
    const { server } = this.#running;
    if (server === undefined) throw new Error('the server does not run');
    return server;
  }

  async #start(part: Part): Promise<void> {
    const running = this.#running[part];
    if (running && !hasEnded(running)) return;
    if (running) this.endedByItself += 1;
    const started = await this.#launch(part);
    this.#running[part] = started;
    if (part === 'server') Object.assign(this.#parts.target, started.ready.sftp);
  }

  #launch(part: Part, signal?: AbortSignal): Promise<ServerProcess> {
    const { settings, folder, token, logFile, database } = this.#parts;
    const roles = this.#layout === 'apart' ? { CAUSEWAY_ROLES: 'sftp,http' } : {};
    const own =
      part === 'server'
        ? { ...roles, CAUSEWAY_DATA: folder, CAUSEWAY_BOOTSTRAP_TOKEN: token }
        : { CAUSEWAY_ROLES: 'worker', CAUSEWAY_DATA: join(folder, 'worker'), CAUSEWAY_DATABASE_URL: database.url };
    return startServer({ ...settings, ...own }, 'ignore', { errors: logFile, signal });
  }
}

function hasEnded({ process: child }: ServerProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endProcess(server: ServerProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(server)) return;
  const gone = once(server.process, 'exit');
  server.process.kill(signal);
  await gone;
}
