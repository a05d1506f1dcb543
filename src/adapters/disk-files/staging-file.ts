// A file that is being written: gathered writes, a flush every 64 MiB, and the move to its final place.
// Invariant: after `publish` has returned, bytes and name survive a power cut, and nobody writes to them again.

import { type FileHandle, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstitutionId } from '../../domain/ids.ts';
import type { StagingFile, StorageKey } from '../../domain/ports.ts';
import type { DirectWrites } from './direct-writes.ts';
import { type PrivateFolders, syncFolder } from './folders.ts';
import { noteSuffix, type Places } from './places.ts';

const bytesBetweenFlushes = 64 * 1024 * 1024;

/** What a staging file needs of its store. `onStep` is called after each step of `publish`, for tests of crashes. */
export type StagingContext = {
  places: Places;
  folders: PrivateFolders;
  onStep: (step: PublishStep) => void | Promise<void>;
};

export type PublishStep = 'flushed' | 'renamed' | 'folder-synced';

export class DiskStagingFile implements StagingFile {
  readonly name: string;
  readonly #context: StagingContext;
  readonly #institutionId: InstitutionId;
  readonly #key: StorageKey;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #direct: DirectWrites | null;
  readonly #hasNote: boolean;
  #unflushed = 0;
  #flushing: Promise<void> | null = null;
  #failure: unknown;
  #ended = false;

  constructor(
    context: StagingContext,
    file: {
      institutionId: InstitutionId;
      key: StorageKey;
      path: string;
      handle: FileHandle;
      direct: DirectWrites | null;
      hasNote: boolean;
    },
  ) {
    this.#context = context;
    this.#institutionId = file.institutionId;
    this.#key = file.key;
    this.name = file.key;
    this.#path = file.path;
    this.#handle = file.handle;
    this.#direct = file.direct;
    this.#hasNote = file.hasNote;
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const cached = (some: readonly Uint8Array[], at: number): Promise<void> => this.#writeCached(some, at);
    if (!(await this.#direct?.write(buffers, position, cached))) await cached(buffers, position);
    await this.#flushNowAndThen(buffers.reduce((sum, buffer) => sum + buffer.length, 0));
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return readFully(this.#handle, buffer, offset, length, position);
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async flush(): Promise<void> {
    await this.#flushing;
    if (this.#failure) throw this.#failure;
    await this.#handle.datasync();
    this.#unflushed = 0;
  }

  async publish(): Promise<{ key: StorageKey; size: number }> {
    const { places, onStep } = this.#context;
    await this.flush();
    const size = await this.size();
    await onStep('flushed');
    await moveToStored(this.#context, this.#institutionId, this.#key, this.#path);
    this.#ended = true;
    await this.#close();
    await onStep('renamed');
    await syncFolder(places.storedFolder(this.#institutionId, this.#key));
    await onStep('folder-synced');
    return { key: this.#key, size };
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#flushing;
    await this.#close();
    await removeIfThere(this.#path);
    await this.forgetNote();
  }

  async setNote(note: string): Promise<void> {
    if (this.#hasNote) await writeNote(this.#path, note);
  }

  async forgetNote(): Promise<void> {
    if (this.#hasNote) await removeIfThere(this.#path + noteSuffix);
  }

  async #writeCached(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let rest = buffers.filter((buffer) => buffer.length > 0);
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, at);
      at += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }

  async #close(): Promise<void> {
    await this.#direct?.close();
    await this.#handle.close();
  }

  /** Keeps what is not on the disk yet below some 128 MiB, so that `publish` has little left to do. */
  async #flushNowAndThen(written: number): Promise<void> {
    this.#unflushed += written;
    if (this.#unflushed < bytesBetweenFlushes) return;
    await this.#flushing;
    if (this.#failure) throw this.#failure;
    this.#unflushed = 0;
    const work = this.#handle.datasync().catch((error: unknown) => {
      this.#failure = error;
    });
    this.#flushing = work;
    void work.then(() => {
      if (this.#flushing === work) this.#flushing = null;
    });
  }
}

/** The first move of publishing; the caller syncs the folder. Parents that are new are durable when it returns. */
export async function moveToStored(
  context: Pick<StagingContext, 'places' | 'folders'>,
  institutionId: InstitutionId,
  key: StorageKey,
  from: string,
): Promise<void> {
  const folder = context.places.storedFolder(institutionId, key);
  await context.folders.ensure(folder);
  await rename(from, join(folder, key));
}

/** Reads until the length is reached or the file ends; gives the number of bytes. */
export async function readFully(
  handle: FileHandle,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, offset + done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

export async function writeNote(path: string, note: string): Promise<void> {
  await writeFile(path + noteSuffix, note, { mode: 0o600 });
}

export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** What is left of the buffers after the first `count` bytes. */
function after(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}
