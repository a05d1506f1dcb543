// One file that a client has open for writing: its private bytes, and what is known of how they came.
// Invariant: nobody else writes to its bytes; those of an existing file are copied before the first change, never touched.

import type { FeedId, InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { ContentHashing, FileStore, StagingFile, StorageKey } from '../domain/ports.ts';
import { type SessionFacts, VirtualFileError } from '../domain/virtual-files.ts';
import { checkRoom, onDisk } from './disk-errors.ts';
import { UploadHash } from './upload-hash.ts';

/** What an upload needs besides its own facts. `reserveBytes` of the disk are never used by uploads. */
export type UploadDeps = { files: FileStore; reserveBytes: number; hashing?: ContentHashing };

/** The file that a handle begins with: nothing, or the bytes of a stored file. */
export type UploadStart =
  | { kind: 'empty'; createdNew: boolean; replaces: number }
  | { kind: 'stored'; key: StorageKey; size: number };

export type UploadFacts = {
  institutionId: InstitutionId;
  feedId: FeedId;
  path: string;
  storedFileId: StoredFileId;
  session: SessionFacts;
};

/** What lies on the disk beside the bytes, for the next start after a crash. */
export type UploadNote = Omit<UploadFacts, 'institutionId'> & { unlinked: boolean };

export type PublishedUpload = { key: StorageKey; size: number; sha256: Buffer };

const bytesBetweenRoomChecks = 16 * 1024 * 1024;

export class Upload {
  readonly facts: UploadFacts;
  /** Where it would appear if it were closed now; renames move it. */
  path: string;
  /** Its name was removed while it was open. */
  unlinked = false;
  /** A time that the client set, and the time of the last write. */
  timeSet: Date | null = null;
  changedAt: Date;
  announcedSize: number | null = null;
  writtenEnd: number;
  writeSize = 0;
  writeCount = 0;
  size: number;
  /** A WRITE has succeeded: there are bytes of this client to keep. */
  hasBytes = false;
  readonly #deps: UploadDeps;
  readonly #start: UploadStart;
  readonly #hash: UploadHash;
  #staging: StagingFile | null = null;
  /** Where readers of the open file find its bytes once it is closed. */
  #published: PublishedUpload | null = null;
  #resized = false;
  #unchecked = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: UploadDeps, facts: UploadFacts, start: UploadStart, openedAt: Date) {
    this.#deps = deps;
    this.#hash = new UploadHash(deps.hashing);
    this.facts = facts;
    this.path = facts.path;
    this.#start = start;
    this.size = start.kind === 'stored' ? start.size : 0;
    this.writtenEnd = this.size;
    this.changedAt = openedAt;
  }

  get startsEmpty(): boolean {
    return this.#start.kind === 'empty';
  }

  /** Must its CLOSE bring an arrival? Opening for writing alone, without any change, does not (touching). */
  get isChanged(): boolean {
    const start = this.#start;
    if (this.writeCount > 0 || this.#resized) return true;
    return start.kind === 'empty' && (start.createdNew || start.replaces > 0);
  }

  /** Is there something of its own to show to others: more than an existing file opened and not changed yet? */
  get isVisible(): boolean {
    return !this.unlinked && this.isChanged;
  }

  /** Makes the staging file of a new or emptied file at once, so that a disk that is full refuses the OPEN. */
  async begin(expected: number): Promise<void> {
    if (this.#start.kind === 'stored') return;
    await onDisk(async () => {
      await checkRoom(this.#deps.files, this.#deps.reserveBytes, expected);
      this.#staging = await this.#deps.files.createStaging(this.facts.institutionId, this.#note());
    });
  }

  /** Writes at `position`, or at the end for null. `lengths` are those of the client's single writes. */
  write(buffers: readonly Uint8Array[], position: number | null, lengths: readonly number[], now: Date): Promise<void> {
    return this.#inTurn(async () => {
      const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
      if (length === 0) return;
      const staging = await this.#bytes();
      const at = position ?? this.size;
      await this.#checkGrowth(at + length, length);
      this.writeCount += lengths.length;
      this.writeSize = lengths.reduce((longest, one) => Math.max(longest, one), this.writeSize);
      await this.#writeOrTakeBack(staging, buffers, at);
      this.hasBytes = true;
      this.size = Math.max(this.size, at + length);
      this.writtenEnd = Math.max(this.writtenEnd, at + length);
      this.changedAt = now;
    });
  }

  /** Cuts the file, or lengthens it with zeros. */
  resize(size: number, now: Date): Promise<void> {
    return this.#inTurn(async () => {
      if (this.startsEmpty && this.writeCount === 0 && size > 0) this.announcedSize = size;
      if (size === this.size) return;
      const staging = await this.#bytes();
      await this.#checkGrowth(size, 0);
      await onDisk(() => staging.truncate(size));
      this.#hash.resized(size);
      this.#resized = true;
      this.size = size;
      this.writtenEnd = Math.min(this.writtenEnd, size);
      this.changedAt = now;
    });
  }

  /** Reads its present bytes; after its end, what became of them. */
  read(buffer: Uint8Array, length: number, position: number): Promise<number> {
    return this.#inTurn(async () => {
      const wanted = Math.max(0, Math.min(length, this.size - position));
      if (wanted === 0) return 0;
      if (this.#staging && !this.#published) return this.#staging.read(buffer, 0, wanted, position);
      const key = this.#published?.key ?? (this.#start.kind === 'stored' ? this.#start.key : null);
      if (key === null)
        throw new VirtualFileError('no-such-file', 'The file was given up by the session that wrote it.');
      const stored = await this.#deps.files.open(this.facts.institutionId, key);
      try {
        return await stored.read(buffer, 0, wanted, position);
      } finally {
        await stored.close();
      }
    });
  }

  flush(): Promise<void> {
    return this.#inTurn(async () => onDisk(async () => this.#staging?.flush()));
  }

  /** The bytes reach their final place, durably. Call `recorded` once a transaction knows them. */
  publish(): Promise<PublishedUpload> {
    return this.#inTurn(async () => {
      if (this.#published) return this.#published;
      const staging = await this.#bytes();
      return onDisk(async () => {
        const sha256 = await this.#hash.finish(this.size, (...where) => staging.read(...where));
        const { key, size } = await staging.publish();
        if (size !== this.size) throw new Error('a published file has another size than what was written');
        this.#published = { key, size, sha256 };
        return this.#published;
      });
    });
  }

  /** After a drop: room that was reserved and never filled is not part of what arrived. */
  async cutToWritten(): Promise<void> {
    if (this.writtenEnd < this.size) await this.resize(this.writtenEnd, this.changedAt);
  }

  /** A transaction knows the published bytes now. */
  recorded(): Promise<void> {
    return this.#inTurn(async () => this.#staging?.forgetNote());
  }

  /** Gives its bytes up. Does nothing once it was published. */
  discard(): Promise<void> {
    return this.#inTurn(async () => {
      const staging = this.#staging;
      this.#staging = null;
      this.#hash.forget();
      await staging?.discard();
    });
  }

  async moveTo(path: string): Promise<void> {
    this.path = path;
    await this.#renote();
  }

  async unlink(): Promise<void> {
    this.unlinked = true;
    await this.#renote();
  }

  #renote(): Promise<void> {
    return this.#inTurn(async () => (this.#published ? undefined : this.#staging?.setNote(this.#note())));
  }

  async #bytes(): Promise<StagingFile> {
    const { files, reserveBytes } = this.#deps;
    const start = this.#start;
    this.#staging ??= await onDisk(async () => {
      await checkRoom(files, reserveBytes, start.kind === 'stored' ? start.size : 0);
      if (start.kind === 'empty') return files.createStaging(this.facts.institutionId, this.#note());
      return files.copyToStaging(this.facts.institutionId, start.key, this.#note());
    });
    return this.#staging;
  }

  /** Writes and hashes at once. After a write that failed half-way the file is cut back to what is known, and hashed anew. */
  async #writeOrTakeBack(staging: StagingFile, buffers: readonly Uint8Array[], at: number): Promise<void> {
    const written = onDisk(() => staging.write(buffers, at));
    const hashed = this.#hash.wrote(buffers, at);
    try {
      await written;
    } catch (error) {
      await hashed;
      this.#hash.forget();
      await staging.truncate(this.size);
      throw error;
    }
    await hashed;
  }

  /** A size far beyond the disk would make a file of holes that takes for ever to read: refused like a full disk. */
  async #checkGrowth(size: number, written: number): Promise<void> {
    this.#unchecked += written;
    const hole = Math.max(0, size - this.size - written);
    if (hole === 0 && this.#unchecked < bytesBetweenRoomChecks) return;
    this.#unchecked = 0;
    await onDisk(() => checkRoom(this.#deps.files, this.#deps.reserveBytes, hole + written));
  }

  #note(): string {
    const { feedId, storedFileId, session } = this.facts;
    const note: UploadNote = { feedId, path: this.path, storedFileId, session, unlinked: this.unlinked };
    return JSON.stringify(note);
  }

  /** One after the other, in the order of the calls; a failure does not stop the next one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
