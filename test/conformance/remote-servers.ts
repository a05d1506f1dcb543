// What a session with an institution's server must do, whichever server it is. Run against each of the partners.
// Invariant: what the session says is held against the server's own files on this machine.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Observation, RemoteError, type RemoteSession } from '../../src/domain/remote.ts';
import { byKey, openSession } from '../kit/partners/open-session.ts';
import type { Partner } from '../kit/partners/partner.ts';

/** What a call that fails has observed; anything but a RemoteError fails the test. */
export async function observedBy(work: Promise<unknown>): Promise<Observation> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RemoteError) return error.observation;
    throw error;
  }
  return assert.fail('it should not have worked');
}

/** Bytes in pieces of odd sizes, as files on a disk never come. */
export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let size = 1; at < bytes.length; size = (size * 7) % 300_007) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function readAll(session: RemoteSession, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of session.read(path)) parts.push(part);
  return Buffer.concat(parts);
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Runs the suite on partners that `start` gives; `missing` is why it cannot run here. */
export function remoteServersConformance(name: string, start: () => Promise<Partner>, missing: string | false): void {
  const check = (title: string, work: (partner: Partner) => Promise<void>): void => {
    test(`${name}: ${title}`, { skip: missing }, async () => {
      await using partner = await start();
      await work(partner);
    });
  };

  check('logs in by password and by key, and tells which key it was', async (partner) => {
    await using byPassword = await openSession(partner);
    await using withKey = await openSession(partner, { secret: byKey(partner.key.privateKey) });
    assert.deepEqual([byPassword.usedKey, withKey.usedKey], [null, 'key-1']);
    assert.equal(withKey.address, '127.0.0.1');
    assert.ok(partner.hostKeys.some(({ publicKey }) => publicKey === withKey.hostKey.publicKey));
  });

  check('writes a file of odd pieces, tells its size, and reads the same bytes back', async (partner) => {
    await using session = await openSession(partner);
    const path = `${partner.folder}/connections.csv`;
    const bytes = randomBytes(3_333_333);
    const told: number[] = [];
    await session.put(path, inPieces(bytes), (count) => told.push(count));
    assert.equal(hash(await readFile(partner.local(path))), hash(bytes));
    const { size, kind, modifiedAt } = (await session.stat(path)) ?? {};
    assert.deepEqual([size, kind], [bytes.length, 'file']);
    assert.ok(modifiedAt instanceof Date);
    assert.equal(hash(await readAll(session, path)), hash(bytes));
    assert.equal(told.at(-1), bytes.length);
    assert.deepEqual(
      told,
      [...new Set(told)].sort((a, b) => a - b),
    );
  });

  check('an empty file, and files around the length of one packet, arrive whole', async (partner) => {
    await using session = await openSession(partner);
    for (const length of [0, 1, 32_767, 32_768, 32_769, 65_536, 261_119, 261_120, 261_121]) {
      const path = `${partner.folder}/of-${length}`;
      const bytes = randomBytes(length);
      await session.put(path, inPieces(bytes));
      assert.equal(hash(await readFile(partner.local(path))), hash(bytes), `${length} bytes`);
      assert.equal(hash(await readAll(session, path)), hash(bytes), `${length} bytes, read back`);
    }
  });

  check('a file that is there and longer is replaced wholly', async (partner) => {
    await using session = await openSession(partner);
    const path = `${partner.folder}/again.csv`;
    await session.put(path, inPieces(randomBytes(100_000)));
    await session.put(path, inPieces(Buffer.from('short')));
    assert.equal(await readFile(partner.local(path), 'utf8'), 'short');
  });

  check('renames to a free name and over an existing file', async (partner) => {
    await using session = await openSession(partner);
    const path = (file: string) => `${partner.folder}/${file}`;
    await session.put(path('.part'), inPieces(Buffer.from('first')));
    await session.rename(path('.part'), path('final.csv'));
    await session.put(path('.part'), inPieces(Buffer.from('second')));
    assert.equal(await session.rename(path('.part'), path('final.csv')), 'posix');
    assert.equal(await readFile(partner.local(path('final.csv')), 'utf8'), 'second');
    assert.deepEqual(await readdir(partner.local(partner.folder)), ['final.csv']);
  });

  check('removes a file, and says that one is not there', async (partner) => {
    await using session = await openSession(partner);
    const path = `${partner.folder}/gone.csv`;
    await session.put(path, inPieces(Buffer.from('x')));
    await session.remove(path);
    assert.equal(existsSync(partner.local(path)), false);
    assert.equal(await session.stat(path), null);
    assert.equal((await observedBy(session.remove(path))).kind, 'no-such-file');
    assert.equal((await observedBy(session.rename(path, `${path}2`))).kind, 'no-such-file');
    assert.equal((await observedBy(readAll(session, path))).kind, 'no-such-file');
  });

  check('knows folders, and the path that the server gives them', async (partner) => {
    await using session = await openSession(partner);
    assert.equal((await session.stat(partner.folder))?.kind, 'folder');
    assert.equal(await session.realPath(`${partner.folder}/../${partner.folder}/`), partner.folder);
  });

  check('a folder that is not there, or is a file, takes no file; the session goes on', async (partner) => {
    await using session = await openSession(partner);
    const missing = await observedBy(session.put(`${partner.folder}/no/x.csv`, inPieces(randomBytes(200_000))));
    assert.deepEqual([missing.stage, missing.kind, missing.facts.bytesAcknowledged], ['write', 'no-such-file', 0]);
    const file = `${partner.folder}/file`;
    await session.put(file, inPieces(Buffer.from('x')));
    const within = await observedBy(session.put(`${file}/x.csv`, inPieces(randomBytes(10))));
    // Each server has its own words for it; rclone says “file already exists”.
    assert.ok(['no-such-file', 'not-a-folder', 'refused', 'target-exists'].includes(within.kind), within.kind);
    assert.equal((await session.stat(file))?.size, 1);
  });

  check('a file that may not be written is refused as that; the session goes on', async (partner) => {
    const path = `${partner.folder}/locked.csv`;
    await writeFile(partner.local(path), 'theirs');
    await chmod(partner.local(path), 0o444);
    await using session = await openSession(partner);
    // A server that runs as root writes it all the same.
    const outcome = await session.put(path, inPieces(Buffer.from('ours'))).then(
      () => 'written',
      (error: unknown) => (error instanceof RemoteError ? error.observation.kind : 'bug'),
    );
    const text = await readFile(partner.local(path), 'utf8');
    assert.ok(outcome === 'permission-denied' ? text === 'theirs' : outcome === 'written' && text === 'ours', outcome);
    assert.equal((await session.stat(partner.folder))?.kind, 'folder');
  });

  check('a source that fails leaves a session that can go on, and its error is its own', async (partner) => {
    await using session = await openSession(partner);
    const path = `${partner.folder}/half.csv`;
    async function* breaking() {
      yield randomBytes(500_000);
      throw new Error('the disk is broken');
    }
    await assert.rejects(session.put(path, breaking()), /the disk is broken/);
    await session.remove(path);
    assert.equal(await session.stat(path), null);
  });

  check('reading may be left before the end', async (partner) => {
    await using session = await openSession(partner);
    const path = `${partner.folder}/long.csv`;
    await session.put(path, inPieces(randomBytes(4_000_000)));
    for await (const part of session.read(path)) {
      assert.ok(part.length > 0);
      break;
    }
    assert.equal((await session.stat(path))?.size, 4_000_000);
  });
}
