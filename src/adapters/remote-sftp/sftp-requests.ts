// Requests and replies of SFTP version 3 (draft-ietf-secsh-filexfer-02) over one channel: ids, the wait for each reply, its limit.
// Invariant: every request ends, by its reply, by silence, or by the end of the link; a reply that nobody asked for ends the link.

import type { ClientChannel } from 'ssh2';
import { RemoteError, type StageName } from '../../domain/remote.ts';
import { PacketReader } from '../../domain/sftp-packets.ts';
import { MalformedPacket, packetTypes, WireReader, WireWriter } from '../../domain/sftp-wire.ts';
import type { RemoteLimits } from './limits.ts';
import { boundedText, type Link, type LinkEnd } from './link.ts';

export type Reply = { type: number; body: WireReader };

type Waiting = { stage: StageName; resolve(reply: Reply): void; reject(error: RemoteError): void };

export class SftpRequests {
  readonly link: Link;
  readonly #channel: ClientChannel;
  readonly #silence: number;
  readonly #reader = new PacketReader();
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #timer: NodeJS.Timeout | null = null;
  #version: ((reader: WireReader) => void) | null = null;
  #said = '';

  constructor(link: Link, channel: ClientChannel, limits: RemoteLimits) {
    this.link = link;
    this.#channel = channel;
    this.#silence = limits.requestTime;
    channel.on('data', (chunk: Buffer) => this.#take(chunk));
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#said = boundedText(`${this.#said} ${boundedText(chunk)}`);
    });
    channel.on('error', () => undefined);
    channel.on('close', () => this.#gone());
    channel.on('end', () => this.#gone());
    link.onceEnded((end) => this.#rejectAll(end));
  }

  /** Says INIT and gives the extensions that the server names in its VERSION. */
  begin(time: number): Promise<Map<string, string>> {
    return this.link.step<Map<string, string>>('sftp', time, (resolve) => {
      this.#version = (reader) => {
        const version = reader.uint32();
        if (version !== 3) return this.link.fail('protocol-error', { detail: `version ${version} of SFTP` });
        const extensions = new Map<string, string>();
        while (reader.remaining > 0) extensions.set(reader.text(), reader.text());
        this.#version = null;
        resolve(extensions);
      };
      this.#channel.write(new WireWriter(packetTypes.init).uint32(3).finish());
    });
  }

  /** Sends one request whose fields `fill` writes. Throws RemoteError of `stage` when no reply comes. */
  ask(stage: StageName, type: number, fill: (writer: WireWriter) => void): Promise<Reply> {
    const writer = new WireWriter(type);
    const id = this.newId();
    writer.uint32(id);
    fill(writer);
    return this.send(stage, id, writer.finish());
  }

  newId(): number {
    this.#nextId = (this.#nextId + 1) >>> 0;
    return this.#nextId;
  }

  /** Sends a packet that was built with `newId`; its bytes must stay as they are until the reply. */
  send(stage: StageName, id: number, packet: Buffer): Promise<Reply> {
    const { end } = this.link;
    if (end !== null) return Promise.reject(this.#error(stage, end, false));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { stage, resolve, reject });
      this.#timer ??= setTimeout(() => this.#silent(), this.#silence);
      this.#channel.write(packet);
    });
  }

  /** Reads a reply's fields; a reply that ends before them ends the link. */
  parse<T>(stage: StageName, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.link.fail('protocol-error', { detail: error.message });
      throw new RemoteError({ stage, kind: 'protocol-error', facts: { detail: error.message } });
    }
  }

  #take(chunk: Buffer): void {
    if (this.link.end !== null) return;
    if (this.#version !== null && this.#said === '' && isText(chunk)) this.#said = boundedText(chunk);
    this.#reader.push(chunk);
    for (let packet = this.#reader.next(); packet !== undefined; packet = this.#reader.next()) {
      if (packet.kind === 'packet') this.#deliver(packet.type, new WireReader(packet.body));
      else this.#broken('a packet of an impossible length or type');
      if (this.link.end !== null) return;
    }
  }

  #deliver(type: number, body: WireReader): void {
    try {
      if (type === packetTypes.version && this.#version !== null) {
        this.#version(body);
        return;
      }
      const id = body.uint32();
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) throw new MalformedPacket('a reply that nobody asked for');
      this.#waiting.delete(id);
      this.#heard();
      waiting.resolve({ type, body });
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#broken(error.message);
    }
  }

  /** A log-in script that prints, or a login that may not use SFTP, says so in plain text where packets should be. */
  #broken(detail: string): void {
    if (this.#version === null || this.#said === '') this.link.fail('protocol-error', { detail });
    else this.link.fail('sftp-not-offered', { text: this.#said });
  }

  #gone(): void {
    const text = this.#said === '' ? {} : { text: this.#said };
    this.link.fail(this.#version === null ? 'closed' : 'sftp-not-offered', text);
  }

  #heard(): void {
    if (this.#timer === null) return;
    if (this.#waiting.size > 0) this.#timer.refresh();
    else {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  #silent(): void {
    this.link.fail('timed-out', { seconds: this.#silence / 1000 });
  }

  #rejectAll(end: LinkEnd): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { stage, reject } of waiting) reject(this.#error(stage, end, true));
  }

  /** `requestSent` tells whether the server may have done what was asked. */
  #error(stage: StageName, { kind, facts }: LinkEnd, requestSent: boolean): RemoteError {
    return new RemoteError({ stage, kind, facts: { address: this.link.address, ...facts, requestSent } });
  }
}

/** Would these bytes be a greeting rather than the length of a packet? */
function isText(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.subarray(0, 4).every((byte) => byte >= 0x09 && byte < 0x7f);
}
