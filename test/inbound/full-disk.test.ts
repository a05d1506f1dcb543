// A disk that is full or nearly full: refused in words where possible, kept as broken off where not, and never imported.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { usualDirectRules } from '../../src/adapters/disk-files/direct-writes.ts';
import { openDiskFiles } from '../../src/adapters/disk-files/open-disk-files.ts';
import type { FileStore } from '../../src/domain/ports.ts';
import { flags, get, historyOf, listing, openSession, openTestFeed, put } from '../kit/feed-root.ts';

const mebibyte = 1024 * 1024;
const noMount =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root to mount a small file system';

/** A store on a file system of its own with so many MiB; skips the test where that cannot be. */
async function smallStore(t: TestContext, size: number, direct = usualDirectRules): Promise<FileStore | null> {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', folder]).status === 0;
  t.after(() => {
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (mounted) return openDiskFiles({ folder, direct });
  t.skip('a small file system cannot be mounted here');
  return null;
}

test('a nearly full disk refuses the OPEN of a new file with a sentence, and leaves reading and removing alone', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  await put(root, '/roster.csv', 'before');
  const space = await feed.deps.files.freeBytes();
  const full = openSession({ ...feed, deps: { ...feed.deps, reserveBytes: (space?.total ?? 0) + 1 } });
  const refusal = { code: 'no-space', message: /no room left.+operator/ };
  await assert.rejects(full.open('/new.csv', flags('wct'), {}), refusal);
  await assert.rejects(full.open('/roster.csv', flags('wct'), {}), refusal);
  const touching = await full.open('/roster.csv', flags('w'), {});
  await assert.rejects(touching.write([Buffer.from('x')], 0), refusal);
  await touching.abandon();
  assert.equal(await get(full, '/roster.csv'), 'before');
  assert.deepEqual(await listing(full), ['/dryrun/', '/outbox/', '/roster.csv 6']);
  assert.deepEqual(await historyOf(feed), ['/roster.csv queued "before"']);
  await full.remove('/roster.csv');
});

test('an upload that says its size is refused at once when that does not fit', async (t) => {
  const feed = await openTestFeed(t);
  const root = openSession(feed);
  const space = await feed.deps.files.freeBytes();
  const size = (space?.total ?? 0) * 2;
  await assert.rejects(root.open('/new.csv', flags('wct'), { size }), { code: 'no-space' });
  const file = await root.open('/new.csv', flags('wct'), {});
  await assert.rejects(file.setAttributes({ size }), { code: 'no-space' });
  await assert.rejects(file.write([Buffer.from('x')], Number.MAX_SAFE_INTEGER - 10), { code: 'no-space' });
  await file.write([Buffer.from('fits')], 0);
  await file.close();
  assert.deepEqual(await historyOf(feed), ['/new.csv queued "fits"']);
});

for (const [name, direct] of [
  ['through the page cache', usualDirectRules],
  ['past it', { ...usualDirectRules, from: 0 }],
] as const) {
  test(`a disk that fills up in the middle fails the write; what came is kept and not imported (${name})`, {
    skip: noMount,
  }, async (t) => {
    const files = await smallStore(t, 4, direct);
    if (!files) return;
    const feed = await openTestFeed(t, { files });
    const root = openSession(feed);
    const file = await root.open('/roster.csv', flags('wct'), {});
    const piece = Buffer.alloc(mebibyte, 'a');
    await file.write([piece], 0);
    await assert.rejects(file.write([piece, piece, piece, piece], mebibyte), { code: 'no-space' });
    await file.abandon();
    const [row] = await feed.deps.db.query('select status, reason, file_size from imports');
    assert.deepEqual(row, { status: 'ignored', reason: 'incomplete-upload', file_size: mebibyte });
    assert.equal((await root.stat('/roster.csv')).size, mebibyte);
    const stored = await feed.deps.db.queryOne<{ sha: string }>(
      `select encode(sha256, 'hex') as sha from stored_files`,
    );
    assert.equal(stored?.sha, hash('sha256', piece));
    await put(root, '/small.csv', 'there is room again');
    assert.equal(await get(root, '/small.csv'), 'there is room again');
  });
}

test('the reserve stops an upload before the disk is full, give or take the 16 MiB between two looks', {
  skip: noMount,
}, async (t) => {
  const files = await smallStore(t, 64);
  if (!files) return;
  const feed = await openTestFeed(t, { files, reserveBytes: 24 * mebibyte });
  const root = openSession(feed);
  const file = await root.open('/roster.csv', flags('wct'), {});
  const piece = Buffer.alloc(mebibyte, 'a');
  let written = 0;
  await assert.rejects(
    async () => {
      for (; written < 64; written++) await file.write([piece], written * mebibyte);
    },
    { code: 'no-space' },
  );
  assert.ok(written >= 32 && written <= 56, `stopped at ${written} MiB`);
  await file.abandon();
  const space = await files.freeBytes();
  assert.ok(space && space.free >= 8 * mebibyte);
});
