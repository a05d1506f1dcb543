// What every file store must do, whatever lies below it. Run by the tests of each adapter.
// Invariant: only the port is used, so that one suite holds for disk and for object storage.

import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { InstitutionId } from '../../src/domain/ids.ts';
import type { FileStore, StagingFile } from '../../src/domain/ports.ts';

/** Runs the suite on stores that `open` gives; each call is a store of its own, or the same one with room for all. */
export function fileStoreConformance(name: string, open: () => Promise<FileStore>): void {
  const north = randomUUID() as InstitutionId;
  const south = randomUUID() as InstitutionId;

  const stored = async (store: FileStore, bytes: Uint8Array, institution = north) => {
    const staging = await store.createStaging(institution);
    await staging.write([bytes], 0);
    return staging.publish();
  };
  const contentOf = async (store: FileStore, key: string, institution = north) => {
    const parts: Uint8Array[] = [];
    for await (const part of store.stream(institution, key)) parts.push(part);
    return Buffer.concat(parts);
  };
  const readAll = async (file: Pick<StagingFile, 'read'>, length: number) => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, await file.read(buffer, 0, length, 0));
  };

  test(`${name}: published bytes are the written ones, by stream, by position and as a local file`, async () => {
    const store = await open();
    const bytes = randomBytes(700_001);
    const { key, size } = await stored(store, bytes);
    assert.equal(size, bytes.length);
    assert.ok((await contentOf(store, key)).equals(bytes));
    const file = await store.open(north, key);
    const piece = Buffer.alloc(1000);
    assert.equal(await file.read(piece, 10, 500, 699_900), 101);
    assert.ok(piece.subarray(10, 111).equals(bytes.subarray(699_900)));
    assert.equal(await file.read(piece, 0, 10, 700_001), 0);
    await file.close();
    const local = await store.localPath(north, key);
    assert.ok((await readFile(local.path)).equals(bytes));
    await local.release();
  });

  test(`${name}: gathered buffers follow each other from the position on, in any order of calls`, async () => {
    const store = await open();
    const staging = await store.createStaging(north);
    await staging.write([Buffer.from('ghi'), Buffer.alloc(0), Buffer.from('jkl')], 6);
    await staging.write([Buffer.from('abc'), Buffer.from('def')], 0);
    const many = Array.from({ length: 3000 }, (_, index) => Buffer.from(String(index % 10)));
    await staging.write(many, 12);
    assert.equal(await staging.size(), 3012);
    const { key } = await staging.publish();
    assert.equal((await contentOf(store, key)).toString(), `abcdefghijkl${many.join('')}`);
  });

  test(`${name}: a staging file can be read, cut and lengthened with zeros before it is published`, async () => {
    const store = await open();
    const staging = await store.createStaging(north);
    await staging.write([Buffer.from('0123456789')], 0);
    await staging.truncate(4);
    await staging.truncate(6);
    await staging.write([Buffer.from('x')], 8);
    await staging.flush();
    const content = Buffer.from('0123\0\0\0\0x');
    assert.ok((await readAll(staging, 100)).equals(content));
    const { key, size } = await staging.publish();
    assert.deepEqual([size, (await contentOf(store, key)).equals(content)], [9, true]);
  });

  test(`${name}: a copy begins with the stored bytes and leaves the original as it was`, async () => {
    const store = await open();
    const { key } = await stored(store, Buffer.from('first half'));
    const copy = await store.copyToStaging(north, key);
    await copy.write([Buffer.from(', second half')], 10);
    const { key: copyKey } = await copy.publish();
    assert.notEqual(copyKey, key);
    assert.equal((await contentOf(store, copyKey)).toString(), 'first half, second half');
    assert.equal((await contentOf(store, key)).toString(), 'first half');
  });

  test(`${name}: an empty file is a file`, async () => {
    const store = await open();
    const { key, size } = await (await store.createStaging(north)).publish();
    assert.deepEqual([size, (await contentOf(store, key)).length], [0, 0]);
  });

  test(`${name}: a discarded file is gone, and discarding after publishing takes nothing away`, async () => {
    const store = await open();
    const gone = await store.createStaging(north, 'a note');
    await gone.write([Buffer.from('x')], 0);
    await gone.discard();
    await gone.discard();
    const kept = await store.createStaging(north, 'a note');
    const { key } = await kept.publish();
    await kept.forgetNote();
    await kept.discard();
    assert.equal((await contentOf(store, key)).length, 0);
    assert.deepEqual(await store.abandonedFiles(), []);
  });

  test(`${name}: a key opens nothing for another institution, and nothing once it was removed`, async () => {
    const store = await open();
    const { key } = await stored(store, Buffer.from('north only'));
    await assert.rejects(store.open(south, key));
    await assert.rejects(contentOf(store, key, south));
    await assert.rejects(store.localPath(south, key));
    await assert.rejects(store.copyToStaging(south, key));
    await store.remove(south, key);
    assert.equal((await contentOf(store, key)).toString(), 'north only');
    await store.remove(north, key);
    await store.remove(north, key);
    await assert.rejects(store.open(north, key));
  });

  test(`${name}: what this process is writing is neither abandoned nor swept`, async () => {
    const store = await open();
    const noted = await store.createStaging(north, 'mine');
    const plain = await store.createStaging(north);
    await plain.write([Buffer.from('still here')], 0);
    assert.deepEqual([await store.abandonedFiles(), await store.sweepStaging()], [[], 0]);
    const { key } = await plain.publish();
    assert.equal((await contentOf(store, key)).toString(), 'still here');
    await noted.discard();
  });

  test(`${name}: a scratch folder is empty, private and not swept, and goes with everything in it`, async () => {
    const store = await open();
    const scratch = await store.createScratch(north);
    const other = await store.createScratch(north);
    assert.deepEqual([await readdir(scratch.path), (await stat(scratch.path)).mode & 0o777], [[], 0o700]);
    await writeFile(join(scratch.path, 'rows'), 'x');
    assert.equal(await store.sweepStaging(), 0);
    await scratch.remove();
    await scratch.remove();
    await assert.rejects(stat(scratch.path), { code: 'ENOENT' });
    assert.deepEqual(await readdir(other.path), []);
    await other.remove();
  });

  test(`${name}: keys that are paths open nothing`, async () => {
    const store = await open();
    for (const key of ['', '..', '../../etc/passwd', '/etc/passwd', 'a\0b']) {
      await assert.rejects(async () => store.open(north, key));
      await assert.rejects(async () => store.open(key as InstitutionId, randomUUID()));
    }
  });

  test(`${name}: 130 MiB in pieces of 1 MiB come out whole`, async () => {
    const store = await open();
    const staging = await store.createStaging(north);
    const piece = randomBytes(1024 * 1024);
    const hash = createHash('sha256');
    for (let index = 0; index < 130; index++) {
      piece.writeUInt32BE(index);
      hash.update(piece);
      await staging.write([piece], index * piece.length);
    }
    const { key, size } = await staging.publish();
    const read = createHash('sha256');
    for await (const part of store.stream(north, key)) read.update(part);
    assert.deepEqual([size, read.digest('hex')], [130 * 1024 * 1024, hash.digest('hex')]);
    await store.remove(north, key);
  });

  test(`${name}: the free space is a number of bytes below the total, or is not known`, async () => {
    const space = await (await open()).freeBytes();
    assert.ok(space === null || (space.free > 0 && space.free <= space.total));
  });
}
