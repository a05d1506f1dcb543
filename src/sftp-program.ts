// The program of a process that serves SFTP: what the main process is for `openApp`, with what links need and no more.
// Invariant: everything that it knows comes from the main process; it opens nothing that listens.

import { randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import { openDiskFiles } from './adapters/disk-files/open-disk-files.ts';
import { openHashThread } from './adapters/hash-thread/open-hash-thread.ts';
import { createSealer } from './adapters/sealing/sealer.ts';
import { openShared } from './db/shared.ts';
import { ascendingIds } from './domain/ascending-ids.ts';
import type { FeedId } from './domain/ids.ts';
import { feedLogins } from './inbound/authenticate-feed.ts';
import { OpenFeeds } from './inbound/open-feeds.ts';
import { sessionRecorder } from './inbound/record-session.ts';
import { joinMainProcess, type MainProcess } from './sftp/processes/serve-links.ts';
import { diskReserve, type SftpTask } from './sftp-task.ts';
import { newestIdAllInstitutions } from './store/newest-id.ts';

const main = joinMainProcess();
try {
  await serve(main, (await main.task) as SftpTask);
  main.leave();
} catch (error) {
  await main.fail(error instanceof Error ? error.message : String(error));
  main.leave();
  process.exitCode = 1;
}

async function serve(main: MainProcess, task: SftpTask): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const base = { process: process.pid };
  const log = pino({ level: task.logLevel, base }, pino.destination({ fd: 2, sync: true }));
  const db = openShared(task.database, task.databaseName, { log, poolSize: task.poolSize });
  stack.defer(() => db.close());
  const nextId = ascendingIds(randomUUIDv7, await newestIdAllInstitutions(db));
  const hashing = openHashThread();
  stack.defer(() => hashing.close());
  const openFeeds = new OpenFeeds();
  const clock = { now: () => new Date() };
  const receive = {
    db,
    log,
    clock,
    hashing,
    openFeeds,
    files: await openDiskFiles({ folder: task.filesDir }),
    sealer: createSealer(task.masterKey),
    newId: <Id extends string>() => nextId() as Id,
    wakeImports: () => main.wakeImports(),
    reserveBytes: diskReserve,
  };
  await main.serve({
    ...{ hostKeys: task.hostKeys, clock, wideWindows: task.wideWindows },
    isWritten: ({ feedId, path }) => openFeeds.hasWriterAt(feedId as FeedId, path),
    ports: {
      authenticate: feedLogins(receive),
      sessions: sessionRecorder(receive),
      reportBug: (message, cause) => log.error({ err: cause }, message),
    },
  });
}
