// The open handles of one SFTP session: files and folders under names that cannot be guessed.
// Invariant: a handle is known only to the session that opened it, and there are never more than its limit.

import { randomBytes } from 'node:crypto';
import { type OpenFlags, type VirtualEntry, type VirtualFile, VirtualFileError } from '../domain/virtual-files.ts';
import type { NamedEntry } from './replies.ts';
import { WriteGatherer } from './write-gatherer.ts';

export class FileHandle {
  readonly kind = 'file';
  readonly file: VirtualFile;
  readonly flags: OpenFlags;
  readonly writes: WriteGatherer;
  /** Something was written, or the file was made or emptied: a clean CLOSE delivers a file. */
  written: boolean;
  #reads = 0;
  #waiters: (() => void)[] = [];

  constructor(file: VirtualFile, flags: OpenFlags) {
    this.file = file;
    this.flags = flags;
    this.writes = new WriteGatherer(file, flags.append);
    this.written = flags.write && (flags.create || flags.truncate);
  }

  get hasReads(): boolean {
    return this.#reads > 0;
  }

  readStarted(): void {
    this.#reads += 1;
  }

  readDone(): void {
    this.#reads -= 1;
    if (this.#reads > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  readsIdle(): Promise<void> {
    if (this.#reads === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves when no read or write of this handle runs. */
  async idle(): Promise<void> {
    await this.writes.idle();
    await this.readsIdle();
  }
}

/** A listing that READDIR gives out piece by piece. */
export type FolderHandle = { readonly kind: 'folder'; readonly entry: VirtualEntry; rest: NamedEntry[] };

/** Entries of listings that may wait to be read in one session: ten thousand of them take 6 MB. */
const mostListed = 20_000;

export class Handles {
  readonly #open = new Map<string, FileHandle | FolderHandle>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Throws when there is no room for one more. */
  checkRoom(): void {
    if (this.#open.size >= this.#limit)
      throw new VirtualFileError(
        'busy',
        `This session has ${this.#limit} files open, the most allowed. Close some first.`,
      );
  }

  /** Throws when the listings that are open are so long that one more could be too much. */
  checkRoomForListing(): void {
    this.checkRoom();
    const folders = [...this.#open.values()].filter((handle) => handle.kind === 'folder');
    if (folders.reduce((sum, { rest }) => sum + rest.length, 0) >= mostListed)
      throw new VirtualFileError('busy', 'This session lists too many large folders at once. Close some first.');
  }

  add(handle: FileHandle | FolderHandle): string {
    const id = randomBytes(16).toString('base64url');
    this.#open.set(id, handle);
    return id;
  }

  remove(id: string): void {
    this.#open.delete(id);
  }

  /** Throws when the handle is not open in this session. */
  get(id: string): FileHandle | FolderHandle {
    const handle = this.#open.get(id);
    if (handle === undefined)
      throw new VirtualFileError('failure', 'The handle is not open in this session. Open the file again.');
    return handle;
  }

  file(id: string): FileHandle {
    const handle = this.get(id);
    if (handle.kind !== 'file')
      throw new VirtualFileError('is-a-folder', 'The handle belongs to a folder, not a file.');
    return handle;
  }

  folder(id: string): FolderHandle {
    const handle = this.get(id);
    if (handle.kind !== 'folder')
      throw new VirtualFileError('not-a-folder', 'The handle belongs to a file, not a folder.');
    return handle;
  }

  /** Resolves when nothing runs on this handle; at once when there is no such file. */
  async idle(id: string): Promise<void> {
    const handle = this.#open.get(id);
    if (handle?.kind === 'file') await handle.idle();
  }

  files(): FileHandle[] {
    return [...this.#open.values()].filter((handle) => handle.kind === 'file');
  }
}
