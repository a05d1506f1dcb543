// The primitives of the SFTP wire: numbers of the protocol, a bounds-checked reader and a growing writer.
// Invariant: a read outside of the bytes throws MalformedPacket and nothing else.

/** Packet types (draft-ietf-secsh-filexfer-02, section 3). */
export const packetTypes = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** Status codes (draft-ietf-secsh-filexfer-02, section 7). */
export const statusCodes = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

export type StatusCode = (typeof statusCodes)[keyof typeof statusCodes];

/** Bits of `pflags` in SSH_FXP_OPEN (section 6.3). */
export const openBits = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

/** Bits of the flags of a file's attributes (section 5). */
export const attributeBits = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const;

/** The longest packet that is accepted, without its length field: 256 KiB of data and what stands around it. */
export const maxPacketLength = 256 * 1024 + 1024;

/** The longest READ and WRITE that limits@openssh.com promises (OpenSSH's own numbers). */
export const maxDataLength = 255 * 1024;

/** The bytes of a packet end before its fields do, or a number is outside of what we can hold. */
export class MalformedPacket extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedPacket';
  }
}

/** Reads the fields of one packet from front to back (RFC 4251 section 5). */
export class WireReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  /** A 64-bit number; above 2^53 - 1 it is refused, because it could not be told apart from its neighbours. */
  uint64(): number {
    const at = this.#advance(8);
    const value = this.#bytes.readUInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value)) throw new MalformedPacket('a position or size is above 2^53');
    return value;
  }

  /** A string as bytes: a view, not a copy. */
  string(): Buffer {
    const length = this.uint32();
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A string as text. Bytes that are not UTF-8 become U+FFFD, which no path may hold. */
  text(): string {
    return this.string().toString('utf8');
  }

  #advance(length: number): number {
    const at = this.#position;
    if (length > this.#bytes.length - at) throw new MalformedPacket('the packet ends before its fields do');
    this.#position = at + length;
    return at;
  }
}

/** Writes the fields of one packet; `finish` gives it with its length in front. */
export class WireWriter {
  #bytes: Buffer;
  #length = 4;

  constructor(type: number, sizeHint = 64) {
    this.#bytes = Buffer.allocUnsafe(sizeHint);
    this.byte(type);
  }

  byte(value: number): this {
    const at = this.#grow(1);
    this.#bytes.writeUInt8(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32BE(value >>> 0, at);
    return this;
  }

  uint64(value: number): this {
    return this.uint32(Math.floor(value / 0x1_0000_0000)).uint32(value % 0x1_0000_0000);
  }

  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.uint32(bytes.length);
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  finish(): Buffer {
    this.#bytes.writeUInt32BE(this.#length - 4, 0);
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
