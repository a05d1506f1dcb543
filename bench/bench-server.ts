// A real server process for benchmarks, with institutions that take rosters, made through the API as a person would.
// Invariant: the process is the product as it is shipped; only ports, folder, token and settle time are given.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { type ServerProcess, startServer } from '../scripts/start-server.ts';
import type { Feed } from '../src/api/feeds.ts';
import type { ImportView } from '../src/api/imports.ts';
import { type Client, openClient } from '../src/cli/client.ts';
import { rosterMapping } from './generate-roster.ts';
import type { SessionLogin } from './sftp-session.ts';

export type BenchServer = { client: Client; token: string; process: ServerProcess };

/** An operator's token and the master key of every server of this run, so that one can be started again on its folder. */
const benchToken = randomBytes(32).toString('base64url');

/** On the embedded database below `dataDir`, or on the given one. `errors`: the open file that gets its standard error. */
export async function startBenchServer(
  dataDir: string,
  url: string | null = null,
  { settings = {}, errors = 2 }: { settings?: Record<string, string>; errors?: number } = {},
): Promise<BenchServer> {
  const process = await startServer(
    {
      CAUSEWAY_DATA: dataDir,
      ...(url === null ? {} : { CAUSEWAY_DATABASE_URL: url }),
      CAUSEWAY_MASTER_KEY: benchToken,
      CAUSEWAY_BOOTSTRAP_TOKEN: benchToken,
      CAUSEWAY_HTTP_PORT: '0',
      CAUSEWAY_SFTP_PORT: '0',
      CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8',
      CAUSEWAY_LOG_LEVEL: 'error',
      ...settings,
    },
    'ignore',
    { errors },
  );
  return { process, token: benchToken, client: openClient({ url: process.ready.http, token: benchToken }) };
}

/** The address of a database whose link was given as single parts, with its socket. */
export function databaseUrl({ user, password, host, port, database }: ClientConfig): string {
  return `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(String(host))}`;
}

/** An institution whose feed is mapped to the roster and on; with the feed's password. */
export async function makeRosterFeed(client: Client, slug: string): Promise<Feed> {
  await client.send('POST', '/institutions', { name: `College ${slug}`, slug, timeZone: 'UTC', country: 'US' });
  const { items } = await client.get<{ items: Feed[] }>(`/institutions/${slug}/feeds`);
  const path = `/institutions/${slug}/feeds/${items[0]?.id}`;
  await client.send('PATCH', `${path}/mapping`, { set: rosterMapping });
  await client.send('POST', `${path}/enable`, {});
  return client.send<Feed>('POST', `${path}/reveal`, {});
}

/** How a client logs in to a feed of `makeRosterFeed`. */
export function sessionLogin({ process }: BenchServer, { username, password, hostKeys }: Feed): SessionLogin {
  return {
    ...process.ready.sftp,
    ...{ username, password: password ?? '', fingerprints: hostKeys.map((key) => key.sha256) },
  };
}

/** Hands a file over by the API; the import is queued when it resolves. */
export function uploadRoster(client: Client, slug: string, file: string): Promise<ImportView> {
  return client.upload<ImportView>(`/institutions/${slug}/imports`, file, { fileName: 'roster.csv' });
}

/** Waits for the end of an import; throws when it did not succeed. */
export async function importEnd(client: Client, id: string): Promise<ImportView> {
  for (;;) {
    const view = await client.get<ImportView>(`/imports/${id}`);
    if (view.status === 'succeeded') return view;
    if (view.status !== 'queued' && view.status !== 'running')
      throw new Error(`the import ended ${view.status}: ${view.message}`);
    await pause(250);
  }
}

/** The highest resident memory of the server process so far, in MB (proc(5), VmHWM). */
export async function peakMemory({ process }: BenchServer): Promise<number> {
  const status = await readFile(`/proc/${process.ready.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
