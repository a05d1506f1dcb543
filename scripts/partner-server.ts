// The institution's own SFTP server, played by a folder on this machine: where the demo and development deliver to.
// Invariant: it speaks by the same SFTP edge as Causeway itself, serves one folder, and knows nothing else of Causeway.

import { generateKeyPairSync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { constants, mkdir, open, readdir, rename, rm, rmdir, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeOpenSshPrivateKey } from '../src/domain/openssh-private-keys.ts';
import { sha256Fingerprint } from '../src/domain/public-key-blobs.ts';
import {
  type FileAttributes,
  type OpenFlags,
  type VirtualEntry,
  type VirtualFile,
  VirtualFileError,
  type VirtualRoot,
} from '../src/domain/virtual-files.ts';
import { startSftpServer } from '../src/sftp/server.ts';

export type PartnerServer = {
  host: string;
  port: number;
  username: string;
  password: string;
  /** What its people would read out to whoever asks: `SHA256:…`. */
  fingerprint: string;
  folder: string;
  stop(): Promise<void>;
};

/** Starts it on a free loopback port, with a new host key and password. */
export async function startPartnerServer(folder: string): Promise<PartnerServer> {
  await mkdir(folder, { recursive: true });
  const pair = generateKeyPairSync('ed25519');
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'partner');
  const username = 'registrar';
  const password = randomBytes(12).toString('base64url');
  const ids = { institutionId: randomUUID(), feedId: randomUUID() };
  const refused = { kind: 'refused', ...ids, reason: 'wrong-login' } as const;
  const server = await startSftpServer({
    host: '127.0.0.1',
    port: 0,
    hostKeys: [text],
    clock: { now: () => new Date() },
    ports: {
      authenticate: {
        byPassword: async (user, given) =>
          user === username && same(given, password)
            ? { kind: 'accepted', ...ids, openRoot: async () => folderRoot(folder) }
            : refused,
        offersKey: async () => refused,
        byKey: async () => refused,
      },
      sessions: {
        sessionStarted: async () => undefined,
        sessionRefused: async () => undefined,
        sessionEnded: async () => undefined,
      },
      reportBug: (message, cause) => console.error(message, cause),
    },
  });
  return {
    host: server.host,
    port: server.port,
    username,
    password,
    fingerprint: sha256Fingerprint(blob),
    folder,
    stop: () => server.close(),
  };
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function folderRoot(folder: string): VirtualRoot {
  const real = (path: string) => join(folder, path);
  const entry = async (path: string): Promise<VirtualEntry> => {
    const found = await stat(real(path)).catch(refuse);
    const kind = found.isDirectory() ? 'folder' : 'file';
    return { path, kind, size: found.size, mode: found.mode & 0o777, modifiedAt: found.mtime };
  };
  const setTimes = async (path: string, { modifiedAt, accessedAt }: FileAttributes) => {
    if (modifiedAt) await utimes(real(path), accessedAt ?? modifiedAt, modifiedAt).catch(refuse);
  };
  return {
    stat: entry,
    list: async (path) => {
      const names = await readdir(real(path)).catch(refuse);
      return Promise.all(names.sort().map((name) => entry(join(path, name))));
    },
    open: (path, flags) => openFile(path, real(path), flags, () => entry(path), setTimes),
    remove: (path) => rm(real(path)).catch(refuse),
    rename: async (from, to, { replace }) => {
      if (!replace && (await stat(real(to)).catch(() => null)))
        throw new VirtualFileError('already-exists', 'There is a file with this name already.');
      await rename(real(from), real(to)).catch(refuse);
    },
    makeFolder: async (path) => void (await mkdir(real(path)).catch(refuse)),
    removeFolder: (path) => rmdir(real(path)).catch(refuse),
    setAttributes: setTimes,
    space: async () => {
      const { blocks, bavail, bsize } = await statfs(folder);
      return { total: blocks * bsize, free: bavail * bsize };
    },
    end: async () => undefined,
  };
}

async function openFile(
  path: string,
  real: string,
  flags: OpenFlags,
  entry: () => Promise<VirtualEntry>,
  setTimes: (path: string, attributes: FileAttributes) => Promise<void>,
): Promise<VirtualFile> {
  const file = await open(real, modeOf(flags)).catch(refuse);
  let end = flags.append ? (await file.stat()).size : 0;
  return {
    path,
    read: async (buffer, length, position) => (await file.read(buffer, 0, length, position)).bytesRead,
    write: async (buffers, position) => {
      const at = flags.append ? end : position;
      const { bytesWritten } = await file.writev([...buffers], at).catch(refuse);
      end = Math.max(end, at + bytesWritten);
    },
    stat: entry,
    setAttributes: async (attributes) => {
      if (attributes.size !== undefined) await file.truncate(attributes.size);
      await setTimes(path, attributes);
    },
    flush: () => file.sync(),
    close: () => file.close(),
    abandon: () => file.close(),
  };
}

/** The flags of open(2). */
function modeOf({ write, create, truncate, exclusive }: OpenFlags): number {
  if (!write) return constants.O_RDONLY;
  const flags = [create && constants.O_CREAT, truncate && constants.O_TRUNC, exclusive && constants.O_EXCL];
  return flags.reduce<number>((sum, flag) => sum | (flag || 0), constants.O_RDWR);
}

/** What the disk says, in the words of the protocol. */
function refuse(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') throw new VirtualFileError('no-such-file', 'There is no such file or folder.');
  if (code === 'EEXIST') throw new VirtualFileError('already-exists', 'There is a file with this name already.');
  if (code === 'EISDIR') throw new VirtualFileError('is-a-folder', 'This is a folder.');
  if (code === 'ENOTDIR') throw new VirtualFileError('not-a-folder', 'This is not a folder.');
  if (code === 'ENOTEMPTY') throw new VirtualFileError('folder-not-empty', 'The folder is not empty.');
  if (code === 'ENOSPC') throw new VirtualFileError('no-space', 'The disk is full.');
  throw new VirtualFileError('failure', 'The folder could not be read or written.');
}
