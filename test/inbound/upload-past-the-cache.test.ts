// Uploads whose bytes go partly past the page cache: what is published, its size and its SHA-256 are those of the bytes on the disk.

import assert from 'node:assert/strict';
import { hash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { usualDirectRules } from '../../src/adapters/disk-files/direct-writes.ts';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import { openHashThread } from '../../src/adapters/hash-thread/open-hash-thread.ts';
import type { FeedId, InstitutionId, StoredFileId } from '../../src/domain/ids.ts';
import { type PublishedUpload, Upload, type UploadStart } from '../../src/inbound/upload.ts';

const skip = process.platform === 'linux' ? false : 'only Linux has these writes';

/** `at`: a place, 'on' behind the last write, 'append' at the end of the file. */
type Step =
  | { kind: 'write'; at: number | 'on' | 'append'; length: number }
  | { kind: 'resize'; at: number }
  | { kind: 'read'; at: number };

const size = fc.oneof(fc.constantFrom(4096, 65_536, 261_120, 1_044_480), fc.nat({ max: 300_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write'),
      at: fc.oneof({ weight: 6, arbitrary: fc.constant('on') }, fc.constant('append'), size),
      length: size,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize'), at: size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read'), at: size }) },
);

test('however it is written, appended to, resumed and cut', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'past-the-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const hashing = openHashThread();
  t.after(() => hashing.close());
  let direct = 0;
  const files = await openDiskFiles({
    folder,
    direct: {
      from: 100_000,
      shortest: 8192,
      async open(path) {
        const handle = await usualDirectRules.open(path);
        return {
          write(...where) {
            direct += 1;
            return handle.write(...where);
          },
          close: () => handle.close(),
        };
      },
    },
  });
  const institutionId = randomUUID() as InstitutionId;
  const session = { sessionId: randomUUID(), loginMethod: 'password', client: 'test client', address: '192.0.2.7' };
  const begin = async (start: UploadStart): Promise<Upload> => {
    const ids = { institutionId, feedId: randomUUID() as FeedId, storedFileId: randomUUID() as StoredFileId };
    const facts = { ...ids, path: '/roster.csv', session };
    const upload = new Upload({ files, reserveBytes: 0, hashing }, facts, start, new Date(0));
    await upload.begin(0);
    return upload;
  };
  const onDisk = async ({ key }: PublishedUpload): Promise<Buffer> =>
    readFileSync((await files.localPath(institutionId, key)).path);

  let last: PublishedUpload | null = null;
  const property = fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 12 }), async (resumes, steps) => {
    const old = resumes ? last : null;
    let model: Buffer = old === null ? Buffer.alloc(0) : await onDisk(old);
    const upload = await begin(
      old === null
        ? { kind: 'empty', createdNew: true, replaces: 0 }
        : { kind: 'stored', key: old.key, size: old.size },
    );
    let end = model.length;
    for (const [index, next] of steps.entries()) {
      if (next.kind === 'resize') {
        await upload.resize(next.at, new Date(1));
        model = Buffer.concat([model.subarray(0, next.at), Buffer.alloc(Math.max(0, next.at - model.length))]);
      } else if (next.kind === 'read') {
        const read = Buffer.alloc(50_000);
        const length = await upload.read(read, read.length, next.at);
        assert.ok(read.subarray(0, length).equals(model.subarray(next.at, next.at + read.length)));
      } else {
        const bytes = Buffer.from(new SharedArrayBuffer(next.length)).fill(`${index} ${next.length}.`);
        const at = next.at === 'on' ? end : next.at === 'append' ? model.length : next.at;
        const parts = [bytes.subarray(0, next.length >> 1), bytes.subarray(next.length >> 1)];
        await upload.write(parts, next.at === 'append' ? null : at, [next.length], new Date(1));
        if (next.length === 0) continue;
        end = at + next.length;
        const grown = Buffer.alloc(Math.max(model.length, end));
        model.copy(grown);
        bytes.copy(grown, at);
        model = grown;
      }
    }
    const published = await upload.publish();
    const bytes = await onDisk(published);
    assert.ok(bytes.equals(model));
    assert.deepEqual([published.size, published.sha256.toString('hex')], [bytes.length, hash('sha256', bytes)]);
    await upload.recorded();
    last = published;
  });
  await fc.assert(property, { numRuns: 60 });
  assert.ok(direct > 30, `${direct} writes went past the page cache`);
});
