// A bare SFTP client over ssh2's transport: sends packets as a test builds them and gives the replies back.
// Invariant: knows nothing of the server's codec, so that a mistake there is not made twice.

import { once } from 'node:events';
import type { TestContext } from 'node:test';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { edgePassword, edgeUser } from './sftp-edge.ts';

export type Reply = { type: number; id: number; body: Buffer };

export type Peer = {
  client: Client;
  channel: ClientChannel;
  /** Sends raw bytes. */
  send(bytes: Uint8Array): void;
  /** Sends one packet and gives its reply. */
  ask(type: number, ...fields: readonly Field[]): Promise<Reply>;
  /** Sends one packet and gives its id. */
  tell(type: number, ...fields: readonly Field[]): number;
  /** The reply to an id, when it is there. */
  reply(id: number): Promise<Reply>;
  /** Ids of all replies in the order in which they came. */
  order: number[];
  /** What the server said on stderr, when the channel has closed. */
  closed: Promise<string>;
};

/** A number is a uint32, a bigint a uint64, text and bytes are strings of the protocol; `raw` goes as it is. */
export type Field = number | bigint | string | Uint8Array | { raw: Uint8Array };

/** A client that is ended when the test ends. */
export function connectClient(t: TestContext, port: number, config: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  t.after(() => client.destroy());
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve(client.setNoDelay()));
    client.on('error', reject);
    client.on('close', () => reject(new Error('the server closed the link')));
    client.connect({ host: '127.0.0.1', port, username: edgeUser, password: edgePassword, ...config });
  });
}

/** Logs in, opens the subsystem and, unless told otherwise, says INIT. */
export async function connectPeer(
  t: TestContext,
  port: number,
  config: ConnectConfig = {},
  init = true,
): Promise<Peer> {
  const peer = await openSftp(await connectClient(t, port, config));
  if (init) {
    peer.send(packet(1, [3]));
    await peer.reply(-1);
  }
  return peer;
}

/** One more SFTP channel on the same link, without INIT. */
export async function openSftp(client: Client): Promise<Peer> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  return peerOn(client, channel);
}

function peerOn(client: Client, channel: ClientChannel): Peer {
  const replies = new Map<number, Reply>();
  const waiting = new Map<number, (reply: Reply) => void>();
  const order: number[] = [];
  let input = Buffer.alloc(0);
  let stderr = '';
  let nextId = 1;
  channel.on('data', (chunk: Buffer) => {
    input = Buffer.concat([input, chunk]);
    while (input.length >= 4 && input.length >= 4 + input.readUInt32BE(0)) {
      const end = 4 + input.readUInt32BE(0);
      take(input.subarray(4, end));
      input = input.subarray(end);
    }
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  channel.on('error', () => undefined);
  const closed = once(channel, 'close').then(() => stderr);

  function take(bytes: Buffer): void {
    const type = bytes.readUInt8(0);
    // VERSION has no id.
    const reply = type === 2 ? { type, id: -1, body: bytes.subarray(1) } : withId(type, bytes);
    order.push(reply.id);
    replies.set(reply.id, reply);
    waiting.get(reply.id)?.(reply);
  }

  const reply = (id: number): Promise<Reply> => {
    const there = replies.get(id);
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      waiting.set(id, resolve);
      void closed.then(() => reject(new Error(`the channel closed before reply ${id}`)));
    });
  };
  const tell = (type: number, ...fields: readonly Field[]): number => {
    const id = nextId;
    nextId += 1;
    channel.write(packet(type, [id, ...fields]));
    return id;
  };
  return {
    client,
    channel,
    order,
    closed,
    reply,
    tell,
    send: (bytes) => void channel.write(bytes),
    ask: (type, ...fields) => reply(tell(type, ...fields)),
  };
}

function withId(type: number, bytes: Buffer): Reply {
  return { type, id: bytes.readUInt32BE(1), body: bytes.subarray(5) };
}

/** One packet with its length in front. */
export function packet(type: number, fields: readonly Field[]): Buffer {
  const body = Buffer.concat([Buffer.of(type), ...fields.map(encoded)]);
  return Buffer.concat([uint32(body.length), body]);
}

function encoded(field: Field): Uint8Array {
  if (typeof field === 'number') return uint32(field);
  if (typeof field === 'bigint') {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(field);
    return bytes;
  }
  if (typeof field === 'object' && 'raw' in field) return field.raw;
  const bytes = Buffer.from(field);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The code of a STATUS reply; throws for any other reply. */
export function statusOf(reply: Reply): number {
  if (reply.type !== 101) throw new Error(`not a STATUS but ${reply.type}`);
  return reply.body.readUInt32BE(0);
}

export function messageOf(reply: Reply): string {
  return reply.body.subarray(8, 8 + reply.body.readUInt32BE(4)).toString();
}

/** The handle of a HANDLE reply; throws with the status's message for a refusal. */
export function handleOf(reply: Reply): string {
  if (reply.type !== 102) throw new Error(reply.type === 101 ? messageOf(reply) : `reply ${reply.type}`);
  return reply.body.subarray(4).toString();
}
