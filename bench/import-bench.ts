// What the benchmark of imports stands on: a database of its own, one feed, the queue without a server, and the bare COPY.
// Invariant: what is timed is the code of the product and PostgreSQL as it is shipped; only notifications are left out.

import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { pino } from 'pino';
import { openDiskFiles } from '../src/adapters/disk-files/open-disk-files.ts';
import { createSealer } from '../src/adapters/sealing/sealer.ts';
import { type Database, openDatabase } from '../src/db/connection.ts';
import { copyIn, copyOut } from '../src/db/copy.ts';
import { type EmbeddedPostgres, startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId } from '../src/domain/ids.ts';
import type { ImportCounts } from '../src/domain/import.ts';
import { type Mapping, newColumn } from '../src/domain/mapping.ts';
import { rowIds } from '../src/domain/row-ids.ts';
import { storeMadeFile } from '../src/inbound/store-made-file.ts';
import { openReadingPool } from '../src/jobs/reading-pool.ts';
import { type WorkDeps, workOn } from '../src/jobs/work-import.ts';
import { insertArrival } from '../src/store/arrivals.ts';
import { getImport, insertImport } from '../src/store/imports.ts';
import { insertStoredFile } from '../src/store/stored-files.ts';
import { databaseUrl } from './bench-server.ts';
import { timed } from './cpu-time.ts';
import { rosterMapping } from './generate-roster.ts';
import type { Timing } from './measurement.ts';

export type ImportBench = {
  db: Database;
  /** Stores and queues a file as a CLOSE does. */
  queue(file: string): Promise<ImportId>;
  /** Runs the import to its final state. */
  work(importId: ImportId): Promise<void>;
  /** Throws when it did not succeed. */
  countsOf(importId: ImportId): Promise<ImportCounts>;
  /** What a server does by itself between two daily files. */
  checkpoint(): Promise<void>;
  /** An empty database but for one institution with its feed, and a checkpoint. */
  reset(): Promise<void>;
  databasePids(): number[];
};

const mapping: Mapping = {
  columns: Object.entries(rosterMapping).map(([label, field]) => newColumn(field, [label])),
};

/** Below `folder`; everything ends with the stack. */
export async function openImportBench(folder: string, stack: AsyncDisposableStack): Promise<ImportBench> {
  const server = await startEmbedded(join(folder, 'data'));
  stack.defer(() => server.stop());
  const db = stack.use(await openDatabase({ kind: 'postgres', url: databaseUrl(server.application) }));
  await migrate(db);
  const reader = openReadingPool(2);
  stack.defer(() => reader.close());
  const deps: WorkDeps = {
    db,
    reader,
    files: await openDiskFiles({ folder: join(folder, 'files') }),
    newId: rowIds() as WorkDeps['newId'],
    clock: { now: () => new Date() },
    log: pino({ level: 'error' }, pino.destination(2)),
    notify: async () => undefined,
    sealer: createSealer(randomBytes(32)),
  };
  const checkpoint = () => checkpointOf(server);
  let feed = await makeFeed(deps);
  return {
    db,
    checkpoint,
    queue: (file) => queue(deps, feed, file),
    work: (importId) =>
      db.session((session) => workOn(deps, session, { ...feed, importId }, new AbortController().signal)),
    async countsOf(importId) {
      const record = await getImport(db, feed.institutionId, importId);
      if (record?.status !== 'succeeded') throw new Error(`the import ended ${record?.status} ${record?.reason}`);
      return record.counts;
    },
    async reset() {
      await removeEverything(db);
      feed = await makeFeed(deps);
      await checkpoint();
    },
    databasePids: () => [server.pid()].filter((pid) => pid !== undefined),
  };
}

type Feed = { institutionId: InstitutionId; feedId: FeedId };

async function makeFeed({ db, newId }: WorkDeps): Promise<Feed> {
  const feed = { institutionId: newId<InstitutionId>(), feedId: newId<FeedId>() };
  await db.execute(
    `insert into institutions (id, slug, name, time_zone, country, created_at) values ($1, 'bench', 'Bench', 'UTC', 'US', now())`,
    [feed.institutionId],
  );
  await db.execute(
    `insert into feeds (institution_id, id, name, enabled, username, password_sealed, password_mac, mapping, created_at, updated_at)
     values ($1, $2, 'Bench', true, 'bench', '', '', $3, now(), now())`,
    [feed.institutionId, feed.feedId, JSON.stringify(mapping)],
  );
  return feed;
}

async function removeEverything(db: Database): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'institution_id' union select 'institutions'`,
  );
  await db.execute(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')} cascade`);
}

/** By the superuser: the role of the application may not. */
async function checkpointOf(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client(server.superuser);
  await client.connect();
  try {
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

async function queue(deps: WorkDeps, { institutionId, feedId }: Feed, path: string): Promise<ImportId> {
  const file = await storeMadeFile(deps, institutionId, 'sftp', createReadStream(path, { highWaterMark: 1 << 20 }));
  const importId = deps.newId<ImportId>();
  const arrivalId = deps.newId<ArrivalId>();
  const now = deps.clock.now();
  const common = { path: '/roster.csv', storedFileId: file.id };
  await deps.db.transaction(async (tx) => {
    await insertStoredFile(tx, institutionId, file);
    await insertArrival(
      tx,
      { institutionId, feedId },
      {
        ...common,
        ...{ id: arrivalId, how: 'close', session: null, arrivedAt: now },
        ...{ announcedSize: null, writeSize: null, writeCount: null, writtenEnd: null },
      },
    );
    await insertImport(tx, institutionId, {
      ...common,
      ...{ id: importId, feedId, arrivalId, source: 'sftp', fileName: 'roster.csv', fileSize: file.size },
      ...{ dryRun: false, mapping: null, waitsFor: null, readyAt: now, queuedAt: now, againOf: null, startedBy: null },
    });
  });
  return importId;
}

/** The contacts that an import made, in the order of its file, as COPY text; gives how many there are. */
export async function saveAccepted({ db }: ImportBench, file: string): Promise<number> {
  await db.session((session) =>
    pipeline(copyOut(session, 'copy (select * from contacts order by created_row) to stdout'), createWriteStream(file)),
  );
  const [counted] = await db.query<{ n: number }>('select count(*) as n from contacts');
  return counted?.n ?? 0;
}

/** The same rows by one COPY, committed, into a table like `contacts` that was there before: no short cut of a new table. */
export async function copyAccepted(bench: ImportBench, file: string, rows: number): Promise<Timing> {
  return bench.db.session(async (session) => {
    await session.execute('create table bare (like contacts including all)');
    await bench.checkpoint();
    let copied = 0;
    const timing = await timed(async () => {
      copied = await copyIn(session, 'copy bare from stdin', createReadStream(file, { highWaterMark: 1 << 18 }));
    }, bench.databasePids());
    await session.execute('drop table bare');
    if (copied !== rows) throw new Error(`COPY wrote ${copied} rows instead of ${rows}`);
    return timing;
  });
}
