// The Database object: a pool for short work, links of their own for sessions and listeners.
// Invariant: a pooled connection goes back only in a known state; a session's connection is never reused.
import type { ClientConfig, PoolClient } from 'pg';
import pg from 'pg';
import type { Database, DatabaseLog, OpenOptions, Session } from './connection.ts';
import { DatabaseError, isLostConnection } from './database-error.ts';
import { bindClient, clientOf, queryableOf, runStatement, unbindClient } from './driver-client.ts';
import { connectLink, describeForProcess, linkConfig, patiently, prepareLink } from './links.ts';
import { listenOn } from './listen.ts';
import { inTransaction, runHooks, type TransactionOptions, type Tx } from './transaction.ts';

interface PoolOptions extends OpenOptions {
  /** Runs once, after all links have ended. */
  afterClose?: () => Promise<void>;
  /** Idle connections do not keep the process alive (for tests). */
  allowExitOnIdle?: boolean;
}

/** A `Database` on the server that `link` names. Connects when first used. */
export function openPool(link: ClientConfig, options: PoolOptions = {}): Database {
  const { log } = options;
  const pool = new pg.Pool({
    ...linkConfig(link),
    max: options.poolSize ?? 20,
    allowExitOnIdle: options.allowExitOnIdle ?? false,
    idleTimeoutMillis: 30_000,
    onConnect: prepareLink,
  });
  // Both kinds of link say by this event that they broke while idle or between statements; the next caller gets a new one.
  pool.on('error', (error) => log?.warn({ code: codeOf(error) }, 'an idle database connection was lost'));
  const linked = new Set<Promise<void>>();
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => void client.once('end', resolve)).then(
      () => void linked.delete(ended),
    );
    linked.add(ended);
  });

  const sessions = new Set<Promise<unknown>>();
  const listeners = new Set<() => Promise<void>>();
  let closing: Promise<void> | undefined;
  const isOpen = () => closing === undefined;

  async function onPooled<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    mustBeOpen(isOpen);
    const client = await patiently(isOpen, () => pool.connect());
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isLostConnection(error);
      throw error;
    } finally {
      client.release(broken || client.getTransactionStatus() !== 'I');
    }
  }

  async function session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    mustBeOpen(isOpen);
    const run = runSession(link, isOpen, log, work);
    const settled: Promise<unknown> = run.catch(() => undefined).then(() => sessions.delete(settled));
    sessions.add(settled);
    return run;
  }

  async function shutDown(): Promise<void> {
    await Promise.all([...listeners].map((stop) => stop()));
    await Promise.all(sessions);
    // Idle connections may keep nothing alive (`allowExitOnIdle`), and this has to see their end.
    const alive = setInterval(() => undefined, 60_000);
    await pool.end();
    // The pool forgets its connections before the server has let them go.
    await Promise.all(linked);
    clearInterval(alive);
    await options.afterClose?.();
  }

  const db: Database = {
    ...queryableOf((sql, params) => onPooled((client) => runStatement(client, sql, params))),
    async transaction<T>(work: (tx: Tx) => Promise<T>, txOptions?: TransactionOptions) {
      const { value, hooks } = await onPooled((client) => inTransaction(client, work, txOptions));
      await runHooks(hooks, log);
      return value;
    },
    session,
    async listen(channel, onMessage, onGap) {
      mustBeOpen(isOpen);
      const stopListening = await listenOn(link, channel, { onMessage, onGap, log });
      const stop = async () => {
        listeners.delete(stop);
        await stopListening();
      };
      listeners.add(stop);
      return stop;
    },
    poolUse: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    link: () => describeForProcess(link),
    close: () => (closing ??= shutDown()),
    [Symbol.asyncDispose]: () => db.close(),
  };
  return db;
}

async function runSession<T>(
  link: ClientConfig,
  isOpen: () => boolean,
  log: DatabaseLog | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = await connectLink(link, isOpen);
  const session: Session = {
    ...queryableOf(async (sql, params) => runStatement(clientOf(session), sql, params)),
    async transaction(txWork, txOptions) {
      const { value, hooks } = await inTransaction(clientOf(session), txWork, txOptions);
      await runHooks(hooks, log);
      return value;
    },
  };
  bindClient(session, client);
  try {
    return await work(session);
  } finally {
    unbindClient(session);
    await client.end().catch(() => undefined);
  }
}

function mustBeOpen(isOpen: () => boolean): void {
  if (!isOpen()) throw new DatabaseError('Database error 57P01: the database has been closed', { code: '57P01' });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : 'none';
}
