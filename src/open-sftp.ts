// The role `sftp`, put together: in this process, or in several that this one starts.
// Invariant: what a killed server left is recovered when the port is ours and before the first session is let in.

import { join } from 'node:path';
import { openHashThread } from './adapters/hash-thread/open-hash-thread.ts';
import { readMasterKey } from './adapters/master-key/read-master-key.ts';
import type { Config, Secrets } from './config.ts';
import type { Deps } from './deps.ts';
import type { FeedId, SessionId } from './domain/ids.ts';
import { feedLogins } from './inbound/authenticate-feed.ts';
import type { HostKey } from './inbound/host-keys.ts';
import { OpenFeeds } from './inbound/open-feeds.ts';
import { sessionRecorder } from './inbound/record-session.ts';
import { recoverProcess } from './inbound/recover-process.ts';
import { recoverUploads } from './inbound/recover-uploads.ts';
import { startSftpProcesses } from './sftp/processes/start-processes.ts';
import { usualWideWindows } from './sftp/receive-windows.ts';
import { type SftpServer, startSftpServer } from './sftp/server.ts';
import { ssh2Condition } from './sftp/ssh2-condition.ts';
import { diskReserve, type SftpTask } from './sftp-task.ts';

/** Starts listening; everything ends with `building`. */
export async function openSftp(
  config: Config,
  secrets: Secrets,
  deps: Deps,
  hostKeys: readonly HostKey[],
  building: AsyncDisposableStack,
): Promise<{ host: string; port: number }> {
  const processes = config.sftpProcesses;
  deps.log.info({ ...ssh2Condition(), processes }, 'SFTP encryption, and how many processes serve SFTP');
  const server =
    processes > 1
      ? await inSeveral(config, secrets, deps, hostKeys)
      : await inThisProcess(config, deps, hostKeys, building);
  building.defer(() => server.close());
  deps.endSessions = (feedId) => {
    server
      .endSessions(feedId)
      .catch((error: unknown) => deps.log.error({ err: error, feedId }, 'sessions were not ended'));
  };
  return { host: server.host, port: server.port };
}

async function inThisProcess(
  config: Config,
  deps: Deps,
  hostKeys: readonly HostKey[],
  building: AsyncDisposableStack,
): Promise<SftpServer> {
  const hashing = openHashThread();
  building.defer(() => hashing.close());
  const receive = {
    ...deps,
    wakeImports: () => deps.wakeImports(),
    reserveBytes: diskReserve,
    openFeeds: new OpenFeeds(),
    hashing,
  };
  return startSftpServer({
    ...config.sftp,
    hostKeys: hostKeys.map((key) => key.privateKey),
    clock: deps.clock,
    prepare: () => recoverUploads(receive),
    ports: {
      authenticate: feedLogins(receive),
      sessions: sessionRecorder(receive),
      reportBug: (message, cause) => deps.log.error({ err: cause }, message),
    },
  });
}

async function inSeveral(
  config: Config,
  secrets: Secrets,
  deps: Deps,
  hostKeys: readonly HostKey[],
): Promise<SftpServer> {
  const processes = config.sftpProcesses;
  const masterKey = secrets.masterKey ?? (await readMasterKey(join(config.dataDir, 'master.key')));
  const recovering = { ...deps, wakeImports: () => deps.wakeImports() };
  const taskOf = (databaseName: string): SftpTask => ({
    databaseName,
    database: deps.db.link(),
    poolSize: Math.max(2, Math.min(10, Math.floor(40 / processes))),
    filesDir: config.files.dir,
    masterKey,
    hostKeys: hostKeys.map((key) => key.privateKey),
    wideWindows: Math.ceil(usualWideWindows / processes),
    logLevel: config.logLevel,
  });
  return startSftpProcesses({
    ...{ ...config.sftp, count: processes, clock: deps.clock, log: deps.log, env: config.childEnvironment },
    program: new URL('./sftp-program.ts', import.meta.url),
    taskOf,
    prepare: () => recoverUploads(recovering),
    wakeImports: recovering.wakeImports,
    reportBug: (message, cause) => deps.log.error({ err: cause }, message),
    recover: ({ name, sessionIds }, writtenNow) =>
      recoverProcess(recovering, { databaseName: name, sessionIds: sessionIds as SessionId[] }, async (paths) => {
        const written = await writtenNow(paths);
        return written.map(({ feedId, path }) => ({ feedId: feedId as FeedId, path }));
      }),
  });
}
