// Databases for tests: one real PostgreSQL per test process, one fresh migrated database per call.
// Invariant: nothing survives: the server dies with the process, and what a crash leaves on disk is removed by the next run.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Database, DatabaseConfig } from '../../src/db/connection.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openPool } from '../../src/db/pool.ts';
import { startTestServer, templateName } from './database-server.ts';

export interface FreshDatabase extends AsyncDisposable {
  /** For code that opens the database itself. */
  config: Extract<DatabaseConfig, { kind: 'postgres' }>;
  /** An open pool on it; closed by `close`. */
  db: Database;
  /** Closes the pool and, on an outside server, drops the database. */
  close(): Promise<void>;
}

/** Where databases are made: the link of a role that may make them, and the migrated database to copy. */
export interface TestServer {
  admin: pg.ClientConfig;
  template: string;
  /** Who owns the new databases, and connects to them; the admin itself when not given. */
  application?: { user: string; password: string };
  /** False when the whole server is thrown away afterwards. */
  dropDatabases: boolean;
}

let server: Promise<TestServer> | undefined;

/**
 * A new database with the schema of the migrations, in some 20 ms. The server is started by the first call, and is
 * the one of `CAUSEWAY_TEST_DATABASE_URL` when that is set (its role must be allowed to create databases).
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  server ??= startServer();
  const { admin, template, application, dropDatabases } = await server;
  const name = `causeway_test_${process.pid}_${randomUUID().slice(0, 8)}`;
  await onAdmin(admin, async (client) => {
    const owner = application ? ` OWNER ${client.escapeIdentifier(application.user)}` : '';
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy${owner}`);
  });
  const url = databaseUrl({ ...admin, ...application }, name);
  const db = openPool({ connectionString: url }, { poolSize: 10, allowExitOnIdle: true });
  const close = async () => {
    await db.close();
    if (dropDatabases) await onAdmin(admin, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { config: { kind: 'postgres', url }, db, close, [Symbol.asyncDispose]: close };
}

async function startServer(): Promise<TestServer> {
  const url = process.env.CAUSEWAY_TEST_DATABASE_URL;
  return url ? outsideServer(url) : startTestServer();
}

/** Makes the template on an outside server, once per set of migrations; several processes may try at the same time. */
async function outsideServer(url: string): Promise<TestServer> {
  const template = templateName();
  const admin = { connectionString: url };
  await onAdmin(admin, async (client) => {
    await client.query('SELECT pg_advisory_lock(727451)');
    const found = await client.query('SELECT datistemplate FROM pg_database WHERE datname = $1', [template]);
    if (found.rows[0]?.datistemplate) return;
    // One that is no template yet was left half made.
    await client.query(`DROP DATABASE IF EXISTS ${template}`);
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`);
    const db = openPool({ connectionString: databaseUrl(admin, template) });
    await migrate(db);
    await db.close();
    await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
  });
  return { admin, template, dropDatabases: true };
}

async function onAdmin<T>(admin: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(admin);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The address of another database on the same server. */
function databaseUrl(link: pg.ClientConfig, database: string): string {
  if (link.connectionString !== undefined) {
    const url = new URL(link.connectionString);
    url.pathname = `/${database}`;
    return url.href;
  }
  const host = encodeURIComponent(String(link.host));
  return `postgres://${link.user}:${link.password}@localhost:${link.port}/${database}?host=${host}`;
}
