// What a client has sent and is not yet taken, cut into SFTP packets (draft-ietf-secsh-filexfer-02, section 3).
// Invariant: bytes are copied once, when they come; a packet is valid until the next `push`, the data of a WRITE while it is held.

import type { Packet } from '../domain/sftp-packets.ts';
import { maxPacketLength, packetTypes } from '../domain/sftp-wire.ts';
import type { InputSlabs, Slab } from './input-slabs.ts';

/** Of a packet: its length and its type. */
const frameLength = 5;

export class SessionInput {
  readonly #slabs: InputSlabs;
  /** Where all bytes lie that are not taken yet, in one piece: from `#start` to `#end`. */
  #slab: Slab | undefined;
  #start = 0;
  #end = 0;
  #badLength: number | undefined;

  constructor(slabs: InputSlabs) {
    this.#slabs = slabs;
  }

  /** Bytes that were pushed and not yet given out. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Copies the bytes: the chunk is the caller's again. */
  push(chunk: Buffer): void {
    if (chunk.length === 0 || this.#badLength !== undefined) return;
    const slab = this.#withRoom(chunk.length);
    this.#end += chunk.copy(slab.bytes, this.#end);
  }

  /** The next whole packet; undefined when more bytes are needed. After the first bad length nothing but that. */
  next(): Packet | undefined {
    if (this.#badLength !== undefined) return { kind: 'bad-length', length: this.#badLength };
    const slab = this.#slab;
    if (slab === undefined || this.buffered < 4) return undefined;
    const length = slab.bytes.readUInt32BE(this.#start);
    if (length === 0 || length > maxPacketLength) {
      this.#badLength = length;
      this.end();
      return { kind: 'bad-length', length };
    }
    if (this.buffered < 4 + length) return undefined;
    const type = slab.bytes.readUInt8(this.#start + 4);
    const body = slab.bytes.subarray(this.#start + frameLength, this.#start + 4 + length);
    this.#start += 4 + length;
    return (type === packetTypes.write ? writePacket(body) : undefined) ?? { kind: 'packet', type, body };
  }

  /** Keeps the data of the WRITE that `next` has just given until the returned function is called. */
  hold(): () => void {
    const slab = this.#slab;
    if (slab === undefined) return () => undefined;
    slab.users += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#slabs.letGo(slab);
      this.rest();
    };
  }

  /** A session that waits for its client holds no memory for it. */
  rest(): void {
    if (this.#slab !== undefined && this.buffered === 0 && this.#slab.users === 1) this.end();
  }

  /** Nothing that is still here will be taken. */
  end(): void {
    if (this.#slab !== undefined) this.#slabs.letGo(this.#slab);
    this.#slab = undefined;
    this.#start = 0;
    this.#end = 0;
  }

  #withRoom(length: number): Slab {
    const old = this.#slab;
    if (old !== undefined && old.bytes.length - this.#end >= length) return old;
    // The next piece goes on with what is left of this one. A session that may take nothing now has more to carry.
    const left = this.buffered;
    const slab = this.#slabs.take(left + length);
    if (old !== undefined) {
      old.bytes.copy(slab.bytes, 0, this.#start, this.#end);
      this.#slabs.letGo(old);
    }
    this.#slab = slab;
    this.#start = 0;
    this.#end = left;
    return slab;
  }
}

/** Undefined when the parts of the WRITE do not fit into it. rclone's last one carries bytes beyond its data. */
function writePacket(body: Buffer): Packet | undefined {
  if (body.length < 8) return undefined;
  const headLength = 4 + 4 + body.readUInt32BE(4) + 8 + 4;
  if (headLength > body.length) return undefined;
  const dataLength = body.readUInt32BE(headLength - 4);
  if (dataLength > body.length - headLength) return undefined;
  const data = dataLength === 0 ? [] : [body.subarray(headLength, headLength + dataLength)];
  return { kind: 'write', head: body.subarray(0, headLength), data, dataLength };
}
