// Imports whose known rows do not fit into memory: what is left of them on disk, also when they fail, are left or are killed.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  addInstitution,
  contactsAs,
  drain,
  type ImportKit,
  importFile,
  importOf,
  openImportKit,
  queueFile,
  setByHand,
} from '../../test/kit/imports.ts';
import { until } from '../../test/kit/until.ts';
import type { ImportId } from '../domain/ids.ts';
import { startImportWorker } from '../jobs/import-worker.ts';
import { openReadingPool, type ReadingPool } from '../jobs/reading-pool.ts';
import type { RangeKind } from './range-files.ts';
import type { FileReader } from './reading.ts';

let pool: ReadingPool;
/** Of the last file. */
let known = 0;
let shared: ImportKit & AsyncDisposable;
before(async () => {
  pool = openReadingPool(1);
  const reader: FileReader = {
    ...pool,
    async *read(job) {
      const summary = yield* pool.read(job);
      known = summary.known;
      return summary;
    },
  };
  shared = await openImportKit(reader);
});
after(async () => {
  await shared[Symbol.asyncDispose]();
  await pool.close();
});

const rows = 8_000;
const hashesInMemory = 1500;

async function fresh(slug: string): Promise<ImportKit> {
  const kit = await addInstitution(shared, slug);
  return { ...kit, deps: { ...kit.deps, hashesInMemory } };
}

/** Large enough to be compared; `names` by number of the row. */
function roster(names: Readonly<Record<number, string>> = {}, more: readonly string[] = []): string {
  const lines = ['CRM,First,Last,Phone,Email'];
  for (let n = 0; n < rows; n++) lines.push(`C${n},${names[n] ?? 'Ann'},Lee,212${2_000_000 + n},ann.${n}@example.edu`);
  return `${[...lines, ...more].join('\r\n')}\r\n`;
}

const leftOf = (kit: ImportKit) => readdirSync(join(kit.deps.folder, 'incoming', kit.institutionId));

/** Looks for the folder more often than `until` would: it is there for a part of a second. */
async function folderOf(kit: ImportKit): Promise<string[]> {
  const deadline = performance.now() + 30_000;
  while (leftOf(kit).length === 0) {
    if (performance.now() > deadline) throw new Error('there was no folder');
    await turn();
  }
  return leftOf(kit);
}

test('all rows of a file that does not fit are known, and the folder is gone', async () => {
  const kit = await fresh('whole');
  await importFile(kit, roster());
  await setByHand(kit, 'C5', { lastName: 'Ray' });
  const again = ['C11,Ann,Lee,2122000011,ann.11@example.edu', 'C12,Bo,Lee,2122000012,ann.12@example.edu'];
  const { counts } = await importFile(kit, roster({ 7: 'Bo' }, again));
  // C5 and C7 are looked at; C11 and C12 stand there twice, so that their first rows go into the plan as well.
  assert.equal(known, rows - 2);
  assert.deepEqual(counts, { rows: rows + 2, created: 0, updated: 2, unchanged: rows - 2, skipped: 2 });
  assert.deepEqual(leftOf(kit), []);
  await importFile(kit, roster({ 7: 'Bo' }));
  assert.equal(known, rows);
});

const noFullDevice = existsSync('/dev/full') ? false : 'there is no /dev/full';
for (const kind of ['hashes', 'changes', 'rows', 'claims', 'named'] satisfies RangeKind[])
  test(`a disk that is full for the ${kind} costs an import nothing but time`, { skip: noFullDevice }, async () => {
    const kit = await fresh(`full-${kind}`);
    const { deps } = kit;
    await importFile(kit, roster());
    await setByHand(kit, 'C5', { lastName: 'Ray' });
    const changed = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [n, 'Bo']));
    const id = await queueFile(kit, roster(changed));
    let full = true;
    let tries = 0;
    const files = {
      ...deps.files,
      async createScratch(...args: Parameters<typeof deps.files.createScratch>) {
        const scratch = await deps.files.createScratch(...args);
        tries += 1;
        for (let range = 0; full && range < 100; range++)
          symlinkSync('/dev/full', join(scratch.path, `${kind}-${range}`));
        return scratch;
      },
    };
    const worker = startImportWorker({ ...deps, files });
    for (let turn = 1; turn <= 4; turn++)
      await until(() => {
        deps.pass(60_000);
        worker.wake();
        return tries >= turn;
      });
    full = false;
    await until(async () => {
      deps.pass(60_000);
      worker.wake();
      return (await importOf(kit, id)).status === 'succeeded';
    });
    await worker.stop();
    const errors = deps.lines.splice(0).filter((line) => line.includes('"level":50'));
    assert.ok(errors.length >= 4);
    // Nothing but that: the session with the database lives on.
    for (const line of errors) assert.match(line, /ENOSPC.*import run failed/);
    assert.deepEqual((await importOf(kit, id)).counts, {
      ...{ rows, created: 0, updated: 500, unchanged: rows - 500, skipped: 0 },
    });
    assert.deepEqual(leftOf(kit), []);
  });

test('an import that is stopped in its first pass over the file is given back, and leaves nothing', async () => {
  const kit = await fresh('stopped');
  await importFile(kit, roster());
  const id = await queueFile(kit, roster({ 1: 'Bo' }));
  const worker = startImportWorker(kit.deps);
  await folderOf(kit);
  await worker.stop();
  assert.deepEqual(leftOf(kit), []);
  await drain(kit);
  assert.deepEqual([(await importOf(kit, id)).counts.updated, known], [1, rows - 1]);
});

test('what a killed worker left is removed by the next one, which imports the file once', async (t) => {
  await using kit = await openImportKit();
  const program = join(import.meta.dirname, '../../test/kit/worker-program.ts');
  const { databaseUrl, folder } = kit.deps;
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [program, databaseUrl, folder, String(hashesInMemory)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout ?? child, 'data');
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const succeeded = (id: ImportId) => until(async () => (await importOf(kit, id)).status === 'succeeded');
  const killed = await start();
  await succeeded(await queueFile(kit, roster()));
  const second = await queueFile(kit, roster({ 1: 'Bo' }));
  await folderOf(kit);
  await kill(killed);
  assert.equal(leftOf(kit).length, 1);
  const next = await start();
  await succeeded(second);
  await kill(next);
  assert.deepEqual([(await importOf(kit, second)).counts.updated, leftOf(kit)], [1, []]);
  assert.equal((await contactsAs(kit, 'firstName')).filter(([name]) => name === 'Bo').length, 1);
});
