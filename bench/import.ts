// How long an import takes, from its turn in the queue to its final state, against a bare COPY of the same file.
// Invariant: same database, same settings (fsync on), same bytes; the peer validates, compares and reports nothing.

import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { temporaryFolder } from '../scripts/temporary-folder.ts';
import { openDiskFiles } from '../src/adapters/disk-files/open-disk-files.ts';
import { type Database, openDatabase } from '../src/db/connection.ts';
import { copyIn } from '../src/db/copy.ts';
import { migrate } from '../src/db/migrate.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId } from '../src/domain/ids.ts';
import { type Mapping, newColumn } from '../src/domain/mapping.ts';
import { rowIds } from '../src/domain/row-ids.ts';
import { storeMadeFile } from '../src/inbound/store-made-file.ts';
import { openReadingPool } from '../src/jobs/reading-pool.ts';
import { type WorkDeps, workOn } from '../src/jobs/work-import.ts';
import { insertArrival } from '../src/store/arrivals.ts';
import { getImport, type ImportRecord, insertImport } from '../src/store/imports.ts';
import { insertStoredFile } from '../src/store/stored-files.ts';
import { ROSTER_LABELS, writeRoster } from './generate-roster.ts';

export type ImportResult = {
  name: string;
  /** Seconds. */
  ours: number;
  peer: number;
  peerName: 'bare COPY';
  unit: 's';
  ratio: number;
  counts: ImportRecord['counts'];
};

const fields = [
  'crmId',
  'firstName',
  'preferredName',
  'lastName',
  'phone',
  'email',
  'dateOfBirth',
  'gender',
  'graduationYear',
  'gpa',
  'school',
  'street',
  'city',
  'state',
  'postalCode',
];
const mapping: Mapping = { columns: ROSTER_LABELS.map((label, at) => newColumn(fields[at] ?? '', [label])) };

type Bench = { db: Database; deps: WorkDeps; institutionId: InstitutionId; feedId: FeedId };

/** Imports a roster into an empty institution, then again, then with 5 % of its rows changed. */
export async function measureImport(options: { rows?: number } = {}): Promise<ImportResult[]> {
  const { rows = 1_000_000 } = options;
  const folder = await temporaryFolder('causeway-bench-');
  try {
    await using stack = new AsyncDisposableStack();
    const bench = await open(folder, stack);
    const first = join(folder, 'first.csv');
    const changed = join(folder, 'changed.csv');
    await writeRoster(first, { rows });
    await writeRoster(changed, { rows, changed: 0.05 });
    const peer = await bareCopy(bench.db, first);
    const results: ImportResult[] = [];
    for (const [name, path] of [
      ['import-first', first],
      ['import-again', first],
      ['import-5-percent-changed', changed],
    ] as const) {
      const { seconds, counts } = await importOnce(bench, path);
      results.push({ name, ours: seconds, peer, peerName: 'bare COPY', unit: 's', ratio: seconds / peer, counts });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function open(folder: string, stack: AsyncDisposableStack): Promise<Bench> {
  const db = stack.use(await openDatabase({ kind: 'embedded', dir: join(folder, 'data') }));
  await migrate(db);
  const reader = openReadingPool(2);
  stack.defer(() => reader.close());
  const newId = rowIds() as WorkDeps['newId'];
  const clock = { now: () => new Date() };
  const log = pino({ level: 'error' }, pino.destination(2));
  const notify = async () => undefined;
  const files = await openDiskFiles({ folder: join(folder, 'files') });
  const institutionId = newId<InstitutionId>();
  const feedId = newId<FeedId>();
  await db.execute(
    `insert into institutions (id, slug, name, time_zone, country, created_at) values ($1, 'bench', 'Bench', 'UTC', 'US', now())`,
    [institutionId],
  );
  await db.execute(
    `insert into feeds (institution_id, id, name, enabled, username, password_sealed, password_mac, mapping, created_at, updated_at)
     values ($1, $2, 'Bench', true, 'bench', '', '', $3, now(), now())`,
    [institutionId, feedId, JSON.stringify(mapping)],
  );
  return { db, deps: { db, files, clock, newId, log, notify, reader }, institutionId, feedId };
}

/** The file as text columns into a table without index or constraint, committed. */
async function bareCopy(db: Database, path: string): Promise<number> {
  return db.session(async (session) => {
    await session.execute(`create table bare (${fields.map((field) => `"${field}" text`).join(', ')})`);
    const began = performance.now();
    await copyIn(
      session,
      'copy bare from stdin (format csv, header)',
      createReadStream(path, { highWaterMark: 1 << 18 }),
    );
    const seconds = (performance.now() - began) / 1000;
    await session.execute('drop table bare');
    return seconds;
  });
}

async function importOnce(bench: Bench, path: string): Promise<{ seconds: number; counts: ImportRecord['counts'] }> {
  const { db, deps, institutionId } = bench;
  const importId = await queue(bench, path);
  // What a server does by itself between two daily files.
  await db.execute('checkpoint').catch(() => undefined);
  const began = performance.now();
  await db.session((session) => workOn(deps, session, { institutionId, importId }, new AbortController().signal));
  const seconds = (performance.now() - began) / 1000;
  const record = await getImport(db, institutionId, importId);
  if (record?.status !== 'succeeded') throw new Error(`the import ended ${record?.status} ${record?.reason}`);
  return { seconds, counts: record.counts };
}

async function queue({ db, deps, institutionId, feedId }: Bench, path: string): Promise<ImportId> {
  const file = await storeMadeFile(deps, institutionId, 'sftp', createReadStream(path, { highWaterMark: 1 << 20 }));
  const importId = deps.newId<ImportId>();
  const arrivalId = deps.newId<ArrivalId>();
  const now = deps.clock.now();
  const unknown = { announcedSize: null, writeSize: null, writeCount: null, writtenEnd: null };
  const common = { path: '/roster.csv', storedFileId: file.id, arrivalId, feedId };
  await db.transaction(async (tx) => {
    await insertStoredFile(tx, institutionId, file);
    const arrival = {
      ...unknown,
      id: arrivalId,
      storedFileId: file.id,
      path: '/roster.csv',
      session: null,
      arrivedAt: now,
    };
    await insertArrival(tx, { institutionId, feedId }, { ...arrival, how: 'close' });
    await insertImport(tx, institutionId, {
      ...common,
      id: importId,
      source: 'sftp',
      fileName: 'roster.csv',
      fileSize: file.size,
      dryRun: false,
      mapping: null,
      waitsFor: null,
      readyAt: now,
      queuedAt: now,
      againOf: null,
      startedBy: null,
    });
  });
  return importId;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
  for (const result of await measureImport({ rows: Number(values.rows) })) console.log(JSON.stringify(result));
}
