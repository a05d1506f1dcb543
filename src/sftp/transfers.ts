// READ and WRITE of one session: may overlap, are counted while they run, and answer as they finish.
// Invariant: every request that is begun here is answered or refused exactly once.

import { maxDataLength } from '../domain/sftp-wire.ts';
import type { FileHandle } from './handles.ts';
import type { SessionTotals } from './ports.ts';
import { dataHead, dataHeadLength, eofReply, okReply } from './replies.ts';
import type { ReplyQueue } from './reply-queue.ts';
import type { Request } from './requests.ts';

type ReadRequest = Extract<Request, { kind: 'read' }>;
type WriteRequest = Extract<Request, { kind: 'write' }>;

/** In bytes, for one session. */
const limits = { writesInFlight: 4 * 1024 * 1024, writesWhenShort: 512 * 1024, readsAndReplies: 2 * 1024 * 1024 };

/** What a request weighs besides its data, so that a flood of tiny ones is bounded, too. */
const requestCost = 256;

export type TransferOptions = {
  replies: ReplyQueue;
  totals: SessionTotals;
  /** True when all sessions together hold so much that each must do with less. */
  isShort(): boolean;
  refuse(id: number, error: unknown): void;
  /** Called after each request that has been answered. */
  changed(): void;
};

export class Transfers {
  readonly #options: TransferOptions;
  #writesInFlight = 0;
  #readsInFlight = 0;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** No further request may be taken now. */
  get full(): boolean {
    const { replies, isShort } = this.#options;
    return (
      this.#writesInFlight > limits.writesInFlight ||
      (this.#writesInFlight > limits.writesWhenShort && isShort()) ||
      this.#readsInFlight + replies.unsent > limits.readsAndReplies
    );
  }

  get running(): boolean {
    return this.#writesInFlight > 0 || this.#readsInFlight > 0;
  }

  /** `done` is called when the request's data is no longer needed. */
  write(handle: FileHandle, request: WriteRequest, done: () => void): void {
    const { replies, totals, refuse, changed } = this.#options;
    const { id, position, data, dataLength: length } = request;
    const cost = length + requestCost;
    this.#writesInFlight += cost;
    handle.written = true;
    const settled = (error: unknown): void => {
      this.#writesInFlight -= cost;
      done();
      if (error === undefined) {
        totals.bytesIn += length;
        replies.push(okReply(id));
      } else refuse(id, error);
      changed();
    };
    handle.writes.add({ position, data, length, settled });
  }

  read(handle: FileHandle, request: ReadRequest): void {
    const { refuse, changed } = this.#options;
    const length = Math.min(request.length, maxDataLength);
    const cost = length + requestCost;
    this.#readsInFlight += cost;
    handle.readStarted();
    void this.#answer(handle, request, length)
      .catch((error: unknown) => refuse(request.id, error))
      .finally(() => {
        this.#readsInFlight -= cost;
        handle.readDone();
        changed();
      });
  }

  async #answer(handle: FileHandle, request: ReadRequest, length: number): Promise<void> {
    const { replies, totals } = this.#options;
    const reply = Buffer.allocUnsafe(dataHeadLength + length);
    const read = await handle.file.read(reply.subarray(dataHeadLength), length, request.position);
    if (read === 0) return replies.push(eofReply(request.id));
    totals.bytesOut += read;
    dataHead(request.id, read).copy(reply);
    replies.push(reply.subarray(0, dataHeadLength + read));
  }
}
