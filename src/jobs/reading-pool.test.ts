// Reading in threads: the same as in this thread, in fixed memory, and a job that ends early or fails harms no other.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeRoster } from '../../bench/generate-roster.ts';
import { directReader, importFile, mappingOf, openImportKit, storedText } from '../../test/kit/imports.ts';
import type { FileReader, ReadingJob, ReadingPart, ReadingSummary } from '../inbound/reading.ts';
import { openReadingPool, type ReadingPool } from './reading-pool.ts';

let folder: string;
let pool: ReadingPool;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-reading-'));
  pool = openReadingPool(1);
});
after(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

const labels = {
  'CRM ID': 'crmId',
  'First Name': 'firstName',
  'Last Name': 'lastName',
  Phone: 'phone',
  Email: 'email',
};

function jobFor(path: string): ReadingJob {
  return {
    path,
    mapping: mappingOf(labels),
    customFields: [],
    country: 'US',
    strict: false,
    compare: null,
    newContacts: null,
  };
}

/** Everything that a reader gives, with the ids of rows taken out. */
async function all(reader: FileReader, job: ReadingJob): Promise<{ texts: string[]; summary: ReadingSummary }> {
  const texts = { start: '', rows: '', contacts: '', issues: '', hashes: '' };
  const parts = reader.read(job);
  for (;;) {
    const next = await parts.next();
    if (next.done) return { texts: [texts.start, withoutIds(texts.rows), texts.issues], summary: next.value };
    const part: ReadingPart = next.value;
    texts[part.kind] += part.kind === 'start' ? JSON.stringify(part) : Buffer.from(part.text).toString();
  }
}

function withoutIds(text: string): string {
  return text.replace(/^(\d+\t\d+\t)[0-9a-f-]{36}/gm, '$1');
}

test('a thread gives what reading in this thread gives', async () => {
  const path = join(folder, 'small.csv');
  await writeRoster(path, { rows: 9000 });
  const job = jobFor(path);
  const inThread = await all(pool, job);
  assert.equal(inThread.summary.rows, 9000);
  assert.deepEqual(inThread, await all(directReader, job));
});

test('jobs wait for a thread, and one that is left early or fails gives it back', async () => {
  const path = join(folder, 'early.csv');
  await writeRoster(path, { rows: 20_000 });
  const left = pool.read(jobFor(path));
  assert.equal((await left.next()).done, false);
  const waiting = all(pool, jobFor(path));
  await left.return(undefined as never);
  assert.equal((await waiting).summary.rows, 20_000);
  await assert.rejects(all(pool, jobFor(join(folder, 'missing.csv'))), { code: 'ENOENT' });
  assert.equal((await all(pool, jobFor(path))).summary.rows, 20_000);
});

test('an error file from a thread holds the rows to fix', async () => {
  await using kit = await openImportKit(pool);
  const lines = Array.from({ length: 3000 }, (_, n) => `S${n},Ann,Lee,${n % 3 === 0 ? '12' : 2_125_520_000 + n}`);
  const record = await importFile(kit, `CRM,First,Last,Phone\n${lines.join('\n')}\n`);
  assert.deepEqual([record.counts.created, record.counts.skipped], [2000, 1000]);
  const rows = (await storedText(kit, record.errorFileId)).trimEnd().split('\r\n');
  assert.equal(rows.length, 1001);
  assert.match(rows[1000] ?? '', /^S2997,Ann,Lee,12,2999,invalid-phone,/);
});

test('an import of 100,000 rows needs no more memory than a small one', async () => {
  await using kit = await openImportKit(pool);
  const path = join(folder, 'large.csv');
  await writeRoster(path, { rows: 100_000 });
  const bytes = await readFile(path);
  const mapping = mappingOf({ ...labels, Street: 'street', City: 'city' });
  await importFile(kit, bytes.subarray(0, 1_000_000), { mapping });
  globalThis.gc?.();
  const start = process.memoryUsage.rss();
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const record = await importFile(kit, bytes, { mapping });
  clearInterval(timer);
  assert.deepEqual([record.status, record.counts.rows], ['succeeded', 100_000]);
  assert.ok(peak - start < 96 * 1024 * 1024, `grew by ${Math.round((peak - start) / 2 ** 20)} MiB`);
});
