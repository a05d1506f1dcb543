// What tests of transfers stand on: the real application, institutions with a destination that is on, and their files.
// Invariant: everything goes through the API; only the clock is replaced.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DestinationView, ProbeView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import type { Client } from '../../src/cli/client.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import type { Partner } from '../kit/partners/partner.ts';
import { until } from '../kit/until.ts';

export type TransferApp = TestApp & {
  /** Moves the clock on, in milliseconds. */
  pass(ms: number): void;
  /** Puts the clock to an instant, from which it goes on. */
  set(instant: string): void;
  now(): Date;
};

export async function startTransferApp(settings: Record<string, string> = {}): Promise<TransferApp> {
  let offset = 0;
  const now = () => new Date(Date.now() + offset);
  const app = await startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8', ...settings }, { clock: { now } });
  return {
    ...app,
    now,
    pass: (ms) => {
      offset += ms;
    },
    set: (instant) => {
      offset = new Date(instant).getTime() - Date.now();
    },
  };
}

export type Login = Pick<Partner, 'host' | 'port' | 'username' | 'password' | 'folder'>;

export type School = {
  slug: string;
  base: string;
  destination: DestinationView;
  /** Loads connections `from` to `to` (by number), each a change of one row. */
  load(from: number, to: number, mark?: string): Promise<void>;
  /** Runs a transfer and waits for its end. */
  run(): Promise<TransferView>;
  start(): Promise<TransferView>;
  /** All transfers, the oldest first. */
  transfers(): Promise<TransferView[]>;
  /** Waits until all transfers have ended, and there are at least `count`. */
  ended(count?: number): Promise<TransferView[]>;
};

let schools = 0;

/** An institution with a destination for connections, tested, confirmed and on. */
export async function openSchool(
  app: TestApp,
  partner: Login,
  more: Record<string, unknown> = {},
  timeZone = 'America/New_York',
): Promise<School> {
  const { client } = app;
  schools += 1;
  const slug = `school-${schools}`;
  await client.send('POST', '/institutions', { name: `School ${schools}`, slug, timeZone, country: 'US' });
  const base = `/institutions/${slug}`;
  const { file = {}, ...settings } = more as { file?: Record<string, unknown> };
  const { host, port, username, password, folder } = partner;
  const made = await client.send<DestinationView>('POST', `${base}/destinations`, {
    dataset: 'connections',
    host,
    port,
    username,
    password,
    path: folder,
    file: { nameTemplate: '{institution}-{number}.csv', ...file },
    ...settings,
  });
  const destination = await switchOn(client, `${base}/destinations/${made.id}`);
  const transfers = async () =>
    (await client.list<TransferView>(`${base}/transfers`)).toReversed().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const start = () => client.send<TransferView>('POST', `${base}/destinations/${destination.id}/run`, {});
  return {
    slug,
    base,
    destination,
    start,
    transfers,
    load: (from, to, mark) => loadConnections(app, base, from, to, mark),
    run: async () => ended(client, (await start()).id),
    ended: (count = 1) =>
      until(
        async () => {
          const all = await transfers();
          return all.length >= count && all.every(isEnded) ? all : null;
        },
        { what: `the end of ${count} transfers` },
      ),
  };
}

/** Tests, confirms what was seen, tests again and switches on. */
export async function switchOn(client: Client, path: string): Promise<DestinationView> {
  const first = await client.send<ProbeView>('POST', `${path}/probe`, {});
  for (const { sha256 } of first.fingerprints) await client.send('POST', `${path}/host-keys`, { sha256 });
  const probe = await client.send<ProbeView>('POST', `${path}/probe`, { enable: true });
  if (!probe.enabled) throw new Error(`a destination did not go on: ${JSON.stringify(probe.failure)}`);
  return client.get<DestinationView>(path);
}

export function isEnded({ status }: TransferView): boolean {
  return status !== 'queued' && status !== 'running';
}

export async function ended(client: Client, id: string): Promise<TransferView> {
  return until(
    async () => {
      const view = await client.get<TransferView>(`/transfers/${id}`);
      return isEnded(view) ? view : null;
    },
    { what: `the end of the transfer ${id}` },
  );
}

async function loadConnections(app: TestApp, base: string, from: number, to: number, mark = 'a'): Promise<void> {
  const lines: string[] = [];
  for (let number = from; number <= to; number++) lines.push(JSON.stringify(connectionRow(number, mark)));
  const response = await fetch(`${app.http}/api/v1${base}/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  if (!response.ok) throw new Error(`a load was refused: ${response.status} ${await response.text()}`);
}

/** The nth connection of many; `mark` makes it a changed one. */
export function connectionRow(number: number, mark: string): Record<string, unknown> {
  return {
    externalId: `C-${String(number).padStart(7, '0')}`,
    connectedAt: '2026-03-01',
    firstName: `Given ${number}`,
    lastName: `Family ${mark}`,
    email: `student.${number}@example.edu`,
    school: 'A school with a name that is long enough to fill some room on the line',
  };
}

/** Name → bytes of the files in the partner's folder whose names begin with `start`, and of hidden ones. */
export async function remoteFiles(partner: Partner, start: string): Promise<Map<string, Buffer>> {
  const folder = partner.local(partner.folder);
  const names = (await readdir(folder)).filter((name) => name.startsWith(start)).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}

/** What is there under a name that begins with a dot: nothing may stay. */
export async function leftovers(partner: Partner): Promise<string[]> {
  return (await readdir(partner.local(partner.folder))).filter((name) => name.startsWith('.'));
}

/** The external ids of a delivered file, sorted. */
export function idsOf(file: Buffer | undefined): string[] {
  return (file?.toString('utf8') ?? '')
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0] ?? '')
    .sort();
}

export function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `C-${String(from + index).padStart(7, '0')}`);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function downloaded(app: TestApp, path: string): Promise<Buffer> {
  const response = await fetch(`${app.http}/api/v1${path}`, { headers: { authorization: `Bearer ${app.token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

export type Position = { position: number; windows: number } | null;

export async function watermarkOf(app: TestApp, slug: string): Promise<Position> {
  return app.app.deps.db.queryOne(
    `select w.position, w.windows from watermarks w join institutions i on i.id = w.institution_id
     where i.slug = $1 and w.dataset = 'connections'`,
    [slug],
  );
}

/** The jobs of a queue that wait for their time are due now. */
export async function dueNow(app: TestApp, queue: string): Promise<void> {
  await app.app.deps.db.execute(`update pgboss.job set start_after = now() where name = $1 and state = 'created'`, [
    queue,
  ]);
}

/**
 * Holds every run at the moment before its rename, in the statement that says that the outcome may become unknown, until
 * `release` is called. One at a time per application.
 */
export async function holdBeforeRename(app: TestApp): Promise<{ reached(): Promise<void>; release(): Promise<void> }> {
  const { db } = app.app.deps;
  await db.execute(`create or replace function hold_doubt() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(4711); return new; end $$`);
  await db.execute(`create or replace trigger hold_doubt before update of in_doubt on transfers
    for each row when (new.in_doubt and not old.in_doubt) execute function hold_doubt()`);
  const held = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const holding = db.session(async (session) => {
    await session.query('select pg_advisory_lock(4711)');
    taken.resolve();
    await held.promise;
  });
  await taken.promise;
  return {
    reached: async () => {
      const waits = `select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`;
      await until(async () => (await db.query(waits)).length > 0, { what: 'a run before its rename' });
    },
    release: async () => {
      held.resolve();
      await holding;
      await db.execute('drop trigger if exists hold_doubt on transfers');
    },
  };
}

/** The events of mails that were written for the institution, the newest first. */
export async function mailsOf(app: TestApp, school: School): Promise<string[]> {
  const { items } = await app.client.get<{ items: { event: string }[] }>(`${school.base}/mails`);
  return items.map((mail) => mail.event);
}

export async function addAdmin(app: TestApp, { slug }: School): Promise<void> {
  const password = 'a long enough passphrase';
  const user = { email: `admin@${slug}.example.edu`, name: 'Admin', role: 'admin', institution: slug, password };
  await app.client.send('POST', '/users', user);
}
