// The harness's own look into the embedded database: what runs there, which processes it has, and where to cut.
// Invariant: it starts nothing and locks nothing; while PostgreSQL is away it says so instead of failing.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { dataFiles } from '../../src/db/embedded/data-files.ts';

export class DatabaseWatch {
  readonly #files: ReturnType<typeof dataFiles>;
  #client: pg.Client | null = null;

  constructor(dataFolder: string) {
    this.#files = dataFiles(dataFolder);
  }

  /** The process number of PostgreSQL itself; null while there is none. */
  get postmaster(): number | null {
    return this.#postmasterFile()?.pid ?? null;
  }

  /** For a process of its own on the same database. */
  get url(): string {
    const host = encodeURIComponent(this.#postmasterFile()?.socketFolder ?? '');
    return `postgres://causeway:${encodeURIComponent(this.#password())}@localhost/causeway?host=${host}`;
  }

  /** The rows, or null when PostgreSQL did not answer. */
  async query<R extends object>(sql: string, values: unknown[] = []): Promise<R[] | null> {
    try {
      const client = await this.#connected();
      return client && (await client.query<R>(sql, values)).rows;
    } catch {
      await this.close();
      return null;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  /** What the institution's imports are doing: the nearest to its end counts. */
  async phase(institution: string): Promise<'idle' | 'queued' | 'import' | 'receipts' | 'away'> {
    const rows = await this.query<{ running: boolean; applied: boolean }>(
      `select i.status = 'running' as running, i.applied_at is not null as applied from imports i
       join institutions n on n.id = i.institution_id
       where n.slug = $1 and i.status in ('queued', 'running')`,
      [institution],
    );
    if (rows === null) return 'away';
    if (rows.some(({ running, applied }) => running && applied)) return 'receipts';
    if (rows.some(({ running }) => running)) return 'import';
    return rows.length > 0 ? 'queued' : 'idle';
  }

  /** The processes of the sessions that hold a lock of their own, which are those that import or transfer; else of any others. */
  async sessions(): Promise<number[]> {
    const others = `a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'`;
    const locking = `exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted)`;
    const rows = await this.query<{ pid: number; locking: boolean }>(
      `select a.pid, ${locking} as locking from pg_stat_activity a where ${others} order by a.pid`,
    );
    const working = rows?.filter((row) => row.locking) ?? [];
    return (working.length > 0 ? working : (rows ?? [])).map((row) => row.pid);
  }

  /** Resolves when PostgreSQL has let go of our own link, which it does when any of its processes was killed. */
  async dropped(): Promise<void> {
    const client = this.#client;
    if (client) await Promise.race([once(client, 'end').catch(() => undefined), pause(5_000)]);
  }

  /** Ends a session as an administrator would. */
  async endSession(pid: number): Promise<void> {
    await this.query('select pg_terminate_backend($1)', [pid]);
  }

  async #connected(): Promise<pg.Client | null> {
    if (this.#client) return this.#client;
    const host = this.#postmasterFile()?.socketFolder;
    if (host === undefined) return null;
    const user = { user: 'causeway', password: this.#password(), database: 'causeway' };
    const client = new pg.Client({ host, port: 5432, ...user, connectionTimeoutMillis: 2_000, query_timeout: 10_000 });
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  /** Its first line is the process, its fifth the folder of the socket (PostgreSQL, src/include/utils/pidfile.h). */
  #postmasterFile(): { pid: number; socketFolder: string } | null {
    const file = `${this.#files.cluster}/postmaster.pid`;
    if (!existsSync(file)) return null;
    const lines = readFileSync(file, 'utf8').split('\n');
    const [pid, socketFolder] = [Number(lines[0]), lines[4]?.trim()];
    return pid > 0 && socketFolder ? { pid, socketFolder } : null;
  }

  #password(): string {
    return (JSON.parse(readFileSync(this.#files.passwords, 'utf8')) as { application: string }).application;
  }
}
