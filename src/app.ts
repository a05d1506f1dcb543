// The composition root: builds everything once, top to bottom, and closes it in the opposite order.
// Invariant: nothing listens before what is behind it works, and nothing is closed while something before it still runs.

import { randomUUIDv7 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { ensureBootstrapToken } from './accounts/bootstrap-token.ts';
import { ensureSetupToken } from './accounts/set-up.ts';
import { openDiskFiles } from './adapters/disk-files/open-disk-files.ts';
import { createHttpPost } from './adapters/http-post/http-post.ts';
import { readMasterKey } from './adapters/master-key/read-master-key.ts';
import { createConnect } from './adapters/network/connect.ts';
import { createEncrypter } from './adapters/open-pgp/encrypter.ts';
import { openRemoteServers } from './adapters/remote-sftp/remote-servers.ts';
import { createSealer, SealError } from './adapters/sealing/sealer.ts';
import { openMailTransport } from './adapters/smtp/mail-transport.ts';
import { type Config, ConfigError, type Secrets } from './config.ts';
import { attachDatabase } from './db/attach.ts';
import { type Database, openDatabase } from './db/connection.ts';
import { migrate } from './db/migrate.ts';
import { openQueue, type WorkQueue } from './db/queue.ts';
import type { Deps } from './deps.ts';
import { ascendingIds } from './domain/ascending-ids.ts';
import { listenError } from './domain/listen-errors.ts';
import type { Clock, MailTransport } from './domain/ports.ts';
import { openHttp } from './http/open-http.ts';
import { type HostKey, loadHostKeys } from './inbound/host-keys.ts';
import { afterClockSteps } from './jobs/clock-steps.ts';
import { queueHandlers } from './jobs/handlers.ts';
import { startImportWorker } from './jobs/import-worker.ts';
import { pullJobsBack } from './jobs/pull-jobs-back.ts';
import { queues } from './jobs/queues.ts';
import { openReadingPool } from './jobs/reading-pool.ts';
import { startScheduler, type Tick } from './jobs/scheduler.ts';
import { correctDigests } from './notify/correct-digests.ts';
import { dueDigests } from './notify/due-digests.ts';
import { createNotify } from './notify/notify.ts';
import { recoverNotifications } from './notify/recover-notifications.ts';
import { openSftp } from './open-sftp.ts';
import { correctSchedules } from './outbound/correct-schedules.ts';
import { dueDestinations } from './outbound/due-destinations.ts';
import { limitKeyOverlaps } from './outbound/limit-key-overlaps.ts';
import { recoverTransfers } from './outbound/recover-transfers.ts';
import { ssh2Condition } from './sftp/ssh2-condition.ts';
import { newestIdAllInstitutions } from './store/newest-id.ts';
import { getSetting, putSetting } from './store/settings.ts';

/** For `causeway doctor`, which knows no edge. */
export { ssh2Condition };

export type App = {
  deps: Deps;
  /** The address of the web pages; null without the role. */
  http: string | null;
  sftp: { host: string; port: number } | null;
  /** The one-time token for the first set-up, for the operator's eyes; null once there is an operator. */
  setupToken: string | null;
  /** Ends everything in order: no new work, what runs is finished or given back, then the database. May be called twice. */
  close(): Promise<void>;
};

/** What tests replace; everything else is real in every test. */
export type Overrides = { clock?: Clock; db?: Database; log?: Logger; mail?: MailTransport };

/** The version of this installation, from package.json. */
function installedVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * For local commands: runs `work` with the database, the keys and the clock, without anything that listens. A server that
 * runs on the same database goes on running.
 */
export async function withLocalDeps<T>(config: Config, secrets: Secrets, work: (deps: Deps) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const log = pino({ level: 'silent' });
  const db = await attachDatabase(config.database, { log });
  stack.defer(() => db.close());
  return await work(await openBase(config, secrets, { db, log }, stack));
}

async function openBase(
  config: Config,
  secrets: Secrets,
  overrides: Overrides,
  stack: AsyncDisposableStack,
): Promise<Deps> {
  const log = overrides.log ?? pino({ level: config.logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
  const db = overrides.db ?? (await openDatabase(config.database, { log }));
  if (!overrides.db) stack.defer(() => db.close());
  const applied = await migrate(db);
  if (applied.length > 0) log.info({ applied }, 'database migrated');
  const masterKey = secrets.masterKey ?? (await readMasterKey(join(config.dataDir, 'master.key')));
  const files = await openDiskFiles({ folder: config.files.dir });
  const nextId = ascendingIds(randomUUIDv7, await newestIdAllInstitutions(db));
  const newId = <Id extends string>() => nextId() as Id;
  const connect = createConnect({ allowNetworks: config.allowNetworks });
  const publicUrl = () => config.publicUrl ?? `http://${urlHost(config.http.host)}:${config.http.port}`;
  const mail = overrides.mail ?? (secrets.smtpUrl === null ? null : openMailTransport(secrets.smtpUrl, { publicUrl }));
  stack.defer(() => mail?.close());
  return {
    db,
    files,
    log,
    newId,
    clock: overrides.clock ?? { now: () => new Date() },
    sealer: createSealer(masterKey),
    encrypter: createEncrypter(),
    installation: {
      version: installedVersion(),
      publicSftp: () => config.publicSftp ?? config.sftp,
      publicUrl,
      egressAddresses: config.egressAddresses,
    },
    wakeImports: () => undefined,
    endSessions: () => undefined,
    queue: { send: () => Promise.reject(new Error('the work queue is not open')) },
    remote: openRemoteServers({ connect }),
    post: createHttpPost({ connect }),
    mail,
    notify: () => Promise.reject(new Error('notifications are not open')),
  };
}

/** Starts the roles of `config`. Throws a sentence for people when something cannot be had. */
export async function openApp(config: Config, secrets: Secrets, overrides: Overrides = {}): Promise<App> {
  await using building = new AsyncDisposableStack();
  const base = await openBase(config, secrets, overrides, building);
  const listening = { http: null as string | null, sftp: null as { host: string; port: number } | null };
  const deps: Deps = {
    ...base,
    installation: {
      ...base.installation,
      publicSftp: () => config.publicSftp ?? listening.sftp ?? config.sftp,
      publicUrl: () => config.publicUrl ?? listening.http ?? base.installation.publicUrl(),
    },
  };
  deps.notify = createNotify(deps);
  deps.queue = await startQueue(config, deps, building);
  await keepSettings(config, deps);
  if (secrets.bootstrapToken) {
    const result = await ensureBootstrapToken(deps, secrets.bootstrapToken);
    if (result === 'not-new') deps.log.warn('CAUSEWAY_BOOTSTRAP_TOKEN was not used: the database is not new');
  }
  const hostKeys = await openHostKeys(deps);
  if (config.roles.has('worker')) await startWorker(deps, building);
  if (config.roles.has('sftp')) listening.sftp = await openSftp(config, secrets, deps, hostKeys, building);
  if (config.roles.has('http')) {
    const http = await openHttp(deps, { trustedProxies: config.trustedProxies });
    building.defer(() => http.close());
    const { host, port } = config.http;
    const web = await http.listen(host, port).catch((error: unknown) => {
      throw listenError(error, host, port, 'HTTP');
    });
    listening.http = web.url;
  }
  const setupToken = config.roles.has('http') ? await ensureSetupToken(deps) : null;
  const owned = building.move();
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= owned.disposeAsync();
    return closed;
  };
  return { deps, ...listening, setupToken, close };
}

/** The settle time lives in the database; the environment sets it there. */
async function keepSettings(config: Config, deps: Deps): Promise<void> {
  if (config.settleSeconds !== null) await putSetting(deps.db, 'settle_seconds', config.settleSeconds);
  else if ((await getSetting(deps.db, 'settle_seconds')) === null) await putSetting(deps.db, 'settle_seconds', 3);
}

async function openHostKeys(deps: Deps): Promise<HostKey[]> {
  try {
    return await loadHostKeys(deps);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new ConfigError(
      'CAUSEWAY_MASTER_KEY',
      'The host keys in the database were sealed with another master key. Start with the key that was in use: the setting, or the file master.key of the data folder.',
    );
  }
}

/** Ticks of the scheduler, in this order; a slot that is brought back may be due at once. */
const ticks = (): Tick[] => [
  afterClockSteps([correctSchedules, limitKeyOverlaps, correctDigests, pullJobsBack]),
  recoverTransfers,
  dueDestinations,
  dueDigests,
];
const rareTicks: readonly Tick[] = [recoverNotifications];

async function startQueue(config: Config, deps: Deps, building: AsyncDisposableStack): Promise<WorkQueue> {
  if (!config.roles.has('worker')) {
    const sender = await openQueue(deps.db, { queues, log: deps.log });
    building.defer(() => sender.stop());
    return sender;
  }
  const stop = new AbortController();
  // A job may come before the queue is there for what the job itself sends.
  const opened = Promise.withResolvers<void>();
  const handlers = Object.entries(queueHandlers(deps, stop.signal)).map(([name, run]): [string, typeof run] => [
    name,
    (job) => opened.promise.then(() => run(job)),
  ]);
  const queue = await openQueue(deps.db, { queues, handlers: Object.fromEntries(handlers), log: deps.log });
  building.defer(async () => {
    stop.abort();
    await queue.stop();
  });
  deps.queue = queue;
  opened.resolve();
  const scheduler = startScheduler(deps, ticks(), rareTicks);
  building.defer(() => scheduler.stop());
  return queue;
}

async function startWorker(deps: Deps, building: AsyncDisposableStack): Promise<void> {
  await deps.files.sweepStaging();
  const reader = openReadingPool(availableParallelism());
  building.defer(() => reader.close());
  const worker = startImportWorker({ ...deps, reader });
  building.defer(() => worker.stop());
  deps.wakeImports = () => worker.wake();
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
