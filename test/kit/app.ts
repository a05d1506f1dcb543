// The real application for tests: on a database of its own, on free ports, with an operator's token.
// Invariant: only what `Overrides` names is replaced; everything that was started ends with `close`.

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../scripts/temporary-folder.ts';
import type { Feed } from '../../src/api/feeds.ts';
import type { ImportView } from '../../src/api/imports.ts';
import type { Institution } from '../../src/api/institutions.ts';
import { type App, type Overrides, openApp } from '../../src/app.ts';
import { type Client, openClient } from '../../src/cli/client.ts';
import { readConfig } from '../../src/config.ts';
import { freshDatabase } from './database.ts';
import { until } from './until.ts';

export type TestApp = {
  app: App;
  /** For whatever a test writes. */
  folder: string;
  http: string;
  sftp: { host: string; port: number };
  token: string;
  /** The API as an operator. */
  client: Client;
  close(): Promise<void>;
};

/** Starts Causeway. `settings` are environment variables of the contract on top of free ports and a short settle time. */
export async function startTestApp(settings: Record<string, string> = {}, overrides: Overrides = {}): Promise<TestApp> {
  const folder = await temporaryFolder('causeway-test-app-');
  const database = await freshDatabase();
  const token = randomBytes(32).toString('base64url');
  const { config, secrets } = readConfig(
    {
      CAUSEWAY_DATA: join(folder, 'data'),
      CAUSEWAY_DATABASE_URL: database.config.url,
      CAUSEWAY_MASTER_KEY: randomBytes(32).toString('base64url'),
      CAUSEWAY_BOOTSTRAP_TOKEN: token,
      CAUSEWAY_HTTP_PORT: '0',
      CAUSEWAY_SFTP_PORT: '0',
      // The suite can be run over several processes as well; clocks and logs that a test brings reach this one only.
      CAUSEWAY_SFTP_PROCESSES: process.env.CAUSEWAY_TEST_SFTP_PROCESSES ?? '1',
      CAUSEWAY_SETTLE_SECONDS: '0.2',
      CAUSEWAY_LOG_LEVEL: 'error',
      ...settings,
    },
    folder,
  );
  const app = await openApp(config, secrets, overrides);
  if (!app.http || !app.sftp) throw new Error('a test application needs both servers');
  return {
    app,
    folder,
    http: app.http,
    sftp: app.sftp,
    token,
    client: openClient({ url: app.http, token }),
    close: async () => {
      await app.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type TestFeed = { institution: Institution; feed: Feed; password: string };

/** An institution with a feed that is mapped and on; the mapping is the plain one of the contract. */
export async function makeFeed(
  { client }: TestApp,
  slug: string,
  mapping: Record<string, string> = plainMapping,
): Promise<TestFeed> {
  const wanted = { name: `College ${slug}`, slug, timeZone: 'America/New_York', country: 'US' };
  const institution = await client.send<Institution>('POST', '/institutions', wanted);
  const { items } = await client.get<{ items: Feed[] }>(`/institutions/${slug}/feeds`);
  const path = `/institutions/${slug}/feeds/${items[0]?.id}`;
  await client.send('PATCH', `${path}/mapping`, { set: mapping });
  await client.send('POST', `${path}/enable`, {});
  const feed = await client.send<Feed>('POST', `${path}/reveal`, {});
  if (!feed.password) throw new Error('a reveal without a password');
  return { institution, feed, password: feed.password };
}

export const plainMapping: Record<string, string> = {
  'CRM ID': 'crmId',
  'First Name': 'firstName',
  'Last Name': 'lastName',
  Phone: 'phone',
};

/** Waits until the newest arrival of that name is final. */
export async function importOf({ client }: TestApp, slug: string, fileName: string): Promise<ImportView> {
  return until(
    async () => {
      const { items } = await client.get<{ items: ImportView[] }>(`/institutions/${slug}/imports`, { file: fileName });
      const [view] = items;
      return view && view.status !== 'queued' && view.status !== 'running' ? view : null;
    },
    { what: `the import of ${fileName}` },
  );
}
