// One end of an SSH transport, written from the RFCs (4253, 5647) and draft-ietf-sshm-mlkem-hybrid-kex with Node's crypto:
// mlkem768x25519-sha256, ssh-ed25519, aes128-gcm@openssh.com and nothing else.
// Invariant: shares no code with ssh2 and its changes, so that a mistake there is not made twice.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { Socket } from 'node:net';

export const keyExchangeName = 'mlkem768x25519-sha256';

/** What one side sends of itself in the exchange, changed on its way by a test. */
export type Forge = (share: Buffer) => Buffer;

type Cipher = { key: Buffer; iv: Buffer };
/** Ours and theirs, as each side said it. */
type Halves = { client: Buffer; server: Buffer };

const heads = {
  kem: Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
  x: Buffer.from('302a300506032b656e032100', 'hex'),
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
};
const kemKeyLength = 1184;
const kemTextLength = 1088;

export class RawSsh {
  readonly #socket: Socket;
  readonly #role: 'client' | 'server';
  /** The server's own, or the one that the server proved to have. */
  #hostKey: KeyObject | undefined;
  #input = Buffer.alloc(0);
  #over = false;
  #wake: () => void = () => undefined;
  #versions: Halves = { client: Buffer.of(), server: Buffer.of() };
  #out: Cipher | undefined;
  #in: Cipher | undefined;
  #session: Buffer | undefined;
  /** How many exchanges have succeeded. */
  exchanges = 0;

  private constructor(socket: Socket, role: 'client' | 'server', hostKey: KeyObject | undefined) {
    this.#socket = socket;
    this.#role = role;
    this.#hostKey = hostKey;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#input = Buffer.concat([this.#input, Buffer.from(chunk)]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Tells and reads the version lines. A server needs its Ed25519 key. */
  static async open(socket: Socket, role: 'client' | 'server', hostKey?: KeyObject): Promise<RawSsh> {
    const raw = new RawSsh(socket, role, hostKey);
    socket.write('SSH-2.0-raw\r\n');
    while (!raw.#input.includes('\r\n')) await raw.#more();
    const end = raw.#input.indexOf('\r\n');
    const ours = Buffer.from('SSH-2.0-raw');
    const theirs = raw.#input.subarray(0, end);
    raw.#input = raw.#input.subarray(end + 2);
    raw.#versions = role === 'client' ? { client: ours, server: theirs } : { client: theirs, server: ours };
    return raw;
  }

  /** The whole exchange, from our KEXINIT to both NEWKEYS. `theirInit` when theirs has come already. */
  async exchangeKeys(forge: Forge = (share) => share, theirInit?: Buffer): Promise<void> {
    const own = kexInit(this.#role);
    this.send(own);
    const other = theirInit ?? (await this.expect(20));
    const inits = this.#role === 'client' ? { client: own, server: other } : { client: other, server: own };
    const { hash, secret } = this.#role === 'client' ? await this.#ask(inits, forge) : await this.#answer(inits, forge);
    this.#session ??= hash;
    this.send(Buffer.of(21));
    const ofClient = this.#cipher(secret, hash, 'A', 'C');
    const ofServer = this.#cipher(secret, hash, 'B', 'D');
    this.#out = this.#role === 'client' ? ofClient : ofServer;
    await this.expect(21);
    this.#in = this.#role === 'client' ? ofServer : ofClient;
    this.exchanges += 1;
  }

  send(payload: Buffer): void {
    const block = this.#out === undefined ? 8 : 16;
    // The length itself is not encrypted with GCM, and does not count for its blocks.
    const unpadded = payload.length + (this.#out === undefined ? 5 : 1);
    const padding = block - (unpadded % block) + (block - (unpadded % block) < 4 ? block : 0);
    const body = Buffer.concat([Buffer.of(padding), payload, randomBytes(padding)]);
    const length = uint32(body.length);
    if (this.#out === undefined) return void this.#socket.write(Buffer.concat([length, body]));
    const cipher = createCipheriv('aes-128-gcm', this.#out.key, next(this.#out)).setAAD(length);
    this.#socket.write(Buffer.concat([length, cipher.update(body), cipher.final(), cipher.getAuthTag()]));
  }

  async receive(): Promise<Buffer> {
    const length = await this.#read(4);
    const body = await this.#read(length.readUInt32BE(0));
    let plain = body;
    if (this.#in !== undefined) {
      const decipher = createDecipheriv('aes-128-gcm', this.#in.key, next(this.#in)).setAAD(length);
      decipher.setAuthTag(await this.#read(16));
      plain = Buffer.concat([decipher.update(body), decipher.final()]);
    }
    return plain.subarray(1, plain.length - plain.readUInt8(0));
  }

  /** The next message of this type; others are passed over, but a DISCONNECT is thrown with its reason. */
  async expect(type: number): Promise<Buffer> {
    for (;;) {
      const message = await this.receive();
      if (message[0] === type) return message;
      if (message[0] === 1) throw new Error(`disconnected for reason ${message.readUInt32BE(1)}`);
    }
  }

  async #ask(inits: Halves, forge: Forge): Promise<{ hash: Buffer; secret: Buffer }> {
    const kem = generateKeyPairSync('ml-kem-768');
    const x = generateKeyPairSync('x25519');
    const share = forge(Buffer.concat([bare(kem.publicKey, kemKeyLength), bare(x.publicKey, 32)]));
    this.send(Buffer.concat([Buffer.of(30), text(share)]));
    const [hostKey, answer, signature] = texts(await this.expect(31), 1);
    const pq = decapsulate(kem.privateKey, answer.subarray(0, kemTextLength));
    const secret = combined(pq, diffieHellman({ privateKey: x.privateKey, publicKey: point(answer) }));
    const hash = this.#hash(inits, hostKey, { client: share, server: answer }, secret);
    const [type, key] = texts(hostKey, 0);
    const [signatureType, bytes] = texts(signature, 0);
    const publicKey = createPublicKey({ key: Buffer.concat([heads.ed25519, key]), format: 'der', type: 'spki' });
    if (`${type} ${signatureType}` !== 'ssh-ed25519 ssh-ed25519' || !verify(null, hash, publicKey, bytes))
      throw new Error('the server’s signature is not good');
    if (this.#hostKey !== undefined && !this.#hostKey.equals(publicKey)) throw new Error('another host key');
    this.#hostKey = publicKey;
    return { hash, secret };
  }

  async #answer(inits: Halves, forge: Forge): Promise<{ hash: Buffer; secret: Buffer }> {
    if (this.#hostKey === undefined) throw new Error('a server needs a key');
    const [share] = texts(await this.expect(30), 1);
    if (share.length !== kemKeyLength + 32) throw new Error(`the client sent ${share.length} bytes`);
    const kemKey = Buffer.concat([heads.kem, share.subarray(0, kemKeyLength)]);
    const { sharedKey, ciphertext } = encapsulate(createPublicKey({ key: kemKey, format: 'der', type: 'spki' }));
    const x = generateKeyPairSync('x25519');
    const secret = combined(sharedKey, diffieHellman({ privateKey: x.privateKey, publicKey: point(share) }));
    const answer = forge(Buffer.concat([ciphertext, bare(x.publicKey, 32)]));
    const key = bare(createPublicKey(this.#hostKey), 32);
    const hostKey = Buffer.concat([text('ssh-ed25519'), text(key)]);
    const hash = this.#hash(inits, hostKey, { client: share, server: answer }, secret);
    const signature = Buffer.concat([text('ssh-ed25519'), text(sign(null, hash, this.#hostKey))]);
    this.send(Buffer.concat([Buffer.of(31), text(hostKey), text(answer), text(signature)]));
    return { hash, secret };
  }

  #hash(inits: Halves, hostKey: Buffer, shares: Halves, secret: Buffer): Buffer {
    const { client, server } = this.#versions;
    const parts = [client, server, inits.client, inits.server, hostKey, shares.client, shares.server, secret];
    return createHash('sha256')
      .update(Buffer.concat(parts.map(text)))
      .digest();
  }

  #cipher(secret: Buffer, hash: Buffer, iv: string, key: string): Cipher {
    const derive = (letter: string): Buffer =>
      createHash('sha256')
        .update(Buffer.concat([text(secret), hash, Buffer.from(letter), this.#session ?? hash]))
        .digest();
    return { iv: derive(iv).subarray(0, 12), key: derive(key).subarray(0, 16) };
  }

  async #read(length: number): Promise<Buffer> {
    while (this.#input.length < length) await this.#more();
    const bytes = this.#input.subarray(0, length);
    this.#input = this.#input.subarray(length);
    return bytes;
  }

  #more(): Promise<void> {
    if (this.#over) return Promise.reject(new Error('the other side closed the link'));
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function kexInit(role: 'client' | 'server'): Buffer {
  const more = role === 'client' ? ['ext-info-c', 'kex-strict-c-v00@openssh.com'] : ['kex-strict-s-v00@openssh.com'];
  const cipher = 'aes128-gcm@openssh.com';
  const mac = 'hmac-sha2-256';
  const lists = [[keyExchangeName, ...more].join(), 'ssh-ed25519', cipher, cipher, mac, mac, 'none', 'none', '', ''];
  return Buffer.concat([Buffer.of(20), randomBytes(16), ...lists.map(text), Buffer.alloc(5)]);
}

/** The hybrid secret, which is a string of bytes and no number. */
function combined(pq: Buffer, classical: Buffer): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([pq, classical]))
    .digest();
}

function bare(key: KeyObject, length: number): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-length);
}

function point(share: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([heads.x, share.subarray(-32)]), format: 'der', type: 'spki' });
}

/** The nonce of this packet; the last eight bytes count the packets (RFC 5647 section 7.1). */
function next(cipher: Cipher): Buffer {
  const nonce = Buffer.from(cipher.iv);
  cipher.iv = Buffer.from(cipher.iv);
  cipher.iv.writeBigUInt64BE(BigInt.asUintN(64, cipher.iv.readBigUInt64BE(4) + 1n), 4);
  return nonce;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Three strings from here on; what is not there is empty. */
function texts(bytes: Buffer, from: number): [Buffer, Buffer, Buffer] {
  const found = [0, 1, 2].map(() => {
    if (from + 4 > bytes.length) return Buffer.of();
    const end = from + 4 + bytes.readUInt32BE(from);
    const one = bytes.subarray(from + 4, end);
    from = end;
    return one;
  });
  return [found[0] ?? Buffer.of(), found[1] ?? Buffer.of(), found[2] ?? Buffer.of()];
}
