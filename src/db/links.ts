// Makes single links to the server and waits while it restarts; every link of this program begins here.
// Invariant: waiting happens before a statement was sent, never after, so that nothing runs twice.
import type { ClientConfig } from 'pg';
import pg from 'pg';
import { type DatabaseError, toDatabaseError } from './database-error.ts';
import { valueTypes } from './values.ts';

/** How long a caller waits for a server that restarts, in milliseconds. */
const PATIENCE = 15_000;
// No socket yet, nobody listening, broken off while connecting, starting or stopping (57P03), all places taken (53300).
const MAY_COME_BACK = /^(ENOENT|ECONNREFUSED|ECONNRESET|EPIPE|08006|57P0[1-3]|53300)$/;

// ISO dates and UTC whatever the server's settings are, and no acknowledgement before the log is on disk.
const SESSION_SETTINGS = `SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = 'postgres';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

/** How a process reaches the database, as JSON. It may hold the password: it is told to processes of ours only. */
export type DatabaseLink =
  | { connectionString: string }
  | { host: string; port: number; user: string; password: string; database: string };

/** What of a link another process needs. */
export function describeForProcess(link: ClientConfig): DatabaseLink {
  if (link.connectionString !== undefined) return { connectionString: link.connectionString };
  const { host = '', port = 5432, user = '', password, database = '' } = link;
  return { host, port, user, password: typeof password === 'string' ? password : '', database };
}

/** What every link gets: our name (or the one that the link has), our reading of values, and a probe that notices a dead peer. */
export function linkConfig(link: ClientConfig): ClientConfig {
  const application_name = link.application_name ?? 'causeway';
  return { ...link, application_name, types: valueTypes, keepAlive: true, connectionTimeoutMillis: 30_000 };
}

/** Puts a fresh link into the state that the rest of the code relies on. */
export async function prepareLink(client: pg.ClientBase): Promise<void> {
  await client.query(SESSION_SETTINGS);
}

/** A link of one's own, outside the pool. The caller ends it. */
export async function connectLink(link: ClientConfig, goOn: () => boolean): Promise<pg.Client> {
  return patiently(goOn, async () => {
    const client = new pg.Client(linkConfig(link));
    // A link that breaks while idle says so by this event; without a listener the process would end.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await prepareLink(client);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  });
}

/** Repeats `connect` while the server may come back, at most for 15 s and as long as `goOn` says so. */
export async function patiently<T>(goOn: () => boolean, connect: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE;
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    try {
      return await connect();
    } catch (error) {
      const known: DatabaseError = toDatabaseError(error);
      if (!MAY_COME_BACK.test(known.code) || performance.now() + pause > deadline || !goOn()) throw known;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
