// One transaction on one connection: BEGIN to COMMIT, savepoints, hooks after the commit.
// Invariant: hooks run only after the server confirmed COMMIT; a COMMIT that became a ROLLBACK is an error.
import type { Client } from 'pg';
import type { DatabaseLog, Queryable } from './connection.ts';
import { DatabaseError, isLostConnection, OUTCOME_UNKNOWN } from './database-error.ts';
import { bindClient, clientOf, queryableOf, runStatement, unbindClient } from './driver-client.ts';

export interface TransactionOptions {
  /** `read committed` when not given. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
}

export interface Tx extends Queryable {
  /** Runs once COMMIT is confirmed and the connection is free again, in the order given; not at all on ROLLBACK. An error in it is logged, never thrown. */
  afterCommit(hook: () => void | Promise<void>): void;
  /** A part that may fail alone: ROLLBACK TO its savepoint when `work` throws (the error is thrown on; its hooks are dropped). */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}

type Hook = () => void | Promise<void>;

export interface Committed<T> {
  value: T;
  hooks: Hook[];
}

/** Runs `work` in a transaction on `client`. The caller runs the hooks, once it has given the connection back. */
export async function inTransaction<T>(
  client: Client,
  work: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<Committed<T>> {
  await runStatement(client, begin(options));
  const hooks: Hook[] = [];
  const tx = openTx(client, hooks);
  try {
    const value = await work(tx);
    await commit(client);
    return { value, hooks };
  } catch (error) {
    // When ROLLBACK fails too, the link is broken, and the server rolls back by itself.
    await runStatement(client, 'ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    unbindClient(tx);
  }
}

/** Runs what was asked for after the commit, one by one. The data is safe by now, so that an error is only logged. */
export async function runHooks(hooks: readonly Hook[], log: DatabaseLog | undefined): Promise<void> {
  for (const hook of hooks) {
    try {
      await hook();
    } catch (error) {
      log?.error({ err: error }, 'a hook after a commit failed');
    }
  }
}

function begin(options: TransactionOptions): string {
  const isolation = options.isolation ? ` ISOLATION LEVEL ${options.isolation.toUpperCase()}` : '';
  return `BEGIN${isolation}${options.readOnly ? ' READ ONLY' : ''}`;
}

async function commit(client: Client): Promise<void> {
  let command: string;
  try {
    ({ command } = await runStatement(client, 'COMMIT'));
  } catch (error) {
    if (!isLostConnection(error)) throw error;
    const message = `Database error ${OUTCOME_UNKNOWN}: the connection was lost while a transaction was committed; look whether it took place`;
    throw new DatabaseError(message, { code: OUTCOME_UNKNOWN });
  }
  // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and calls that a success.
  if (command !== 'COMMIT') {
    const message = 'Database error 25P02: the transaction was rolled back, because an error in it had been swallowed';
    throw new DatabaseError(message, { code: '25P02' });
  }
}

function openTx(client: Client, hooks: Hook[]): Tx {
  let savepoints = 0;
  const tx: Tx = {
    ...queryableOf(async (sql, params) => runStatement(clientOf(tx), sql, params)),
    afterCommit(hook) {
      clientOf(tx);
      hooks.push(hook);
    },
    async savepoint(work) {
      savepoints += 1;
      const name = `causeway_${savepoints}`;
      const kept = hooks.length;
      await tx.execute(`SAVEPOINT ${name}`);
      try {
        const value = await work();
        await tx.execute(`RELEASE SAVEPOINT ${name}`);
        return value;
      } catch (error) {
        hooks.length = kept;
        await tx.execute(`ROLLBACK TO SAVEPOINT ${name}`);
        await tx.execute(`RELEASE SAVEPOINT ${name}`);
        throw error;
      }
    },
  };
  bindClient(tx, client);
  return tx;
}
