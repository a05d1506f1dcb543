// Cuts a stream of bytes into SFTP packets (draft-ietf-secsh-filexfer-02, section 3), however the stream was split.
// Invariant: never holds more than what was pushed, and after the first bad length gives nothing but that.

import { maxPacketLength, packetTypes } from './sftp-wire.ts';

/** The data of a WRITE is not copied: it stays the slices in which it came. */
export type Packet =
  | { kind: 'packet'; type: number; body: Buffer }
  | { kind: 'write'; head: Buffer; data: Buffer[]; dataLength: number }
  | { kind: 'bad-length'; length: number };

/** The head of a WRITE up to its data: id, handle (up to 256 bytes), offset, length of the data. */
const longestWriteHead = 4 + 4 + 256 + 8 + 4;

const smallChunk = 512;

export class PacketReader {
  #chunks: Buffer[] = [];
  #offset = 0;
  #buffered = 0;
  #badLength: number | undefined;
  /** Where small chunks are gathered, so that a client that sends byte by byte does not cost an object for each. */
  #tail = Buffer.alloc(0);
  #tailUsed = 0;

  /** Bytes that were pushed and not yet given out. */
  get buffered(): number {
    return this.#buffered;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0 || this.#badLength !== undefined) return;
    if (chunk.length < smallChunk) this.#pushSmall(chunk);
    else {
      this.#chunks.push(chunk);
      this.#tail = Buffer.alloc(0);
    }
    this.#buffered += chunk.length;
  }

  #pushSmall(chunk: Buffer): void {
    const fits = this.#chunks.length > 0 && this.#tail.length - this.#tailUsed >= chunk.length;
    if (!fits) {
      this.#tail = Buffer.allocUnsafe(8 * smallChunk);
      this.#tailUsed = 0;
    }
    this.#tailUsed += chunk.copy(this.#tail, this.#tailUsed);
    const joined = this.#tail.subarray(0, this.#tailUsed);
    if (fits) this.#chunks[this.#chunks.length - 1] = joined;
    else this.#chunks.push(joined);
  }

  /** The next whole packet; undefined when more bytes are needed. */
  next(): Packet | undefined {
    if (this.#badLength !== undefined) return { kind: 'bad-length', length: this.#badLength };
    if (this.#buffered < 4) return undefined;
    const length = this.#peek(4).readUInt32BE(0);
    if (length === 0 || length > maxPacketLength) {
      this.#badLength = length;
      this.#chunks = [];
      this.#buffered = 0;
      return { kind: 'bad-length', length };
    }
    if (this.#buffered < 4 + length) return undefined;
    this.#skip(4);
    const type = this.#peek(1).readUInt8(0);
    this.#skip(1);
    if (type === packetTypes.write) return this.#write(length - 1);
    return { kind: 'packet', type, body: this.#take(length - 1) };
  }

  #write(length: number): Packet {
    const start = this.#peek(Math.min(length, longestWriteHead));
    const headLength = writeHeadLength(start);
    if (headLength === undefined) return { kind: 'packet', type: packetTypes.write, body: this.#take(length) };
    const dataLength = start.readUInt32BE(headLength - 4);
    if (dataLength > length - headLength) return { kind: 'packet', type: packetTypes.write, body: this.#take(length) };
    const head = this.#take(headLength);
    const data = this.#slices(dataLength);
    // rclone's last WRITE carries bytes beyond its data.
    this.#skip(length - headLength - dataLength);
    return { kind: 'write', head, data, dataLength };
  }

  /** The first bytes in one piece, without taking them. */
  #peek(length: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#offset >= length)
      return first.subarray(this.#offset, this.#offset + length);
    const joined = Buffer.allocUnsafe(length);
    let filled = 0;
    let offset = this.#offset;
    for (const chunk of this.#chunks) {
      filled += chunk.copy(joined, filled, offset, Math.min(chunk.length, offset + length - filled));
      offset = 0;
      if (filled === length) break;
    }
    return joined;
  }

  #take(length: number): Buffer {
    const bytes = this.#peek(length);
    this.#skip(length);
    return bytes;
  }

  #slices(length: number): Buffer[] {
    const slices: Buffer[] = [];
    let left = length;
    for (const chunk of this.#chunks) {
      if (left === 0) break;
      const offset = slices.length === 0 ? this.#offset : 0;
      const slice = chunk.subarray(offset, Math.min(chunk.length, offset + left));
      slices.push(slice);
      left -= slice.length;
    }
    this.#skip(length);
    return slices;
  }

  #skip(length: number): void {
    this.#buffered -= length;
    let left = length;
    let whole = 0;
    for (const chunk of this.#chunks) {
      const rest = chunk.length - this.#offset;
      if (left < rest) break;
      left -= rest;
      whole += 1;
      this.#offset = 0;
    }
    if (whole > 0) this.#chunks.splice(0, whole);
    this.#offset += left;
  }
}

/** How long the part before the data is; undefined when it does not fit in what there is. */
function writeHeadLength(start: Buffer): number | undefined {
  if (start.length < 8) return undefined;
  const handleLength = start.readUInt32BE(4);
  const length = 4 + 4 + handleLength + 8 + 4;
  return length <= start.length ? length : undefined;
}
