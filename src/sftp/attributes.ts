// File attributes on the wire (draft-ietf-secsh-filexfer-02, section 5) and the `ls -l` line of a directory listing.
// Invariant: what the virtual root does not know (owners) is told as 0 and accepted without effect.

import { attributeBits, type WireReader, type WireWriter } from '../domain/sftp-wire.ts';
import type { FileAttributes, VirtualEntry } from '../domain/virtual-files.ts';

const folderType = 0o040000;
const fileType = 0o100000;

/** Reads attributes; owners and extended pairs are read over. A mode is cut to its permission bits. */
export function readAttributes(reader: WireReader): FileAttributes {
  const flags = reader.uint32();
  const attributes: FileAttributes = {};
  if (flags & attributeBits.size) attributes.size = reader.uint64();
  if (flags & attributeBits.owner) {
    reader.uint32();
    reader.uint32();
  }
  if (flags & attributeBits.permissions) attributes.mode = reader.uint32() & 0o7777;
  if (flags & attributeBits.times) {
    attributes.accessedAt = new Date(reader.uint32() * 1000);
    attributes.modifiedAt = new Date(reader.uint32() * 1000);
  }
  if ((flags & attributeBits.extended) !== 0) {
    const pairs = reader.uint32();
    for (let index = 0; index < pairs; index += 1) {
      reader.string();
      reader.string();
    }
  }
  return attributes;
}

export function writeAttributes(writer: WireWriter, entry: VirtualEntry): void {
  const { size, owner, permissions, times } = attributeBits;
  const seconds = wireSeconds(entry.modifiedAt);
  writer
    .uint32(size | owner | permissions | times)
    .uint64(entry.size)
    .uint32(0)
    .uint32(0)
    .uint32((entry.kind === 'folder' ? folderType : fileType) | (entry.mode & 0o7777))
    .uint32(seconds)
    .uint32(seconds);
}

/** Seconds since 1970 as far as 32 bits reach. */
function wireSeconds(at: Date): number {
  return Math.min(Math.max(Math.floor(at.getTime() / 1000), 0), 0xffff_ffff);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const halfYear = 182 * 24 * 60 * 60 * 1000;

/** The line that `ls -l` would print, in UTC; some clients show it and some read it. */
export function longName(name: string, entry: VirtualEntry, now: Date): string {
  const links = entry.kind === 'folder' ? 2 : 1;
  const mode = modeText(entry);
  return `${mode} ${String(links).padStart(4)} owner    group    ${String(entry.size).padStart(12)} ${dateText(entry.modifiedAt, now)} ${name}`;
}

function modeText(entry: VirtualEntry): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((entry.mode >> (8 - index)) & 1 ? letter : '-'));
  return (entry.kind === 'folder' ? 'd' : '-') + letters.join('');
}

function dateText(at: Date, now: Date): string {
  const day = `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`;
  const age = now.getTime() - at.getTime();
  if (age > halfYear || age < -halfYear) return `${day}  ${at.getUTCFullYear()}`;
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  return `${day} ${twoDigits(at.getUTCHours())}:${twoDigits(at.getUTCMinutes())}`;
}
