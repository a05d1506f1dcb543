// The way to the database: opens it (embedded or outside) and hands out queries, transactions and sessions.
// Invariant: nothing of the driver leaves this folder; its errors become DatabaseError, which carries no values.
import type { ClientConfig } from 'pg';
import { startEmbedded } from './embedded.ts';
import type { DatabaseLink } from './links.ts';
import { readOutsideConfig } from './outside.ts';
import { openPool } from './pool.ts';
import { checkServer } from './server-check.ts';
import type { TransactionOptions, Tx } from './transaction.ts';

export type { TransactionOptions, Tx } from './transaction.ts';

/** Where the data lives: PostgreSQL started by us below the data folder `dir`, or one that somebody else runs (15 or later). */
export type DatabaseConfig = { kind: 'embedded'; dir: string } | { kind: 'postgres'; url: string };

/** The part of a pino logger that the database uses. */
export interface DatabaseLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface OpenOptions {
  /** Without one, nothing is logged. */
  log?: DatabaseLog;
  /** Pooled connections; 20 when not given. Sessions and listeners are not taken from the pool. */
  poolSize?: number;
}

/**
 * Whatever can run a statement: the database itself, a transaction, a session.
 *
 * Values in rows: `bigint` and `count(*)` are numbers (beyond 2^53 it throws), `numeric` (also `sum` of bigint) is text,
 * `date` is text `YYYY-MM-DD`, `timestamptz` is a Date, `json` is parsed, `bytea` is a Buffer.
 * Parameters: a Date for `timestamptz`, text for `date`, a Buffer for `bytea`, an array for an array type;
 * for `json` pass `JSON.stringify(value)`, because an array would become an array of PostgreSQL.
 * Errors are `DatabaseError`.
 */
export interface Queryable {
  /** All rows of one statement. `R` is what the caller knows the row to be; it is not checked. */
  query<R extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** The only row, or null. More than one row is a bug and throws. */
  queryOne<R extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R | null>;
  /** Runs a statement for its effect; gives the number of rows that it touched. */
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
}

/** A connection of one's own for as long as the callback runs: temp tables, COPY, session settings. Closed afterwards, never reused. */
export interface Session extends Queryable {
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface Database extends Queryable {
  /** BEGIN, `work`, COMMIT; ROLLBACK when `work` throws. Hooks given to `tx.afterCommit` have run when it resolves. */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * LISTEN on a connection that is made again when it is lost. `onMessage` gets the payload; `onGap` is called when
   * messages may have been missed (after each reconnect): look for work then. Gives a function that stops it.
   */
  listen(channel: string, onMessage: (payload: string) => void, onGap?: () => void): Promise<() => Promise<void>>;
  /** Pooled connections now: all, idle, and callers that wait for one. For metrics. */
  poolUse(): { total: number; idle: number; waiting: number };
  /** How another process of this installation reaches the same database: see `openShared`. */
  link(): DatabaseLink;
  /** Waits for what is running, ends all connections, then (embedded) stops PostgreSQL. May be called twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens the database. Throws `DatabaseStartError` with a sentence for people when it cannot. Does not migrate: see `migrate`. */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  if (config.kind === 'postgres') return openChecked(readOutsideConfig(config.url), options, async () => undefined);
  const server = await startEmbedded(config.dir, { log: options.log });
  return openChecked(server.application, options, () => server.stop());
}

async function openChecked(
  link: ClientConfig,
  options: OpenOptions,
  afterClose: () => Promise<void>,
): Promise<Database> {
  const db = openPool(link, { ...options, afterClose });
  try {
    await checkServer(db, link, options.log);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
