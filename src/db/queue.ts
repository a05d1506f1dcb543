// The work queue: pg-boss on our own connections, in the schema `pgboss` of the same database.
// Invariant: a job is queued in the transaction of the change that wants it; a handler may run twice for the same job; no
// institution has more than its share of the workers, however many of its jobs wait.
import { type ConstructorOptions, PgBoss } from 'pg-boss';
import type { Database, DatabaseLog, Queryable } from './connection.ts';
import type { Tx } from './transaction.ts';

type BossDatabase = NonNullable<ConstructorOptions['db']>;

/** How a queue works through its jobs. Times in seconds. */
export type QueueSettings = {
  /** Jobs at once in this process, and how many of them may be of one institution. */
  concurrency: number;
  share: number;
  /** Tries after the first when the handler throws; delays double from `retryDelay` up to `retryDelayMax`. */
  retryLimit: number;
  retryDelay: number;
  retryDelayMax: number;
  /** A job that runs longer is given to another worker: handlers must fence themselves. */
  expireInSeconds: number;
};

/** Ids only, never values; those of one institution share its workers. */
export type JobData = Readonly<Record<string, string>> & { readonly institutionId: string };

/** What a handler is given: what was sent, which try this is (0 for the first), and whether it is the last one. */
export type QueueJob = { data: Readonly<Record<string, string>>; attempt: number; last: boolean };

/** `triesMade`: by a job before this one, which is gone; there are so many fewer, and one at least. */
export type SendOptions = { startAfter?: Date; triesMade?: number };

export type QueueHandler = { settings: QueueSettings; run(job: QueueJob): Promise<void> };

export interface WorkQueue {
  /** Queues a job in `tx`, so that it exists exactly when the change does. */
  send(tx: Tx, queue: string, data: JobData, options?: SendOptions): Promise<void>;
  /** Takes no more jobs; resolves when those that run have ended. May be called twice. */
  stop(): Promise<void>;
}

/** What a handler throws when all is well but for the outside world: the job is tried again, and the log says why in one line. */
export class TryAgain extends Error {
  override name = 'TryAgain';
}

/** How long `stop` waits for handlers, in milliseconds. */
const patience = 30_000;

/**
 * Opens the queue and makes its schema when it is missing. With `handlers` this process works; without, it only sends.
 * `names` are all queues there are: each is made when it is missing. An error of a handler is logged and tried again.
 */
export async function openQueue(
  db: Database,
  options: {
    queues: Readonly<Record<string, QueueSettings>>;
    handlers?: Readonly<Record<string, QueueHandler['run']>>;
    log?: DatabaseLog;
  },
): Promise<WorkQueue> {
  const works = options.handlers !== undefined;
  const boss = new PgBoss({
    db: adapter(db, db),
    useListenNotify: works,
    supervise: works,
    schedule: false,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', (error) => options.log?.error({ err: error }, 'the work queue met an error'));
  await boss.start();
  for (const [name, settings] of Object.entries(options.queues)) {
    const wanted = {
      retryLimit: settings.retryLimit,
      retryDelay: settings.retryDelay,
      retryDelayMax: settings.retryDelayMax,
      retryBackoff: true,
      expireInSeconds: settings.expireInSeconds,
      notify: true,
    };
    await boss.createQueue(name, wanted);
    await boss.updateQueue(name, wanted);
    const run = options.handlers?.[name];
    if (run) await startWorkers(boss, name, settings, run, options.log);
  }
  let stopped: Promise<void> | undefined;
  return {
    async send(tx, queue, data, { startAfter, triesMade = 0 } = {}) {
      const settings = options.queues[queue];
      if (!settings) throw new Error(`there is no queue ${queue}`);
      const id = await boss.send(queue, data, {
        db: adapter(tx),
        group: { id: data.institutionId },
        retryLimit: Math.max(0, settings.retryLimit - triesMade),
        ...(startAfter ? { startAfter } : {}),
      });
      if (id === null) throw new Error(`the queue ${queue} did not take a job`);
    },
    stop() {
      stopped ??= boss.stop({ graceful: true, timeout: patience });
      return stopped;
    },
  };
}

async function startWorkers(
  boss: PgBoss,
  name: string,
  settings: QueueSettings,
  run: QueueHandler['run'],
  log: DatabaseLog | undefined,
): Promise<void> {
  const options = {
    localConcurrency: settings.concurrency,
    // Counted in this process, not in the database: there a job counts until it expires, also when the process that took it has died.
    localGroupConcurrency: settings.share,
    batchSize: 1,
    includeMetadata: true,
    pollingIntervalSeconds: 1,
    notifyPollingIntervalSeconds: 5,
  } as const;
  await boss.work<Record<string, string>, void, typeof options>(name, options, async ([job]) => {
    if (!job) return;
    try {
      await run({ data: job.data, attempt: job.retryCount, last: job.retryCount >= job.retryLimit });
    } catch (error) {
      if (error instanceof TryAgain)
        log?.info({ queue: name, job: job.id, reason: error.message }, 'a job is tried again');
      else log?.error({ err: error, queue: name, job: job.id }, 'a job failed');
      // What the library keeps of an error must hold no values.
      throw new Error('the handler failed; see the log');
    } finally {
      goOn(boss, name);
    }
  });
}

/** A worker that has just ended a job looks for the next one at once: it would pause first, while jobs are waiting. */
function goOn(boss: PgBoss, name: string): void {
  for (const worker of boss.getWipData()) if (worker.name === name && worker.count > 0) boss.notifyWorker(worker.id);
}

/** pg-boss on our connections; only the database itself can listen. */
function adapter(on: Queryable, database?: Database): BossDatabase {
  return {
    async executeSql(text, values) {
      return { rows: await on.query(text, values && values.length > 0 ? values : undefined) };
    },
    ...(database
      ? {
          async listen(channel: string, onNotification: (payload: string) => void, onReconnect: () => void) {
            const stop = await database.listen(channel, onNotification, onReconnect);
            onReconnect();
            return { close: stop };
          },
        }
      : {}),
  };
}
