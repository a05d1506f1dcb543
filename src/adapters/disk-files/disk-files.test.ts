// The file store on disk: the conformance suite, and what only a disk has: modes, crashes, a full file system.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { fileStoreConformance } from '../../../test/conformance/file-store.ts';
import type { InstitutionId } from '../../domain/ids.ts';
import { openDiskFiles } from './open-disk-files.ts';
import { isOwnerGone, thisOwner } from './owners.ts';

const folder = mkdtempSync(join(tmpdir(), 'disk-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const fresh = () => mkdtempSync(join(folder, 'store-'));

fileStoreConformance('disk', () => openDiskFiles({ folder: fresh() }));

const institution = randomUUID() as InstitutionId;

/** Runs the text as a program with `store` and `institution` at hand until it says `ready`, then kills it. */
async function killedWhile(root: string, text: string): Promise<void> {
  const program = `
    import { openDiskFiles } from ${JSON.stringify(new URL('./open-disk-files.ts', import.meta.url).href)};
    const institution = ${JSON.stringify(institution)};
    const ready = () => new Promise(() => { process.stdout.write('ready'); setInterval(() => undefined, 1000); });
    const store = await openDiskFiles({ folder: ${JSON.stringify(root)}, onStep: (step) => globalThis.stopAt === step ? ready() : undefined });
    ${text}`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('every file and folder is for the owner only', async () => {
  const root = fresh();
  const store = await openDiskFiles({ folder: root });
  const staging = await store.createStaging(institution, 'note');
  await staging.publish();
  const copy = await store.copyToStaging(institution, staging.name, 'note');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
    assert.deepEqual([entry.name, mode.toString(8)], [entry.name, entry.isDirectory() ? '700' : '600']);
  }
  await copy.discard();
});

test('after a kill, what had a note is given back with it and can be published; what had none is swept', async () => {
  const root = fresh();
  await killedWhile(
    root,
    `const noted = await store.createStaging(institution, 'roster.csv of the north');
     await noted.write([Buffer.from('a,b\\n1,2')], 0);
     await noted.setNote('changed note');
     const plain = await store.createStaging(institution);
     await plain.write([Buffer.from('x')], 0);
     await ready();`,
  );
  const store = await openDiskFiles({ folder: root });
  assert.equal(await store.sweepStaging(), 1);
  const [found, ...others] = await store.abandonedFiles();
  assert.ok(found);
  assert.deepEqual([found.institutionId, found.note, found.size, others], [institution, 'changed note', 7, []]);
  await found.publish();
  await found.forgetNote();
  const parts: Uint8Array[] = [];
  for await (const part of store.stream(institution, found.key)) parts.push(part);
  assert.equal(Buffer.concat(parts).toString(), 'a,b\n1,2');
  assert.deepEqual(await store.abandonedFiles(), []);
  assert.deepEqual(readdirSync(join(root, 'incoming', institution)), []);
});

test('after a kill, every byte of a write that was done is there, past the page cache or not', async () => {
  const root = fresh();
  const start = 64 * 1024 * 1024 + 5;
  await killedWhile(
    root,
    `const noted = await store.createStaging(institution, 'large');
     await noted.write([Buffer.alloc(600_000, 'abc')], ${start});
     await noted.write([Buffer.alloc(600_000, 'def')], ${start + 600_000});
     await ready();`,
  );
  const store = await openDiskFiles({ folder: root });
  const [found] = await store.abandonedFiles();
  assert.equal(found?.size, start + 1_200_000);
  await found.publish();
  const file = await store.open(institution, found.key);
  const bytes = Buffer.alloc(1_200_001);
  assert.equal(await file.read(bytes, 0, bytes.length, start), 1_200_000);
  const wanted = Buffer.concat([Buffer.alloc(600_000, 'abc'), Buffer.alloc(600_000, 'def')]);
  assert.ok(bytes.subarray(0, 1_200_000).equals(wanted));
  await file.close();
});

test('after a kill, a scratch folder is swept with everything in it; that of a living process is not', async () => {
  const root = fresh();
  await killedWhile(
    root,
    `const { writeFileSync } = await import('node:fs');
     const scratch = await store.createScratch(institution);
     writeFileSync(scratch.path + '/rows-0', 'left');
     await ready();`,
  );
  const store = await openDiskFiles({ folder: root });
  const { path } = await store.createScratch(institution);
  writeFileSync(join(path, 'rows-0'), 'in use');
  assert.deepEqual([await store.abandonedFiles(), await store.sweepStaging()], [[], 1]);
  assert.deepEqual(readdirSync(join(root, 'incoming', institution)), [basename(path)]);
  assert.deepEqual(readdirSync(path), ['rows-0']);
});

for (const step of ['flushed', 'renamed', 'folder-synced']) {
  test(`a kill in a publish, when it was ${step}, leaves the note and every byte`, async () => {
    const root = fresh();
    await killedWhile(
      root,
      `const staging = await store.createStaging(institution, 'note');
       await staging.write([Buffer.from('whole')], 0);
       globalThis.stopAt = ${JSON.stringify(step)};
       await staging.publish();`,
    );
    const store = await openDiskFiles({ folder: root });
    const [found] = await store.abandonedFiles();
    assert.ok(found);
    assert.deepEqual([found.note, found.size], ['note', 5]);
    await found.publish();
    const file = await store.open(institution, found.key);
    assert.equal(await file.read(Buffer.alloc(10), 0, 10, 0), 5);
    await file.close();
    await found.discard();
    await assert.rejects(store.open(institution, found.key));
    assert.deepEqual(await store.abandonedFiles(), []);
  });
}

test('an owner is gone when its process ended or another one has its number, and not before', () => {
  const day = 24 * 60 * 60 * 1000;
  const [pid, start, host] = thisOwner().split('-');
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const cases: [owner: string, ageMs: number, gone: boolean][] = [
    [thisOwner(), 10 * day, false],
    [`${ended}-${start}-${host}`, 0, true],
    [`${pid}-${Number(start) - 1}-${host}`, 0, true],
    [`${pid}-${start}-00000000`, day / 2, false],
    [`${pid}-${start}-00000000`, 2 * day, true],
  ];
  assert.deepEqual(
    cases.map(([owner, age]) => isOwnerGone(owner, age)),
    cases.map(([, , gone]) => gone),
  );
});

const noTmpfs =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root to mount a small file system';

test('a full disk fails the write with ENOSPC and leaves room again after the discard', {
  skip: noTmpfs,
}, async (t) => {
  const root = fresh();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root]).status !== 0)
    return t.skip('cannot mount here');
  try {
    const store = await openDiskFiles({ folder: root });
    const staging = await store.createStaging(institution);
    await assert.rejects(staging.write([Buffer.alloc(4 * 1024 * 1024)], 0), { code: 'ENOSPC' });
    await staging.discard();
    const small = await store.createStaging(institution);
    await small.write([Buffer.alloc(100_000)], 0);
    assert.equal((await small.publish()).size, 100_000);
  } finally {
    spawnSync('umount', ['-l', root]);
  }
});
