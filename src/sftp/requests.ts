// Turns the body of one packet into a request (draft-ietf-secsh-filexfer-02, section 6; extensions: OpenSSH PROTOCOL).
// Invariant: never throws; what cannot be read becomes `malformed`, with the request's id when there was one.

import type { Packet } from '../domain/sftp-packets.ts';
import { MalformedPacket, openBits, packetTypes, WireReader } from '../domain/sftp-wire.ts';
import type { FileAttributes, OpenFlags } from '../domain/virtual-files.ts';
import { readAttributes } from './attributes.ts';

type OnHandle = { id: number; handle: string };
type OnPath = { id: number; path: string };

export type Request =
  | { kind: 'init'; version: number }
  | ({ kind: 'open'; flags: OpenFlags; attributes: FileAttributes } & OnPath)
  | ({ kind: 'close' | 'fstat' | 'readdir' | 'fsync' | 'fstatvfs' } & OnHandle)
  | ({ kind: 'read'; position: number; length: number } & OnHandle)
  | ({ kind: 'write'; position: number; data: Buffer[]; dataLength: number } & OnHandle)
  | ({ kind: 'fsetstat'; attributes: FileAttributes } & OnHandle)
  | ({ kind: 'stat' | 'opendir' | 'remove' | 'rmdir' | 'realpath' | 'statvfs' } & OnPath)
  | ({ kind: 'setstat' | 'mkdir'; attributes: FileAttributes } & OnPath)
  | { kind: 'rename'; id: number; from: string; to: string; replace: boolean }
  | ({ kind: 'copy-data'; position: number; length: number; target: string; targetPosition: number } & OnHandle)
  | { kind: 'limits'; id: number }
  | { kind: 'links-refused'; id: number }
  | { kind: 'unsupported'; id: number; what: string }
  | { kind: 'malformed'; id: number | undefined; reason: string };

export function decodeRequest(packet: Exclude<Packet, { kind: 'bad-length' }>): Request {
  const reader = new WireReader(packet.kind === 'write' ? packet.head : packet.body);
  let id: number | undefined;
  try {
    if (packet.kind === 'packet' && packet.type === packetTypes.init) return { kind: 'init', version: reader.uint32() };
    id = reader.uint32();
    if (packet.kind === 'write') return write(id, reader, packet);
    return packet.type === packetTypes.extended ? extended(id, reader) : plain(packet.type, id, reader);
  } catch (error) {
    if (error instanceof MalformedPacket) return { kind: 'malformed', id, reason: error.message };
    throw error;
  }
}

function write(id: number, reader: WireReader, packet: Extract<Packet, { kind: 'write' }>): Request {
  const handle = handleOf(reader);
  return { kind: 'write', id, handle, position: reader.uint64(), data: packet.data, dataLength: packet.dataLength };
}

function plain(type: number, id: number, reader: WireReader): Request {
  switch (type) {
    case packetTypes.open: {
      const path = reader.text();
      const flags = openFlags(reader.uint32());
      return { kind: 'open', id, path, flags, attributes: trailingAttributes(reader) };
    }
    case packetTypes.close:
      return { kind: 'close', id, handle: handleOf(reader) };
    case packetTypes.read:
      return { kind: 'read', id, handle: handleOf(reader), position: reader.uint64(), length: reader.uint32() };
    case packetTypes.write:
      throw new MalformedPacket('the WRITE is shorter than it says');
    case packetTypes.lstat:
    case packetTypes.stat:
      return { kind: 'stat', id, path: reader.text() };
    case packetTypes.fstat:
      return { kind: 'fstat', id, handle: handleOf(reader) };
    case packetTypes.setstat:
      return { kind: 'setstat', id, path: reader.text(), attributes: readAttributes(reader) };
    case packetTypes.fsetstat:
      return { kind: 'fsetstat', id, handle: handleOf(reader), attributes: readAttributes(reader) };
    case packetTypes.opendir:
      return { kind: 'opendir', id, path: reader.text() };
    case packetTypes.readdir:
      return { kind: 'readdir', id, handle: handleOf(reader) };
    case packetTypes.remove:
      return { kind: 'remove', id, path: reader.text() };
    case packetTypes.mkdir:
      return { kind: 'mkdir', id, path: reader.text(), attributes: trailingAttributes(reader) };
    case packetTypes.rmdir:
      return { kind: 'rmdir', id, path: reader.text() };
    case packetTypes.realpath:
      return { kind: 'realpath', id, path: reader.text() };
    case packetTypes.rename:
      return { kind: 'rename', id, from: reader.text(), to: reader.text(), replace: false };
    case packetTypes.readlink:
    case packetTypes.symlink:
      return { kind: 'links-refused', id };
    default:
      return { kind: 'unsupported', id, what: `request type ${type}` };
  }
}

function extended(id: number, reader: WireReader): Request {
  const name = reader.text();
  switch (name) {
    case 'posix-rename@openssh.com':
      return { kind: 'rename', id, from: reader.text(), to: reader.text(), replace: true };
    case 'fsync@openssh.com':
      return { kind: 'fsync', id, handle: handleOf(reader) };
    case 'statvfs@openssh.com':
      return { kind: 'statvfs', id, path: reader.text() };
    case 'fstatvfs@openssh.com':
      return { kind: 'fstatvfs', id, handle: handleOf(reader) };
    case 'lsetstat@openssh.com':
      return { kind: 'setstat', id, path: reader.text(), attributes: readAttributes(reader) };
    case 'limits@openssh.com':
      return { kind: 'limits', id };
    case 'copy-data':
      return {
        kind: 'copy-data',
        id,
        handle: handleOf(reader),
        position: reader.uint64(),
        length: reader.uint64(),
        target: handleOf(reader),
        targetPosition: reader.uint64(),
      };
    case 'hardlink@openssh.com':
      return { kind: 'links-refused', id };
    default:
      return { kind: 'unsupported', id, what: 'extension' };
  }
}

/** Handles are our own text; other bytes match none. */
function handleOf(reader: WireReader): string {
  return reader.string().toString('latin1');
}

/** Some clients leave the attributes of OPEN and MKDIR out. */
function trailingAttributes(reader: WireReader): FileAttributes {
  return reader.remaining === 0 ? {} : readAttributes(reader);
}

function openFlags(bits: number): OpenFlags {
  const write = (bits & (openBits.write | openBits.append)) !== 0;
  return {
    read: (bits & openBits.read) !== 0 || !write,
    write,
    append: (bits & openBits.append) !== 0,
    create: (bits & openBits.create) !== 0,
    truncate: (bits & openBits.truncate) !== 0,
    exclusive: (bits & openBits.exclusive) !== 0,
  };
}
