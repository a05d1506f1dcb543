// Uploads one file: many WRITEs on their way at once, in the order of the file, from a few buffers that are used again.
// Invariant: resolves only when every WRITE and the CLOSE were answered well; memory does not grow with the file or the distance.

import { RemoteError } from '../../domain/remote.ts';
import { openBits, packetTypes } from '../../domain/sftp-wire.ts';
import { closeHandle, openHandle } from './handles.ts';
import type { Sftp } from './open-sftp.ts';
import { watchPace } from './pace.ts';
import { expectOk, explainRefusedWrite } from './sftp-status.ts';

/** Bytes on their way: as much as the window of OpenSSH's server lets through. */
const inFlightBytes = 2 * 1024 * 1024;

export async function putFile(
  sftp: Sftp,
  path: string,
  source: AsyncIterable<Uint8Array>,
  onBytes?: (acknowledged: number) => void,
): Promise<void> {
  let acknowledged = 0;
  try {
    const handle = await openHandle(sftp, 'write', path, openBits.write | openBits.create | openBits.truncate);
    const pace = watchPace(sftp);
    const writes = new Writes(sftp, handle, (length) => {
      acknowledged += length;
      pace(length);
      onBytes?.(acknowledged);
    });
    try {
      for await (const chunk of source) await writes.add(chunk);
      await writes.finish();
    } catch (error) {
      await writes.settled();
      // The server keeps a handle that is not closed; whether this works changes nothing.
      await closeHandle(sftp, 'write', handle).catch(() => undefined);
      throw error;
    }
    await closeHandle(sftp, 'write', handle);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const { stage, kind, facts } = error.observation;
    const seen = new RemoteError({ stage, kind, facts: { ...facts, path, bytesAcknowledged: acknowledged } });
    throw await explainRefusedWrite(sftp, seen, path).catch(() => seen);
  }
}

class Writes {
  readonly #sftp: Sftp;
  readonly #handle: Buffer;
  readonly #acknowledged: (length: number) => void;
  readonly #most: number;
  /** Bytes of a packet before its data: length, type, id, handle, offset, length of the data. */
  readonly #head: number;
  readonly #free: Buffer[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #failed: { error: unknown } | null = null;
  #buffer: Buffer | null = null;
  #filled = 0;
  #offset = 0;

  constructor(sftp: Sftp, handle: Buffer, acknowledged: (length: number) => void) {
    this.#sftp = sftp;
    this.#handle = handle;
    this.#acknowledged = acknowledged;
    this.#head = 4 + 1 + 4 + 4 + handle.length + 8 + 4;
    this.#most = Math.max(2, Math.floor(inFlightBytes / sftp.writeLength));
  }

  async add(chunk: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < chunk.length) {
      this.#buffer ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#head + this.#sftp.writeLength);
      const part = chunk.subarray(taken, taken + this.#sftp.writeLength - this.#filled);
      this.#buffer.set(part, this.#head + this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#sftp.writeLength) await this.#flush();
    }
  }

  /** Sends the rest and waits for every reply. */
  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#flush();
    await this.settled();
    if (this.#failed !== null) throw this.#failed.error;
  }

  /** Resolves when nothing is under way any more. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #flush(): Promise<void> {
    while (this.#underWay.size >= this.#most) await Promise.race(this.#underWay);
    if (this.#failed !== null) throw this.#failed.error;
    const buffer = this.#buffer;
    if (buffer === null) return;
    const length = this.#filled;
    this.#buffer = null;
    this.#filled = 0;
    const write = this.#write(buffer, length, this.#offset).then(
      () => {
        this.#free.push(buffer);
        this.#acknowledged(length);
      },
      (error: unknown) => {
        this.#failed ??= { error };
      },
    );
    this.#offset += length;
    this.#underWay.add(write);
    void write.then(() => this.#underWay.delete(write));
  }

  async #write(buffer: Buffer, length: number, offset: number): Promise<void> {
    const { requests } = this.#sftp;
    const id = requests.newId();
    let at = buffer.writeUInt32BE(this.#head - 4 + length, 0);
    at = buffer.writeUInt8(packetTypes.write, at);
    at = buffer.writeUInt32BE(id, at);
    at = buffer.writeUInt32BE(this.#handle.length, at);
    at += this.#handle.copy(buffer, at);
    at = buffer.writeBigUInt64BE(BigInt(offset), at);
    buffer.writeUInt32BE(length, at);
    const reply = await requests.send('write', id, buffer.subarray(0, this.#head + length));
    expectOk(requests, 'write', reply, {});
  }
}
