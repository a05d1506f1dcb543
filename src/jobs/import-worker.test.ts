// The queue and its workers: whose turn it is, what happens when a worker stalls, fails, dies or stops.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  contactsAs,
  directReader,
  drain,
  type ImportKit,
  importOf,
  openImportKit,
  outboxOf,
  queueFile,
} from '../../test/kit/imports.ts';
import { until } from '../../test/kit/until.ts';
import type { ImportId } from '../domain/ids.ts';
import type { FileReader } from '../inbound/reading.ts';
import { claimImport, nextImportAllInstitutions, requeueOrphansAllInstitutions } from '../store/import-queue.ts';
import { shortLaneSize, startImportWorker } from './import-worker.ts';
import { workOn } from './work-import.ts';

const file = 'CRM,First,Last,Phone\nA,Ann,Lee,212-555-0140\n';
const { signal } = new AbortController();

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

async function fresh(): Promise<ImportKit> {
  made += 1;
  return addInstitution(shared, `queue-${made}`);
}

/** A reader that waits at its end until it is let go. */
function gated(): { reader: FileReader; reached: Promise<void>; open: () => void } {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const reader: FileReader = {
    ...directReader,
    async *read(job) {
      const summary = yield* directReader.read(job);
      reached.resolve();
      await gate.promise;
      return summary;
    },
  };
  return { reader, reached: reached.promise, open: gate.resolve };
}

/** The first file is read by `first`, all others directly. */
function onlyOnce(first: FileReader): FileReader {
  let reads = 0;
  return {
    ...directReader,
    read: (job) => {
      reads += 1;
      return reads === 1 ? first.read(job) : directReader.read(job);
    },
  };
}

/** Runs what is next, until there is nothing; gives the order. */
async function order(maxSize: number | null = null): Promise<ImportId[]> {
  const { deps } = shared;
  const done: ImportId[] = [];
  await deps.db.session(async (session) => {
    for (;;) {
      deps.pass(10);
      const next = await nextImportAllInstitutions(deps.db, deps.clock.now(), maxSize);
      if (!next) return;
      await workOn(deps, session, next, signal);
      done.push(next.importId);
    }
  });
  return done;
}

test('institutions take turns, and each has its files in the order of arrival', async () => {
  const [a, b, c] = [await fresh(), await fresh(), await fresh()];
  const a1 = await queueFile(a, file);
  const a2 = await queueFile(a, file);
  const a3 = await queueFile(a, file);
  const b1 = await queueFile(b, file);
  const b2 = await queueFile(b, file);
  const c1 = await queueFile(c, file);
  assert.deepEqual(await order(), [a1, b1, c1, a2, b2, a3]);
});

test('a file that settles holds back the younger ones of its institution only', async () => {
  const [a, b] = [await fresh(), await fresh()];
  const settling = await queueFile(a, file, { readyIn: 60_000 });
  const younger = await queueFile(a, file);
  const other = await queueFile(b, file);
  assert.deepEqual(await order(), [other]);
  shared.deps.pass(60_000);
  assert.deepEqual(await order(), [settling, younger]);
});

test('a file that waits for its rename or its writer holds nothing back', async () => {
  const kit = await fresh();
  await queueFile(kit, file, { path: '/x.csv.part', waitsFor: 'rename', readyIn: 3_600_000 });
  await queueFile(kit, file, { waitsFor: 'writer' });
  const younger = await queueFile(kit, file);
  assert.deepEqual(await order(), [younger]);
});

test('the short lane takes small files only, and none that is behind a large one', async () => {
  const [a, b] = [await fresh(), await fresh()];
  const large = await queueFile(a, file.padEnd(shortLaneSize + 1, '\n'));
  const behind = await queueFile(a, file);
  const small = await queueFile(b, file);
  assert.deepEqual(await order(shortLaneSize), [small]);
  assert.deepEqual(await order(), [large, behind]);
});

test('a worker that lost its lease changes nothing any more', async () => {
  const kit = await fresh();
  const { reader, reached, open } = gated();
  const id = await queueFile(kit, file);
  const { deps } = kit;
  const stalled = deps.db.session((session) =>
    workOn({ ...deps, reader }, session, { institutionId: kit.institutionId, importId: id }, signal),
  );
  await reached;
  await deps.db.execute(`update imports set lease_until = now() - interval '1 second' where id = $1`, [id]);
  assert.deepEqual(await requeueOrphansAllInstitutions(deps.db), [id]);
  await drain(kit);
  const done = await importOf(kit, id);
  assert.deepEqual([done.status, done.attempt, done.counts.created], ['succeeded', 2, 1]);
  open();
  await stalled;
  assert.ok(deps.lines.some((line) => line.includes('taken over')));
  assert.deepEqual(await importOf(kit, id), done);
  assert.deepEqual(await outboxOf(kit, done), ['contacts.csv.receipt.json']);
});

test('the import of a worker that died is free at once, long before its lease is over', async () => {
  const kit = await fresh();
  const id = await queueFile(kit, file);
  const { deps, institutionId } = kit;
  await deps.db.session(async (session) => {
    await claimImport(session, { institutionId, importId: id }, deps.clock.now());
    assert.deepEqual(await requeueOrphansAllInstitutions(deps.db), []);
  });
  await until(async () => (await requeueOrphansAllInstitutions(deps.db)).includes(id));
  await drain(kit);
  assert.equal((await importOf(kit, id)).status, 'succeeded');
});

test('when only the receipts fail, only they are made again', async () => {
  const kit = await fresh();
  const { deps } = kit;
  const id = await queueFile(kit, file);
  let full = true;
  const files = {
    ...deps.files,
    createStaging: (...args: Parameters<typeof deps.files.createStaging>) => {
      if (full) throw new Error('the disk is full');
      return deps.files.createStaging(...args);
    },
  };
  const candidate = { institutionId: kit.institutionId, importId: id };
  await deps.db.session((session) => workOn({ ...deps, files }, session, candidate, signal));
  assert.deepEqual([(await importOf(kit, id)).status, await contactsAs(kit, 'crmId')], ['running', [['A']]]);
  full = false;
  deps.pass(60_000);
  const worker = startImportWorker({ ...deps, files });
  await until(async () => (await importOf(kit, id)).status === 'succeeded');
  await worker.stop();
  const record = await importOf(kit, id);
  assert.deepEqual([record.counts.created, await outboxOf(kit, record)], [1, ['contacts.csv.receipt.json']]);
  deps.lines.length = 0;
});

test('a disk that is full for longer than an error of ours is tried costs an import nothing', async () => {
  const kit = await fresh();
  const { deps } = kit;
  const id = await queueFile(kit, file);
  let tries = 0;
  let full = true;
  const files = {
    ...deps.files,
    createStaging: (...args: Parameters<typeof deps.files.createStaging>) => {
      tries += 1;
      if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return deps.files.createStaging(...args);
    },
  };
  const worker = startImportWorker({ ...deps, files });
  for (let turn = 1; turn <= 5; turn++) {
    await until(async () => {
      deps.pass(60_000);
      worker.wake();
      return tries >= turn;
    });
  }
  full = false;
  await until(async () => {
    deps.pass(60_000);
    worker.wake();
    return (await importOf(kit, id)).status !== 'running';
  });
  await worker.stop();
  const record = await importOf(kit, id);
  assert.deepEqual([record.status, record.counts.created], ['succeeded', 1]);
  assert.deepEqual(await outboxOf(kit, record), ['contacts.csv.receipt.json']);
  deps.lines.length = 0;
});

test('an error of ours is tried three times, then told, and the next file is imported', async () => {
  const kit = await fresh();
  const { deps } = kit;
  const broken = await queueFile(kit, file);
  const next = await queueFile(kit, file);
  let runs = 0;
  const reader: FileReader = {
    ...directReader,
    async *read(...job) {
      runs += 1;
      yield* directReader.read(...job);
      throw new Error('a bug');
    },
  };
  const statuses: string[] = [];
  await deps.db.session(async (session) => {
    for (let turn = 0; turn < 3; turn += 1) {
      const candidate = await nextImportAllInstitutions(deps.db, deps.clock.now(), null);
      assert.equal(candidate?.importId, broken);
      if (candidate) await workOn({ ...deps, reader }, session, candidate, signal);
      statuses.push((await importOf(kit, broken)).status);
      assert.equal(turn < 2 ? await nextImportAllInstitutions(deps.db, deps.clock.now(), null) : null, null);
      deps.pass(10_000);
    }
  });
  const told = await importOf(kit, broken);
  assert.deepEqual([runs, statuses, told.reason], [3, ['queued', 'queued', 'failed'], 'internal-error']);
  deps.lines.length = 0;
  await drain(kit);
  assert.equal((await importOf(kit, next)).status, 'succeeded');
});

test('a temporary name that is never renamed ends with words', async () => {
  const kit = await fresh();
  const id = await queueFile(kit, file, { path: '/x.csv.filepart', waitsFor: 'rename', readyIn: 1000 });
  shared.deps.pass(1000);
  const worker = startImportWorker(kit.deps);
  await until(async () => (await importOf(kit, id)).status === 'ignored');
  await worker.stop();
  const record = await importOf(kit, id);
  assert.deepEqual([record.reason, await outboxOf(kit, record)], ['temporary-name', ['x.csv.filepart.receipt.json']]);
});

test('small files pass a large one', async () => {
  const [a, b] = [await fresh(), await fresh()];
  const { deps } = shared;
  const { reader, reached, open } = gated();
  const large = await queueFile(a, file.padEnd(shortLaneSize + 1, '\n'));
  const worker = startImportWorker({ ...deps, reader: onlyOnce(reader) });
  await reached;
  const small = await queueFile(b, file);
  worker.wake();
  await until(async () => (await importOf(b, small)).status === 'succeeded');
  assert.equal((await importOf(a, large)).status, 'running');
  open();
  await until(async () => (await importOf(a, large)).status === 'succeeded');
  await worker.stop();
});

test('a stop gives back what is still being read, and the next start imports it', async () => {
  const kit = await fresh();
  const { deps } = kit;
  const stopped = new AbortController();
  const id = await queueFile(kit, file);
  const reader: FileReader = {
    ...directReader,
    async *read(job) {
      stopped.abort();
      return yield* directReader.read(job);
    },
  };
  const candidate = { institutionId: kit.institutionId, importId: id };
  await deps.db.session((session) => workOn({ ...deps, reader }, session, candidate, stopped.signal));
  assert.deepEqual([(await importOf(kit, id)).status, await contactsAs(kit, 'crmId')], ['queued', []]);
  await drain(kit);
  assert.deepEqual([(await importOf(kit, id)).status, await contactsAs(kit, 'crmId')], ['succeeded', [['A']]]);
});

test('a worker that starts takes what waits, and again when it is woken', async () => {
  const kit = await fresh();
  const first = await queueFile(kit, file);
  const worker = startImportWorker(kit.deps);
  await until(async () => (await importOf(kit, first)).status === 'succeeded');
  const second = await queueFile(kit, file);
  worker.wake();
  await until(async () => (await importOf(kit, second)).status === 'succeeded');
  await worker.stop();
  const third = await queueFile(kit, file);
  worker.wake();
  assert.equal((await importOf(kit, third)).status, 'queued');
});
