// What the SFTP edge asks of a feed's virtual root: the words between `sftp/` (packets) and `inbound/` (meaning).
// Invariant: every path here is absolute, normalised and inside the root; see `normalisePath`.

/** SFTP attributes as sent or asked for; absent means not given. Size in bytes, mode as POSIX permission bits. */
export type FileAttributes = { size?: number; mode?: number; accessedAt?: Date; modifiedAt?: Date };

export type VirtualEntry = {
  path: string;
  kind: 'file' | 'folder';
  size: number;
  mode: number;
  modifiedAt: Date;
};

/** The pflags of SSH_FXP_OPEN (draft-ietf-secsh-filexfer-02, section 6.3). */
export type OpenFlags = {
  read: boolean;
  write: boolean;
  append: boolean;
  create: boolean;
  truncate: boolean;
  exclusive: boolean;
};

export type VirtualFileErrorCode =
  | 'no-such-file'
  | 'permission-denied'
  | 'already-exists'
  | 'folder-not-empty'
  | 'not-a-folder'
  | 'is-a-folder'
  | 'bad-path'
  | 'no-space'
  | 'quota'
  | 'busy'
  | 'failure';

/** A refused operation. The message goes to the client as it is: what happened and what to do, no secrets. */
export class VirtualFileError extends Error {
  readonly code: VirtualFileErrorCode;
  constructor(code: VirtualFileErrorCode, message: string) {
    super(message);
    this.name = 'VirtualFileError';
    this.code = code;
  }
}

/** One open handle. */
export type VirtualFile = {
  readonly path: string;
  /** Reads up to `length` bytes at `position`; 0 at the end. */
  read(buffer: Uint8Array, length: number, position: number): Promise<number>;
  /**
   * Writes contiguous buffers from `position` on. With `append` in the flags the position is ignored. `lengths`: how long
   * each of the client's WRITEs was, when the buffers are cut otherwise.
   */
  write(buffers: readonly Uint8Array[], position: number, lengths?: readonly number[]): Promise<void>;
  stat(): Promise<VirtualEntry>;
  setAttributes(attributes: FileAttributes): Promise<void>;
  /** fsync@openssh.com: what was written is on the disk. */
  flush(): Promise<void>;
  /** A clean CLOSE. When this resolves for a written file, the bytes are safe and the arrival is committed. */
  close(): Promise<void>;
  /** A CLOSE after a write that failed: the upload is broken off, never an arrival that counts as complete. */
  abandon(): Promise<void>;
};

/** A feed's root as one session sees it. Every method may throw VirtualFileError; anything else is a bug. */
export type VirtualRoot = {
  stat(path: string): Promise<VirtualEntry>;
  list(path: string): Promise<VirtualEntry[]>;
  open(path: string, flags: OpenFlags, attributes: FileAttributes): Promise<VirtualFile>;
  remove(path: string): Promise<void>;
  /** SSH_FXP_RENAME refuses an existing target; posix-rename@openssh.com replaces it. */
  rename(from: string, to: string, options: { replace: boolean }): Promise<void>;
  makeFolder(path: string, attributes: FileAttributes): Promise<void>;
  removeFolder(path: string): Promise<void>;
  setAttributes(path: string, attributes: FileAttributes): Promise<void>;
  /** statvfs@openssh.com; null when unknown. */
  space(): Promise<{ total: number; free: number } | null>;
  /** The session is over: every handle still open belongs to a broken-off upload. */
  end(): Promise<void>;
};

/** Who logged in, as the edge tells it to the root and the session log. */
export type SessionFacts = { sessionId: string; loginMethod: string; client: string; address: string };

/**
 * The one normaliser for paths, of the protocol and of what is stored: relative paths begin at the root, `.` and empty
 * segments vanish, `..` stays within the root. NUL, control characters, backslashes and segments over 255 bytes are refused.
 * Text is normalised to NFC, so that one name cannot exist twice.
 */
export function normalisePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.normalize('NFC').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(checkedSegment(segment));
  }
  return checkedPath(`/${segments.join('/')}`);
}

/** The limits of a whole path: 32 segments and 2,000 bytes (what an index of the database can hold). */
export function checkedPath(path: string): string {
  if (path.split('/').length > 33) throw new VirtualFileError('bad-path', 'The path is more than 32 folders deep.');
  if (Buffer.byteLength(path) > 2000)
    throw new VirtualFileError('bad-path', 'The path is longer than 2000 bytes. Use shorter names.');
  return path;
}

function checkedSegment(segment: string): string {
  for (const character of segment) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f || character === '\\' || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffd)
      throw new VirtualFileError(
        'bad-path',
        'The name has a character that is not allowed: control characters and \\.',
      );
  }
  if (Buffer.byteLength(segment) > 255)
    throw new VirtualFileError('bad-path', 'The name is longer than 255 bytes. Use a shorter name.');
  return segment;
}

/** `/a/b.csv` → `/a`; the root is its own parent. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** The last segment of a path; empty for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
