// The file store on a local disk: `<root>/incoming` for what is being written, `<root>/stored` for what is at rest.
// Invariant: a stored file is never changed in place; modes are 0700 and 0600; names are UUIDs made here.

import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, copyFile, mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstitutionId } from '../../domain/ids.ts';
import type { FileStore, OpenStoredFile, StagingFile, StorageKey } from '../../domain/ports.ts';
import { findAbandoned, sweep } from './abandoned.ts';
import { AlignedBuffers } from './aligned-buffers.ts';
import { type DirectRules, DirectWrites, usualDirectRules } from './direct-writes.ts';
import { PrivateFolders } from './folders.ts';
import { thisOwner } from './owners.ts';
import { noteSuffix, placesBelow, stagingName } from './places.ts';
import {
  DiskStagingFile,
  type PublishStep,
  readFully,
  removeIfThere,
  type StagingContext,
  writeNote,
} from './staging-file.ts';

export type DiskFilesOptions = {
  /** Usually `<data>/files`; made when missing. */
  folder: string;
  /** Called after each step of a publish, so that tests can end the process there. */
  onStep?: (step: PublishStep) => void | Promise<void>;
  /** What of an upload is written past the page cache; other rules are for tests. */
  direct?: DirectRules;
};

/** Opens the store. System errors (ENOSPC, EACCES …) come through as they are. */
export async function openDiskFiles({
  folder,
  onStep = () => undefined,
  direct = usualDirectRules,
}: DiskFilesOptions): Promise<FileStore> {
  const places = placesBelow(folder);
  const folders = new PrivateFolders();
  const owner = thisOwner();
  const context: StagingContext = { places, folders, onStep };
  const alignedBuffers = new AlignedBuffers();
  await folders.ensure(places.incoming);
  await folders.ensure(places.stored);

  async function stage(
    institutionId: InstitutionId,
    note: string | undefined,
    copyOf: StorageKey | null,
  ): Promise<StagingFile> {
    const key = randomUUID();
    const path = join(places.incomingFolder(institutionId), stagingName(key, owner));
    await folders.ensure(places.incomingFolder(institutionId));
    // The note comes first: bytes without one would be swept in silence.
    if (note !== undefined) await writeNote(path, note);
    try {
      if (copyOf !== null) await copyFile(places.storedFile(institutionId, copyOf), path, constants.COPYFILE_FICLONE);
      const handle = await open(path, copyOf === null ? 'wx+' : 'r+', 0o600);
      const hasNote = note !== undefined;
      // What has no note was made here and is read again at once: it had better be in the page cache.
      const past = hasNote && process.platform === 'linux' ? new DirectWrites(path, direct, alignedBuffers) : null;
      return new DiskStagingFile(context, { institutionId, key, path, handle, direct: past, hasNote });
    } catch (error) {
      await removeIfThere(path);
      if (note !== undefined) await removeIfThere(path + noteSuffix);
      throw error;
    }
  }

  return {
    createStaging: (institutionId, note) => stage(institutionId, note, null),
    copyToStaging: (institutionId, key, note) => stage(institutionId, note, key),
    async createScratch(institutionId) {
      const path = join(places.incomingFolder(institutionId), stagingName(randomUUID(), owner));
      await folders.ensure(places.incomingFolder(institutionId));
      await mkdir(path, { mode: 0o700 });
      return { path, remove: () => rm(path, { recursive: true, force: true }) };
    },
    async open(institutionId, key): Promise<OpenStoredFile> {
      const handle = await open(places.storedFile(institutionId, key), 'r');
      return {
        read: (buffer, offset, length, position) => readFully(handle, buffer, offset, length, position),
        close: () => handle.close(),
      };
    },
    async localPath(institutionId, key) {
      const path = places.storedFile(institutionId, key);
      await access(path, constants.R_OK);
      return { path, release: async () => undefined };
    },
    stream: (institutionId, key) =>
      createReadStream(places.storedFile(institutionId, key), { highWaterMark: 256 * 1024 }),
    remove: (institutionId, key) => removeIfThere(places.storedFile(institutionId, key)),
    async freeBytes() {
      const { bsize, blocks, bavail } = await statfs(folder);
      return { total: blocks * bsize, free: bavail * bsize };
    },
    abandonedFiles: () => findAbandoned(context),
    sweepStaging: () => sweep(context),
  };
}
