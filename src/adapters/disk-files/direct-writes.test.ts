// Writing past the page cache: which bytes go that way, that the file is right whichever way they go, and what refuses it.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { InstitutionId } from '../../domain/ids.ts';
import type { FileStore, StagingFile, StorageKey } from '../../domain/ports.ts';
import { type DirectRules, usualDirectRules } from './direct-writes.ts';
import { openDiskFiles } from './open-disk-files.ts';

const skip = process.platform === 'linux' ? false : 'only Linux has these writes';
const folder = mkdtempSync(join(tmpdir(), 'direct-writes-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const institution = randomUUID() as InstitutionId;
const block = 4096;

type Opened = Awaited<ReturnType<DirectRules['open']>>;
type Write = Opened['write'];
type Counted = { store: FileStore; opened: number; written: [position: number, length: number][] };

/** A store that writes everything past the page cache that has `shortest` bytes; `change` makes such writes go wrong. */
async function countedStore(rules: Partial<DirectRules>, change = (write: Write): Write => write): Promise<Counted> {
  const counted: Omit<Counted, 'store'> = { opened: 0, written: [] };
  const open = async (path: string): Promise<Opened> => {
    counted.opened += 1;
    const handle = await (rules.open ?? usualDirectRules.open)(path);
    const write = change((...where) => handle.write(...where));
    return {
      async write(bytes, offset, length, position) {
        const result = await write(bytes, offset, length, position);
        counted.written.push([position, result.bytesWritten]);
        return result;
      },
      close: () => handle.close(),
    };
  };
  const direct = { from: 0, shortest: block, ...rules, open };
  return Object.assign(counted, { store: await openDiskFiles({ folder: mkdtempSync(join(folder, 's-')), direct }) });
}

async function contentOf(store: FileStore, key: StorageKey): Promise<Buffer> {
  return readFile((await store.localPath(institution, key)).path);
}

const refused = (code: string) => Object.assign(new Error(code), { code });

test('from the position on, whole blocks are written past the page cache, and what is left before and behind is not', {
  skip,
}, async () => {
  const counted = await countedStore({ from: 10_000, shortest: 2 * block });
  const { store, written } = counted;
  const staging = await store.createStaging(institution, 'upload');
  const bytes = randomBytes(100_000);
  const cuts = [0, 9_000, 20_480, 30_000, 57_344, 57_345, 80_000, 100_000];
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    const middle = Math.floor((start + (cuts[index + 1] ?? 0)) / 2);
    await staging.write([bytes.subarray(start, middle), bytes.subarray(middle, cuts[index + 1])], start);
  }
  const { key } = await staging.publish();
  assert.ok((await contentOf(store, key)).equals(bytes));
  assert.deepEqual(
    [counted.opened, written],
    [
      1,
      [
        [20_480, 8_192],
        [32_768, 24_576],
        [61_440, 16_384],
        [81_920, 16_384],
      ],
    ],
  );
});

test('a file without a note was made here and is read again at once: all of it goes through the page cache', async () => {
  const counted = await countedStore({});
  const staging = await counted.store.createStaging(institution);
  await staging.write([randomBytes(100_000)], 0);
  await staging.publish();
  assert.deepEqual([counted.opened, counted.written], [0, []]);
});

const unusable: readonly [name: string, rules: Partial<DirectRules>, change?: (write: Write) => Write][] = [
  ['a file system that cannot open it so', { open: () => Promise.reject(refused('EINVAL')) }],
  ['a file system that cannot write it so', {}, () => () => Promise.reject(refused('EINVAL'))],
  [
    'a write that ends half-way',
    {},
    (write) => (bytes, offset, length, position) =>
      write(bytes, offset, Math.floor(length / 2 / block) * block, position),
  ],
  [
    'a write that fails when half of it is done',
    {},
    (write) => async (bytes, offset, length, position) => {
      await write(bytes, offset, Math.floor(length / 2 / block) * block, position);
      throw refused('EIO');
    },
  ],
];
for (const [name, rules, change] of unusable) {
  test(`${name} is tried once, and the file is whole`, { skip }, async () => {
    const counted = await countedStore(rules, change);
    const staging = await counted.store.createStaging(institution, 'upload');
    const bytes = randomBytes(300_001);
    for (let at = 0; at < bytes.length; at += 50_000) await staging.write([bytes.subarray(at, at + 50_000)], at);
    const { key } = await staging.publish();
    assert.ok((await contentOf(counted.store, key)).equals(bytes));
    assert.equal(counted.opened, 1);
    assert.ok(counted.written.length <= 1);
  });
}

test('more uploads at once than there are pieces of memory are whole', { skip }, async () => {
  const { store } = await countedStore({});
  const files = Array.from({ length: 9 }, () => randomBytes(3 * 1024 * 1024 + 77));
  await Promise.all(
    files.map(async (bytes) => {
      const staging = await store.createStaging(institution, 'upload');
      await staging.write([bytes.subarray(0, 1_000_001)], 0);
      await staging.write([bytes.subarray(1_000_001)], 1_000_001);
      const { key } = await staging.publish();
      assert.ok((await contentOf(store, key)).equals(bytes));
    }),
  );
});

test('a write that is longer than a piece of memory goes through the page cache, and the next one past it', {
  skip,
}, async () => {
  const { store, written } = await countedStore({});
  const bytes = randomBytes(6 * 1024 * 1024);
  const long = 5 * 1024 * 1024;
  const staging = await store.createStaging(institution, 'upload');
  await staging.write([bytes.subarray(0, long)], 0);
  await staging.write([bytes.subarray(long)], long);
  const { key } = await staging.publish();
  assert.ok((await contentOf(store, key)).equals(bytes));
  assert.deepEqual(written, [[long, 1024 * 1024]]);
});

/** A change or a look; `gap` is how far from the end of the last write it begins, null for a place of its own. */
type Step =
  | { kind: 'write'; gap: number | null; place: number; lengths: number[]; seed: number }
  | { kind: 'truncate' | 'read'; place: number }
  | { kind: 'flush' };

const lengths = fc.oneof(
  fc.constantFrom(1, block - 1, block, block + 1, 5 * block, 16 * block),
  fc.nat({ max: 20 * block }),
);
const place = fc.oneof(
  fc.nat({ max: 100 * block }),
  fc.nat({ max: 100 }).map((blocks) => blocks * block),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write'),
      gap: fc.option(fc.constantFrom(0, 0, 0, 0, -1, 1, -block), { freq: 6 }),
      place,
      lengths: fc.array(lengths, { maxLength: 4 }),
      seed: fc.nat(255),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('truncate', 'read'), place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
);

async function apply(staging: StagingFile, model: Buffer, end: number, next: Step): Promise<[Buffer, number]> {
  if (next.kind === 'flush') await staging.flush();
  if (next.kind === 'truncate') {
    await staging.truncate(next.place);
    const kept = Buffer.alloc(next.place);
    model.copy(kept);
    return [kept, end];
  }
  if (next.kind === 'read') {
    const buffer = Buffer.alloc(3 * block);
    const read = await staging.read(buffer, 0, buffer.length, next.place);
    assert.ok(buffer.subarray(0, read).equals(model.subarray(next.place, next.place + buffer.length)));
  }
  if (next.kind !== 'write') return [model, end];
  const position = next.gap === null ? next.place : Math.max(0, end + next.gap);
  const buffers = next.lengths.map((length, index) => {
    const bytes = Buffer.from(new SharedArrayBuffer(length + 13), 13);
    for (let at = 0; at < length; at += 1) bytes[at] = (next.seed + index + at + (at >> 8)) % 256;
    return bytes;
  });
  const bytes = Buffer.concat(buffers);
  await staging.write(buffers, position);
  if (bytes.length === 0) return [model, end];
  const grown = Buffer.alloc(Math.max(model.length, position + bytes.length));
  model.copy(grown);
  bytes.copy(grown, position);
  return [grown, position + bytes.length];
}

for (const from of [0, 3 * block + 1]) {
  test(`writes of every length, in any order, over others and over a copy, cut and lengthened: as in memory, past ${from} bytes`, {
    skip,
  }, async () => {
    const counted = await countedStore({ from });
    const { store } = counted;
    let copied: { key: StorageKey; bytes: Buffer } | null = null;
    const property = fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 25 }), async (copy, steps) => {
      let model: Buffer = copy && copied ? copied.bytes : Buffer.alloc(0);
      let end = model.length;
      const staging: StagingFile =
        copy && copied
          ? await store.copyToStaging(institution, copied.key, 'upload')
          : await store.createStaging(institution, 'upload');
      for (const next of steps) [model, end] = await apply(staging, model, end, next);
      assert.equal(await staging.size(), model.length);
      const { key, size } = await staging.publish();
      assert.equal(size, model.length);
      assert.ok((await contentOf(store, key)).equals(model));
      copied = { key, bytes: model };
    });
    await fc.assert(property, { numRuns: 60 });
    assert.ok(counted.written.length > 60, `${counted.written.length} writes went past the page cache`);
  });
}
