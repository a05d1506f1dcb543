// Known rows by ranges on disk: the same rows as with a simple set of all hashes, whatever was got and lost before.

import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { mappingOf } from '../../test/kit/imports.ts';
import { rowIds } from '../domain/row-ids.ts';
import { rowComparer } from './compare-rows.ts';
import { gatherHashes, type HashRoom, type KnownHashes } from './known-hashes.ts';
import { matchRanges } from './match-ranges.ts';
import { rangeOf } from './range-files.ts';
import { readFile } from './read-file.ts';
import { openRows } from './read-rows.ts';
import type { ReadingJob, ReadingSummary, RowComparison } from './reading.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'match-ranges-'));
});
after(() => rm(root, { recursive: true, force: true }));

let made = 0;
const roomFor = (mostInMemory: number): HashRoom => ({
  mostInMemory,
  async createScratch() {
    const path = await mkdtemp(join(root, 'scratch-'));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  },
});
const scratchFolders = async () => (await readdir(root)).filter((name) => name.startsWith('scratch-'));

async function fileOf(people: readonly number[]): Promise<string> {
  made += 1;
  const path = join(root, `roster-${made}.csv`);
  await writeFile(
    path,
    `CRM,First,Last,Phone\n${people.map((n) => `S${n},Ann ${n},Lee,${2_125_550_000 + n}\n`).join('')}`,
  );
  return path;
}

const labels = { CRM: 'crmId', First: 'firstName', Last: 'lastName', Phone: 'phone' };

function jobFor(path: string, known: RowComparison['known']): ReadingJob & { compare: RowComparison } {
  return {
    ...{ path, mapping: mappingOf(labels), customFields: [], country: 'US' },
    ...{ strict: false, newContacts: null },
    compare: { key: Buffer.alloc(32, 7), mark: '00000001', surroundings: 'test', known },
  };
}

const options = { newId: rowIds() };
const openerOf = (path: string) => () => createReadStream(path);

async function summaryOf(job: ReadingJob): Promise<ReadingSummary> {
  const parts = readFile(job, openerOf(job.path), options);
  for (;;) {
    const next = await parts.next();
    if (next.done) return next.value;
  }
}

/** The hash of each row of the file. */
async function hashesOf(path: string): Promise<Buffer[]> {
  const hashes: Buffer[] = [];
  const job = jobFor(path, null);
  const comparer = rowComparer(job, job.compare, (hash) => {
    hashes.push(Buffer.from(Buffer.from(hash.buffer)));
    return true;
  });
  const reading = await openRows(createReadStream(path), job, comparer, undefined);
  comparer.begin(reading);
  for await (const _ of reading.batches);
  return hashes;
}

/** Fills one with what contacts got and lost; `most`: how many hashes it is told that it will get. */
async function gathered(
  changes: readonly { got: boolean; hash: Buffer }[],
  mostInMemory: number,
  most = changes.filter(({ got }) => got).length,
): Promise<KnownHashes> {
  const gatherer = await gatherHashes(most, roomFor(mostInMemory));
  for (const { got, hash } of changes) {
    if (got) gatherer.add(hash);
    else gatherer.drop(hash);
  }
  await gatherer.settle();
  return gatherer.end();
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

const person = fc.nat(14);

test('the first row with a hash that contacts carry is known, in memory as by ranges', async () => {
  const everyone = await hashesOf(await fileOf(Array.from({ length: 15 }, (_, n) => n)));
  let most = 0;
  let everKnown = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { maxLength: 40 }),
      fc.array(fc.record({ got: fc.boolean(), n: person }), { maxLength: 40 }),
      fc.array(person, { maxLength: 6 }),
      fc.integer({ min: 1, max: 8 }),
      async (people, gotAndLost, named, budget) => {
        const path = await fileOf(people);
        const start = everyone.slice(0, 10).map((hash, n) => ({ got: true, n, hash }));
        const changes = [...start, ...gotAndLost.map((change) => ({ ...change, hash: everyone[change.n] as Buffer }))];
        const carried = new Set<number>();
        for (const { got, n } of changes) {
          if (got) carried.add(n);
          else carried.delete(n);
        }
        const expected = people.flatMap((n, at) => (carried.has(n) && people.indexOf(n) === at ? [at + 2] : []));
        everKnown += expected.length;
        const carriedBy = named.map((n) => everyone[n] as Buffer);
        for (const mostInMemory of [1000, budget]) {
          await using known = await gathered(changes, mostInMemory);
          if (known.source.kind === 'ranges') most = Math.max(most, known.source.sizes.length);
          assert.equal((await summaryOf(jobFor(path, known.source))).known, expected.length);
          const claimed: [string, number, number][] = [];
          const halves = [carriedBy.slice(0, 2), carriedBy.slice(2)].map((hashes) => Buffer.concat(hashes));
          for await (const { hash, place } of known.claimed(each(halves)))
            claimed.push([hash.toString('hex'), place.row, place.line]);
          const wanted = named.flatMap((n): [string, number, number][] => {
            const row = people.indexOf(n) + 2;
            return expected.includes(row) ? [[(everyone[n] as Buffer).toString('hex'), row, row]] : [];
          });
          assert.deepEqual(claimed.toSorted(), wanted.toSorted());
        }
        assert.deepEqual(await scratchFolders(), []);
      },
    ),
    { numRuns: Number(process.env.CAUSEWAY_TEST_RUNS ?? 100) },
  );
  assert.ok(everKnown > 0, 'rows were known');
  assert.ok(most > 10, `there were many ranges, at most ${most}`);
});

test('a hash that is got, lost, got and lost again is not known; one that is got at the end is', async () => {
  const path = await fileOf([1, 2, 3]);
  const [one, two, three] = (await hashesOf(path)) as [Buffer, Buffer, Buffer];
  const got = (hash: Buffer) => ({ got: true, hash });
  const lost = (hash: Buffer) => ({ got: false, hash });
  const changes = [got(one), got(two), lost(one), got(one), lost(one), lost(two), got(two), lost(three), got(three)];
  await using known = await gathered(changes, 2);
  const job = await matchRanges(jobFor(path, known.source), openerOf(path), {});
  assert.deepEqual(job.compare?.known, { kind: 'rows', bits: Uint8Array.of(0b11000) });
});

test('all hashes in one of several ranges, and a file with none of them', async () => {
  const people = Array.from({ length: 4000 }, (_, n) => n);
  const path = await fileOf(people);
  const all = await hashesOf(path);
  const first = all.filter((hash) => rangeOf(hash.readInt32LE(12), 5) === 0);
  // Room for 900 in memory: five ranges for a thousand.
  const changes = first.map((hash) => ({ got: true, hash }));
  await using known = await gathered(changes, 900, 1000);
  assert.ok(known.source.kind === 'ranges');
  const sizes = known.source.sizes.map(({ hashes }) => hashes / 16);
  assert.deepEqual(sizes, [changes.length, 0, 0, 0, 0]);
  assert.equal((await summaryOf(jobFor(path, known.source))).known, changes.length);
  await using others = await gathered(changes, 900, 1000);
  const strangers = await fileOf(people.map((n) => n + 10_000));
  assert.equal((await summaryOf(jobFor(strangers, others.source))).known, 0);
});

test('a pass that is left or fails ends at once, and the folder goes with the hashes', async () => {
  const people = Array.from({ length: 20_000 }, (_, n) => n);
  const path = await fileOf(people);
  const changes = (await hashesOf(path)).map((hash) => ({ got: true, hash }));
  for (const pauses of [0, 2, 12]) {
    await using known = await gathered(changes, 5000);
    assert.ok(known.source.kind === 'ranges');
    let left = pauses;
    const atPause = () => {
      if (left-- === 0) throw new Error('enough');
    };
    const job = jobFor(path, known.source);
    await assert.rejects(matchRanges(job, openerOf(path), { atPause }), { message: 'enough' });
    assert.ok(existsSync(known.source.folder));
  }
  await using known = await gathered(changes, 5000);
  const missing = join(root, 'missing.csv');
  await assert.rejects(summaryOf(jobFor(missing, known.source)), { code: 'ENOENT' });
  await known[Symbol.asyncDispose]();
  assert.deepEqual(await scratchFolders(), []);
});
