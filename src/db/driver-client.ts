// The one place that knows which driver connection stands behind a session or a transaction.
// Invariant: after a session or transaction has ended, its object reaches no connection any more.
import type { Client } from 'pg';
import type { Queryable } from './connection.ts';
import { DatabaseError, toDatabaseError } from './database-error.ts';

const clients = new WeakMap<object, Client>();

/** The driver's connection behind `on`; throws when its session or transaction is over. */
export function clientOf(on: Queryable): Client {
  const client = clients.get(on);
  if (client === undefined) {
    throw new DatabaseError('Database error 25000: used after its transaction or session had ended', { code: '25000' });
  }
  return client;
}

export function bindClient(on: Queryable, client: Client): void {
  clients.set(on, client);
}

export function unbindClient(on: Queryable): void {
  clients.delete(on);
}

interface Result {
  rows: object[];
  rowCount: number | null;
  command: string;
}

/** Runs one statement and gives the driver's result (the last one, when the text holds several). Throws `DatabaseError`. */
export async function runStatement(client: Client, sql: string, params?: readonly unknown[]): Promise<Result> {
  try {
    const result: Result | Result[] = await client.query(sql, params ? [...params] : undefined);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last ?? { rows: [], rowCount: 0, command: '' };
  } catch (error) {
    throw toDatabaseError(error, sql);
  }
}

type Run = (sql: string, params?: readonly unknown[]) => Promise<Result>;

/** The three ways to run a statement, made of one. */
export function queryableOf(run: Run): Queryable {
  return {
    async query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> {
      return (await run(sql, params)).rows as R[];
    },
    async queryOne<R extends object>(sql: string, params?: readonly unknown[]): Promise<R | null> {
      const { rows } = await run(sql, params);
      if (rows.length > 1) {
        throw new DatabaseError(`Database error 21000: one row was expected, ${rows.length} came`, {
          code: '21000',
          statement: sql.slice(0, 160),
        });
      }
      return (rows[0] as R | undefined) ?? null;
    },
    async execute(sql, params) {
      return (await run(sql, params)).rowCount ?? 0;
    },
  };
}
