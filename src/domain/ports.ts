// What the use cases ask of the outside world. Adapters implement these; tests replace only the clock.

import type { Socket } from 'node:net';
import type { InstitutionId } from './ids.ts';
import type { RemoteAddress, Stage } from './remote.ts';

/** The time, in one place. */
export type Clock = { now(): Date };

/** Fresh UUID v7 ids (RFC 9562 section 5.7). */
export type NewId = <Id extends string>() => Id;

/** Where a stored file's bytes are; opaque outside the file store. */
export type StorageKey = string;

/** A file that is being written and that nobody else can see yet. Positions and sizes are in bytes. */
export type StagingFile = {
  readonly name: string;
  /** Writes the buffers one after the other from `position` on; they may be kept only until the promise settles. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** Reads up to `length` bytes; fewer at the end of the file. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  /** Bytes are on the disk when this returns (fdatasync). */
  flush(): Promise<void>;
  /** Flushes, moves the bytes to their final place and makes the move durable (fsync of the folder). */
  publish(): Promise<{ key: StorageKey; size: number }>;
  /** Ends it and removes its bytes. Does nothing after `publish`. */
  discard(): Promise<void>;
  /** Replaces its note; does nothing for a file that was made without one. */
  setNote(note: string): Promise<void>;
  /** After `publish`, once a transaction has recorded the stored file: its note goes. */
  forgetNote(): Promise<void>;
};

/** A SHA-256 that is made elsewhere while the caller goes on. It may fail at any time, and is then begun anew by whoever needs it. */
export type RunningHash = {
  /** The next bytes; they must not change until the promise settles. */
  update(buffers: readonly Uint8Array[]): Promise<void>;
  /** Ends it. */
  digest(): Promise<Buffer>;
  /** Ends it without a digest. */
  forget(): void;
};

export type ContentHashing = { begin(): RunningHash };

/** What a process that died left behind of a staging file with a note; its bytes may have been published already. */
export type AbandonedFile = {
  readonly institutionId: InstitutionId;
  readonly note: string;
  readonly size: number;
  /** Where the bytes are stored after `publish`. */
  readonly key: StorageKey;
  /** As `StagingFile.publish`; does nothing when that had been done. */
  publish(): Promise<void>;
  /** Its bytes are recorded or gone: the note goes. */
  forgetNote(): Promise<void>;
  /** Removes the bytes, published or not, and the note. */
  discard(): Promise<void>;
};

/** A folder of its own for one piece of work. */
export type Scratch = {
  /** On a local disk; empty, and for this program's user only. */
  readonly path: string;
  /** Takes it away with everything in it. */
  remove(): Promise<void>;
};

/** A stored file opened for reading at any position. */
export type OpenStoredFile = {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  close(): Promise<void>;
};

/** Bytes at rest: immutable once published, and reached only with the institution's id. */
export type FileStore = {
  /**
   * `note` is kept beside the bytes until `forgetNote` or `discard`: after a crash `abandonedFiles` gives it back. Without one,
   * what a crash leaves is removed by `sweepStaging`.
   */
  createStaging(institutionId: InstitutionId, note?: string): Promise<StagingFile>;
  /** A new staging file that begins with the bytes of a stored one. */
  copyToStaging(institutionId: InstitutionId, key: StorageKey, note?: string): Promise<StagingFile>;
  /** For bytes that nobody needs after the work; what a crash leaves of it is removed by `sweepStaging`. */
  createScratch(institutionId: InstitutionId): Promise<Scratch>;
  open(institutionId: InstitutionId, key: StorageKey): Promise<OpenStoredFile>;
  /** A path on a local disk for readers in worker threads; valid until `release`. */
  localPath(institutionId: InstitutionId, key: StorageKey): Promise<{ path: string; release(): Promise<void> }>;
  stream(institutionId: InstitutionId, key: StorageKey): AsyncIterable<Uint8Array>;
  remove(institutionId: InstitutionId, key: StorageKey): Promise<void>;
  /** Free bytes, or null when there is no bound to tell. */
  freeBytes(): Promise<{ total: number; free: number } | null>;
  /** Staging files with a note that no running process owns. */
  abandonedFiles(): Promise<AbandonedFile[]>;
  /** Removes staging files without a note and scratch folders that no running process owns; returns how many there were. */
  sweepStaging(): Promise<number>;
};

/** Authenticated encryption bound to the row that holds the value (AES-256-GCM; the context is the additional data). */
export type Sealer = {
  seal(plain: string, context: string): Uint8Array;
  /** Throws when the value was not sealed with this key for this context. */
  open(sealed: Uint8Array, context: string): string;
  /** A keyed hash (HMAC-SHA-256) for look-ups and comparisons of secrets. */
  mac(text: string, context: string): Uint8Array;
};

/**
 * Encryption of files for a public OpenPGP key (RFC 9580). Both throw AppError `pgp-not-available` where the library is not
 * installed, `bad-pgp-key` for what is no public key, and `pgp-key-not-usable` (expired, revoked, or not for encryption at `at`).
 */
export type Encrypter = {
  /** Checks an armored key; gives its fingerprint in hex and the end of its validity, null when it has none. */
  check(armoredKey: string, at: Date): Promise<{ fingerprint: string; expiresAt: Date | null }>;
  /** The encrypted bytes, binary, as they come: the source is pulled no faster than they are read. They differ each time. */
  encrypt(source: AsyncIterable<Uint8Array>, armoredKey: string, at: Date): Promise<AsyncIterable<Uint8Array>>;
};

export type OutgoingMail = { to: string; subject: string; text: string; html: string; messageId: string };

/** `permanent`: the mail server will never take this mail (a 5xx reply to the recipient). `reason` holds no address and no text of the mail. */
export type MailOutcome = { sent: true } | { sent: false; permanent: boolean; reason: string };

export type MailTransport = {
  send(mail: OutgoingMail): Promise<MailOutcome>;
  close(): void;
};

/** `status` null when no answer came; `reason` says why in a few words, such as `address-not-allowed` or `timed out`. */
export type PostOutcome = { status: number | null; reason: string | null };

/** An HTTP POST to an address that somebody entered: no redirects, a time limit, and the address rules of destinations. */
export type HttpPost = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<PostOutcome>;

/**
 * Connects to a host that somebody entered: every address that its name has is checked, and only a checked one is connected
 * to. Throws RemoteError at `resolve` or `connect`. Stages are told as they end.
 */
export type Connect = (
  address: RemoteAddress,
  options: { signal: AbortSignal; onStage?: (stage: Stage) => void },
) => Promise<{ socket: Socket; address: string }>;
