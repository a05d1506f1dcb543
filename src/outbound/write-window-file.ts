// Writes the file of the next window to a staging file: one snapshot of the database, its bytes, their hash and count.
// Invariant: the same window with the same options and instant gives the same bytes and name (but for encryption, whose bytes
// are different each time); when anything throws, nothing is left.

import { createHash, type Hash } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { StagingFile } from '../domain/ports.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { inSnapshot } from '../store/window-rows.ts';
import {
  type FileCounts,
  nameOf,
  type OpenWindow,
  openWindow,
  replacedNote,
  type WindowRequest,
  windowBytes,
} from './open-window.ts';

export type WindowFile = OpenWindow & {
  cutAt: Date;
  rows: number;
  /** As it will be sent; not published yet: the caller publishes or discards it. */
  staging: StagingFile;
  fileName: string;
  sha256: Buffer;
  bytes: number;
  notes: string[];
};

export type WindowDeps = Pick<Deps, 'db' | 'files' | 'clock' | 'encrypter'>;

/** Throws AppError `unknown-column` and those of `Encrypter`; whatever is thrown, nothing is left behind. */
export async function writeWindowFile(
  deps: WindowDeps,
  institution: InstitutionRecord,
  request: WindowRequest,
): Promise<WindowFile> {
  const cutAt = deps.clock.now();
  const { file } = request;
  const staging = await deps.files.createStaging(institution.id);
  try {
    // The file is written while the snapshot is open: it is only read from, holds no lock, and the rows pass through once.
    return await inSnapshot(deps.db, async (tx) => {
      const window = await openWindow(tx, institution, request);
      let counts: FileCounts = { rows: 0, replaced: 0 };
      const plain = windowBytes(tx, window, file, (found) => {
        counts = found;
      });
      const sent = file.pgpKey === null ? plain : await deps.encrypter.encrypt(plain, file.pgpKey, cutAt);
      const { hash, bytes } = await writeAll(staging, sent);
      const fileName = await nameOf(tx, institution, request, { window, cutAt, rows: counts.rows });
      const notes = counts.replaced === 0 ? [] : [replacedNote(counts.replaced)];
      return { ...window, cutAt, rows: counts.rows, staging, fileName, sha256: hash.digest(), bytes, notes };
    });
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

const bytesPerWrite = 1024 * 1024;

async function writeAll(
  staging: StagingFile,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ hash: Hash; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let gathered: Uint8Array[] = [];
  let length = 0;
  const write = async () => {
    await staging.write(gathered, bytes);
    bytes += length;
    gathered = [];
    length = 0;
  };
  for await (const chunk of chunks) {
    hash.update(chunk);
    gathered.push(chunk);
    length += chunk.length;
    if (length >= bytesPerWrite) await write();
  }
  if (length > 0) await write();
  return { hash, bytes };
}
