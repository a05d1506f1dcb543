// One SFTP channel: takes requests in the order in which they came and holds the client back when it is too fast.
// Invariant: the root's `end()` is called exactly once, after every call into the root has settled.

import type { ServerChannel } from 'ssh2';
import { statusCodes } from '../domain/sftp-wire.ts';
import { VirtualFileError, type VirtualRoot } from '../domain/virtual-files.ts';
import { type FileHandle, Handles } from './handles.ts';
import type { InputBrake } from './input-brake.ts';
import type { InputSlabs } from './input-slabs.ts';
import { type OperationContext, type OrderedRequest, operate } from './operations.ts';
import type { SessionTotals } from './ports.ts';
import { errorReply, statusReply, versionReply } from './replies.ts';
import { ReplyQueue, type Transport } from './reply-queue.ts';
import { decodeRequest, type Request } from './requests.ts';
import { SessionInput } from './session-input.ts';
import { Transfers } from './transfers.ts';

export type SftpSessionOptions = {
  channel: ServerChannel;
  root: VirtualRoot;
  transport: Transport;
  brake: InputBrake;
  slabs: InputSlabs;
  /** Told of each chunk of the channel's data that was copied and is not needed any more. */
  taken(chunk: Buffer): void;
  /** Added to as files come and go. */
  totals: SessionTotals;
  maxOpenHandles: number;
  now(): Date;
  /** True when the server is about to stop. */
  closing(): boolean;
  /** Called for every request. */
  active(): void;
  reportBug(message: string, cause: unknown): void;
};

/** `unfinished`: requests were cut off. `protocolError`: the sentence that the client was told when it broke the protocol. */
export type SftpSessionEnd = { uploadOpen: boolean; unfinished: boolean; protocolError: string | undefined };

/** With more unread input than this, in bytes, a session that takes nothing also stops its client. */
const unreadInputLimit = 64 * 1024;

export class SftpSession {
  /** Resolves when the root has ended, too. */
  readonly ended: Promise<SftpSessionEnd>;
  readonly #options: SftpSessionOptions;
  readonly #context: OperationContext;
  readonly #handles: Handles;
  readonly #input: SessionInput;
  readonly #replies: ReplyQueue;
  readonly #transfers: Transfers;
  readonly #resolveEnded: (end: SftpSessionEnd) => void;
  #greeted = false;
  /** A request runs that all later ones wait for. */
  #inOrder = false;
  #inputEnded = false;
  #dead = false;
  #finishing = false;
  #unfinished = false;
  #protocolError: string | undefined;

  constructor(options: SftpSessionOptions) {
    const { channel, root, totals, now, closing } = options;
    this.#options = options;
    this.#handles = new Handles(options.maxOpenHandles);
    this.#input = new SessionInput(options.slabs);
    const fileReceived = (): void => {
      totals.filesReceived += 1;
    };
    this.#context = { root, handles: this.#handles, now, closing, fileReceived };
    const changed = (): void => this.#pump();
    this.#replies = new ReplyQueue(channel, options.transport, changed);
    const refuse = (id: number, error: unknown): void => this.#refuse(id, error);
    const isShort = (): boolean => options.slabs.isShort;
    this.#transfers = new Transfers({ replies: this.#replies, totals, isShort, refuse, changed });
    const { promise, resolve } = Promise.withResolvers<SftpSessionEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#listen(channel);
  }

  /** True while an end would cost the client something: a file open for writing, or requests not yet answered. */
  get isBusy(): boolean {
    return !this.#finishing && (this.isWorking || this.#uploadOpen);
  }

  /** True while a request runs. */
  get isWorking(): boolean {
    return this.#inOrder || this.#transfers.running;
  }

  /** Bytes that have come and are not taken yet. */
  get unread(): number {
    return this.#input.buffered;
  }

  /** Goes on where the transport below held it up. */
  wake(): void {
    this.#pump();
  }

  /** Ends it now: nothing more is read or answered; what runs in the root is waited for. */
  stop(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#unfinished = this.isWorking;
    this.#replies.stop();
    this.#pump();
  }

  get #uploadOpen(): boolean {
    return this.#handles.files().some((handle) => handle.flags.write);
  }

  #listen(channel: ServerChannel): void {
    const { taken } = this.#options;
    channel.on('error', () => this.stop());
    channel.on('close', () => this.stop());
    channel.on('data', (chunk: Buffer) => {
      // ssh2 goes on giving data after a channel was ended.
      if (this.#dead) return;
      this.#input.push(chunk);
      taken(chunk);
      this.#pump();
    });
    channel.on('end', () => {
      this.#inputEnded = true;
      this.#pump();
    });
  }

  /** Takes as many requests as may be taken now. Called whenever something has changed. */
  #pump(): void {
    try {
      this.#takeAll();
    } catch (error) {
      // A defect here ends this session, never the process with everybody's.
      this.#options.reportBug('an SFTP session failed', error);
      this.#break('the server had an internal error');
    }
    this.#regulate();
    const over = this.#dead || (this.#inputEnded && !this.#transfers.full);
    if (over && !this.isWorking) void this.#finish();
  }

  #takeAll(): void {
    while (!this.#dead && !this.#inOrder && !this.#transfers.full) {
      const packet = this.#input.next();
      if (packet === undefined) break;
      this.#options.active();
      if (packet.kind === 'bad-length') this.#break(`a packet says that it has ${packet.length} bytes`);
      else this.#take(decodeRequest(packet));
    }
    this.#input.rest();
  }

  #regulate(): void {
    const waits = this.#inOrder || this.#transfers.full;
    this.#options.brake.set(!this.#dead && waits && this.#input.buffered > unreadInputLimit);
  }

  #take(request: Request): void {
    if (request.kind === 'init') {
      this.#greeted = true;
      this.#replies.push(versionReply());
    } else if (!this.#greeted) this.#break('the first packet is not INIT');
    else if (request.kind === 'malformed') this.#malformed(request);
    else if (request.kind === 'read') this.#transfer(request, (handle) => this.#transfers.read(handle, request));
    else if (request.kind === 'write') this.#write(request);
    else this.#inTurn(request.id, () => this.#operate(request));
  }

  #malformed(request: { id: number | undefined; reason: string }): void {
    if (request.id === undefined) this.#break(request.reason);
    else this.#replies.push(statusReply(request.id, statusCodes.badMessage, `Bad request: ${request.reason}.`));
  }

  #write(request: Extract<Request, { kind: 'write' }>): void {
    const done = this.#input.hold();
    this.#transfer(request, (handle) => this.#transfers.write(handle, request, done), done);
  }

  /** Reads overlap reads and writes overlap writes; a read of a file waits for its earlier writes, and the other way round. */
  #transfer(
    request: Extract<Request, { kind: 'read' | 'write' }>,
    begin: (handle: FileHandle) => void,
    refused?: () => void,
  ): void {
    try {
      const handle = this.#handles.file(request.handle);
      const reads = request.kind === 'read';
      if (reads ? !handle.flags.read : !handle.flags.write)
        throw new VirtualFileError('permission-denied', `The file was not opened to ${request.kind}.`);
      if (reads ? !handle.writes.isRunning : !handle.hasReads) begin(handle);
      else this.#inTurn(request.id, () => handle.idle().then(() => begin(handle)));
    } catch (error) {
      refused?.();
      this.#refuse(request.id, error);
    }
  }

  async #operate(request: OrderedRequest): Promise<void> {
    await Promise.all(this.#handles.files().map((handle) => handle.writes.idle()));
    if ('handle' in request) await this.#handles.idle(request.handle);
    this.#replies.push(await operate(this.#context, request));
  }

  /** Everything that comes later waits for this. */
  #inTurn(id: number, work: () => Promise<void>): void {
    this.#inOrder = true;
    void work()
      .catch((error: unknown) => this.#refuse(id, error))
      .finally(() => {
        this.#inOrder = false;
        this.#pump();
      });
  }

  #refuse(id: number, error: unknown): void {
    if (!(error instanceof VirtualFileError)) this.#options.reportBug('an SFTP request failed', error);
    this.#replies.push(errorReply(id, error));
  }

  /** The client broke the protocol: what it sent before is finished, then the session ends. */
  #break(reason: string): void {
    this.#protocolError = reason;
    this.#dead = true;
  }

  async #finish(): Promise<void> {
    if (this.#finishing) return;
    this.#finishing = true;
    const end: SftpSessionEnd = {
      uploadOpen: this.#uploadOpen,
      unfinished: this.#unfinished || this.#input.buffered > 0,
      protocolError: this.#protocolError,
    };
    this.#dead = true;
    this.#input.end();
    this.#closeChannel();
    try {
      await this.#options.root.end();
    } catch (error) {
      this.#options.reportBug('the end of an SFTP session failed', error);
    }
    this.#resolveEnded(end);
  }

  /** OpenSSH waits for the server's end of the channel after its own. */
  #closeChannel(): void {
    const { channel } = this.#options;
    this.#replies.flush();
    try {
      if (this.#protocolError !== undefined)
        channel.stderr.write(`The SFTP session ends, because ${this.#protocolError}.\r\n`);
      channel.exit(this.#protocolError === undefined ? 0 : 1);
      channel.end();
    } catch {
      // The link broke a moment ago.
    }
  }
}
