// The packets that the server sends (draft-ietf-secsh-filexfer-02, section 7; extensions: OpenSSH PROTOCOL).
// Invariant: each function gives one whole packet with its length in front.

import { maxDataLength, packetTypes, type StatusCode, statusCodes, WireWriter } from '../domain/sftp-wire.ts';
import { type VirtualEntry, VirtualFileError } from '../domain/virtual-files.ts';
import { writeAttributes } from './attributes.ts';

/** What VERSION advertises: name and version of each extension. */
const extensions: readonly (readonly [name: string, version: string])[] = [
  ['posix-rename@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
  ['fstatvfs@openssh.com', '2'],
  ['fsync@openssh.com', '1'],
  ['lsetstat@openssh.com', '1'],
  ['limits@openssh.com', '1'],
  ['copy-data', '1'],
];

/** Version 3 whatever the client asked for (lftp asks for 6). */
export function versionReply(): Buffer {
  const writer = new WireWriter(packetTypes.version, 256).uint32(3);
  for (const [name, version] of extensions) writer.string(name).string(version);
  return writer.finish();
}

export function statusReply(id: number, code: StatusCode, message: string): Buffer {
  return new WireWriter(packetTypes.status, 32 + message.length)
    .uint32(id)
    .uint32(code)
    .string(message)
    .string('')
    .finish();
}

export function okReply(id: number): Buffer {
  return statusReply(id, statusCodes.ok, 'Success');
}

export function eofReply(id: number): Buffer {
  return statusReply(id, statusCodes.eof, 'End of file');
}

/** Version 3 has few codes; the message carries the rest. */
const codeOfError = {
  'no-such-file': statusCodes.noSuchFile,
  'not-a-folder': statusCodes.noSuchFile,
  'permission-denied': statusCodes.permissionDenied,
  'already-exists': statusCodes.failure,
  'folder-not-empty': statusCodes.failure,
  'is-a-folder': statusCodes.failure,
  'bad-path': statusCodes.failure,
  'no-space': statusCodes.failure,
  quota: statusCodes.failure,
  busy: statusCodes.failure,
  failure: statusCodes.failure,
} as const;

/** The refusal of a request: the message of a VirtualFileError goes to the client, anything else stays here. */
export function errorReply(id: number, error: unknown): Buffer {
  if (error instanceof VirtualFileError) return statusReply(id, codeOfError[error.code], error.message);
  return statusReply(id, statusCodes.failure, 'The server had an internal error, which is now in its log. Try again.');
}

export function handleReply(id: number, handle: string): Buffer {
  return new WireWriter(packetTypes.handle).uint32(id).string(handle).finish();
}

/** What stands before the data of a DATA packet, in bytes. */
export const dataHeadLength = 13;

/** The head of a DATA packet whose `length` bytes follow it. */
export function dataHead(id: number, length: number): Buffer {
  const head = new WireWriter(packetTypes.data, dataHeadLength).uint32(id).uint32(length).finish();
  head.writeUInt32BE(dataHeadLength - 4 + length, 0);
  return head;
}

export function attributesReply(id: number, entry: VirtualEntry): Buffer {
  const writer = new WireWriter(packetTypes.attrs).uint32(id);
  writeAttributes(writer, entry);
  return writer.finish();
}

export type NamedEntry = { name: string; longName: string; entry: VirtualEntry };

export function namesReply(id: number, entries: readonly NamedEntry[]): Buffer {
  const writer = new WireWriter(packetTypes.name, 160 * entries.length + 16).uint32(id).uint32(entries.length);
  for (const { name, longName, entry } of entries) {
    writer.string(name).string(longName);
    writeAttributes(writer, entry);
  }
  return writer.finish();
}

/** The answer to REALPATH: a name with no attributes. */
export function pathReply(id: number, path: string): Buffer {
  return new WireWriter(packetTypes.name).uint32(id).uint32(1).string(path).string(path).uint32(0).finish();
}

export function limitsReply(id: number, maxHandles: number): Buffer {
  return new WireWriter(packetTypes.extendedReply)
    .uint32(id)
    .uint64(256 * 1024)
    .uint64(maxDataLength)
    .uint64(maxDataLength)
    .uint64(maxHandles)
    .finish();
}

const blockSize = 4096;

/** statvfs@openssh.com; sizes in bytes. Numbers of inodes are not bounded here and told as large. */
export function spaceReply(id: number, space: { total: number; free: number }): Buffer {
  const inodes = 2 ** 32;
  const free = Math.floor(space.free / blockSize);
  const writer = new WireWriter(packetTypes.extendedReply, 128).uint32(id).uint64(blockSize).uint64(blockSize);
  writer
    .uint64(Math.floor(space.total / blockSize))
    .uint64(free)
    .uint64(free);
  writer.uint64(inodes).uint64(inodes).uint64(inodes);
  return writer.uint64(0).uint64(0).uint64(255).finish();
}
