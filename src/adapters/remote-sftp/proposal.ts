// What a server proposes for the key exchange (its KEXINIT, RFC 4253 section 7.1), read beside ssh2, which does not tell.
// Invariant: looks only; whatever it cannot read, it leaves to ssh2 to refuse.

import type { Socket } from 'node:net';
import { MalformedPacket, WireReader } from '../../domain/sftp-wire.ts';

export type Proposal = {
  keyExchange: string[];
  hostKeys: string[];
  /** What it sends and takes may differ; a cipher or MAC must be in both to be of use. */
  ciphers: string[];
  macs: string[];
};

const kexInit = 20;
const longestPacket = 64 * 1024;

/** Watches the first bytes of a paused socket; the answer is null until the proposal has come. */
export function watchProposal(socket: Socket): () => Proposal | null {
  let proposal: Proposal | null = null;
  let bytes = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const whole = firstPacket(bytes);
    if (whole === undefined) return;
    socket.removeListener('data', take);
    bytes = Buffer.alloc(0);
    proposal = whole === null ? null : readProposal(whole);
  };
  socket.on('data', take);
  return () => proposal;
}

/** The payload of the packet after the version line; undefined when more has to come, null when it is none. */
function firstPacket(bytes: Buffer): Buffer | null | undefined {
  const start = bytes.indexOf(10) + 1;
  if (start === 0 || bytes.length < start + 5) return bytes.length > longestPacket ? null : undefined;
  const length = bytes.readUInt32BE(start);
  const padding = bytes.readUInt8(start + 4);
  if (length > longestPacket || padding + 1 >= length) return null;
  const end = start + 4 + length;
  return bytes.length < end ? undefined : bytes.subarray(start + 5, end - padding);
}

function readProposal(payload: Buffer): Proposal | null {
  if (payload[0] !== kexInit) return null;
  try {
    // The type and the cookie come first.
    const reader = new WireReader(payload.subarray(17));
    const list = () => reader.text().split(',').filter(Boolean);
    const both = (one: string[], other: string[]) => one.filter((name) => other.includes(name));
    return { keyExchange: list(), hostKeys: list(), ciphers: both(list(), list()), macs: both(list(), list()) };
  } catch (error) {
    if (error instanceof MalformedPacket) return null;
    throw error;
  }
}
