// One socket from its first byte to its end: login, SFTP channels, time limits, and its line in the session log.
// Invariant: told to the session log exactly once (refused, or started and then ended), after all its roots have ended.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { type SessionFacts, VirtualFileError } from '../domain/virtual-files.ts';
import type { Admission } from './admission.ts';
import { openChannels, refuse } from './channels.ts';
import { InputBrake } from './input-brake.ts';
import type { InputSlabs } from './input-slabs.ts';
import { type LinkEndReason, printable, refusedSession, sessionEnd } from './link-end.ts';
import { type AcceptedLogin, Login, type LoginRules } from './login.ts';
import type { LoginPenalties } from './login-penalties.ts';
import type { EdgeRefusalReason, SessionTotals, SftpPorts, StartedSession } from './ports.ts';
import type { ReceiveWindows } from './receive-windows.ts';
import { Rekeying, type RekeyLimits } from './rekeying.ts';
import { SftpSession, type SftpSessionEnd } from './session.ts';
import { SocketGuard } from './socket-guard.ts';
import { SpentInput } from './spent-input.ts';
import { channelWasOverrun, errorLevel, keepsBytesOf, packetsKeptBack } from './ssh2-inside.ts';

/** Times in milliseconds. */
export type LinkLimits = RekeyLimits & {
  /** From the first byte to the login. */
  loginTime: number;
  /** Without any request. */
  idleTime: number;
  /** How long a socket may take to close after our good-bye. */
  closeTime: number;
  /** How long a link is not read at all because its session has enough to do. */
  stillTime: number;
  channels: number;
  openHandles: number;
};

export type LinkOptions = {
  socket: Socket;
  sessionId: string;
  address: string;
  admission: Admission;
  ports: SftpPorts;
  penalties: LoginPenalties;
  limits: LinkLimits;
  loginRules: LoginRules;
  windows: ReceiveWindows;
  slabs: InputSlabs;
  now(): Date;
  /** True when the server is about to stop. */
  closing(): boolean;
};

/** Far more packets than an honest client makes us send during one key exchange. */
const keptBackLimit = 50_000;

export class Link {
  /** Resolves when the socket is closed, every root has ended and the session log has been told. */
  readonly ended: Promise<void>;
  readonly #options: LinkOptions;
  readonly #over = new AbortController();
  readonly #totals: SessionTotals = { filesReceived: 0, bytesIn: 0, bytesOut: 0 };
  readonly #sessions = new Map<SftpSession, ServerChannel>();
  /** Open ones, also while their session is being made. */
  readonly #channels = new Set<ServerChannel>();
  readonly #spent = new SpentInput();
  readonly #guard: SocketGuard;
  readonly #sessionEnds: Promise<SftpSessionEnd>[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #loginTimer: NodeJS.Timeout;
  #connection: Connection | undefined;
  #rekeying: Rekeying | undefined;
  #client = '';
  #login: Login | undefined;
  #accepted: AcceptedLogin | undefined;
  #started: StartedSession | undefined;
  #refusal: EdgeRefusalReason | undefined;
  #endReason: LinkEndReason | undefined;
  #broken = false;
  #hungUp = false;
  #lastActive = performance.now();

  constructor(options: LinkOptions) {
    this.#options = options;
    const { socket, limits } = options;
    this.#loginTimer = setTimeout(() => this.#turnAway('login-timeout'), limits.loginTime);
    socket.on('error', () => {
      this.#broken = true;
    });
    this.#guard = new SocketGuard(socket, () => this.#beforeData());
    this.#spent.watchBefore(socket);
    this.ended = new Promise((resolve) => {
      socket.once('close', () => void this.#closed().then(resolve));
    });
  }

  /** The feed of the session; undefined before its login. */
  get feedId(): string | undefined {
    return this.#accepted?.feedId;
  }

  /** True while an end would cost the client something: an upload, or a request that runs. */
  get isBusy(): boolean {
    return [...this.#sessions.keys()].some((session) => session.isBusy);
  }

  /** ssh2 has read the client's identification. Must be called in the same turn, before more is read. */
  identified(connection: Connection, client: string): void {
    this.#connection = connection;
    this.#client = printable(client);
    this.#rekeying = new Rekeying(connection, this.#options.socket, this.#options.limits);
    const login = this.#newLogin();
    this.#login = login;
    connection.on('error', (error: unknown) => this.#failed(error));
    this.#spent.watchAfter(this.#options.socket, (chunk) => this.#isNeeded(connection, chunk));
    connection.on('handshake', () => {
      for (const session of this.#sessions.keys()) session.wake();
    });
    connection.on('authentication', (ctx) => this.#track(login.request(ctx)));
    openChannels(connection, {
      isLoggedIn: () => this.#started !== undefined,
      maxOpen: this.#options.limits.channels,
      sftp: (channel) => this.#track(this.#openSftp(channel)),
    });
  }

  /** Ends the link: a good-bye first, the hard way when the other side does not close. */
  end(reason: LinkEndReason): void {
    this.#endReason ??= reason;
    if (this.#started === undefined && reason === 'server-closing') this.#refusal ??= 'server-closing';
    this.#hangUp();
  }

  /** Looks at the time limits; called by the server now and then. */
  checkTime(): void {
    if (this.#started === undefined) return;
    const works = [...this.#sessions.keys()].some((session) => session.isWorking);
    if (works) this.#lastActive = performance.now();
    if (performance.now() - this.#lastActive >= this.#options.limits.idleTime) this.end('idle');
    // The client's part in a key exchange must be read.
    else if (!this.#guard.isHeld) this.#rekeying?.check();
  }

  #newLogin(): Login {
    const { sessionId, address, ports, penalties, loginRules } = this.#options;
    return new Login({
      rules: loginRules,
      authenticate: ports.authenticate,
      penalties,
      sessionId,
      address,
      client: this.#client,
      ended: this.#over.signal,
      accepted: (result, username, method) => this.#admit(result, username, method),
      giveUp: (reason) => this.#turnAway(reason),
      reportBug: ports.reportBug,
    });
  }

  async #admit(result: AcceptedLogin, username: string, loginMethod: string): Promise<boolean> {
    const { sessionId, address, ports, admission } = this.#options;
    const { institutionId, feedId } = result;
    const started = { sessionId, address, client: this.#client, loginMethod, institutionId, feedId, username };
    try {
      await ports.sessions.sessionStarted(started);
    } catch (error) {
      ports.reportBug('a session could not be recorded', error);
      return false;
    }
    clearTimeout(this.#loginTimer);
    admission.loggedIn();
    this.#accepted = result;
    this.#started = started;
    this.#lastActive = performance.now();
    return true;
  }

  async #openSftp(channel: ServerChannel): Promise<void> {
    const { socket, ports, limits, windows, slabs, now, closing } = this.#options;
    if (this.#accepted === undefined || this.#started === undefined) return refuse(channel, 'Log in first.\r\n');
    channel.on('error', () => undefined);
    this.#channels.add(channel);
    channel.once('close', () => this.#channels.delete(channel));
    const { sessionId, loginMethod, client, address } = this.#started;
    const facts: SessionFacts = { sessionId, loginMethod, client, address };
    try {
      const root = await this.#accepted.openRoot(facts);
      const session = new SftpSession({
        channel,
        root,
        transport: {
          unsentBytes: () => (this.#rekeying?.isUnderWay ? Number.POSITIVE_INFINITY : socket.writableLength),
          onceDrained: (callback) => void socket.once('drain', callback),
        },
        brake: new InputBrake({
          channel,
          guard: this.#guard,
          isAlone: () => this.#channels.size === 1 && this.#rekeying?.isUnderWay !== true,
          patience: limits.stillTime,
        }),
        slabs,
        taken: (chunk) => this.#spent.taken(chunk),
        totals: this.#totals,
        maxOpenHandles: limits.openHandles,
        now,
        closing,
        active: () => {
          this.#lastActive = performance.now();
        },
        reportBug: ports.reportBug,
      });
      const unwatch = windows.watch({ channel, session, totals: this.#totals });
      this.#sessions.set(session, channel);
      this.#sessionEnds.push(session.ended);
      void session.ended.then(() => this.#sessions.delete(session)).then(unwatch);
      if (this.#over.signal.aborted) session.stop();
    } catch (error) {
      if (!(error instanceof VirtualFileError)) ports.reportBug('an SFTP session could not begin', error);
      const sentence = error instanceof VirtualFileError ? error.message : 'The server had an internal error.';
      if (!this.#over.signal.aborted) refuse(channel, `${sentence}\r\n`);
    }
  }

  /** Is anything in what the socket gave still to be read, by ssh2 or by a channel that had to stop? */
  #isNeeded(connection: Connection, chunk: Buffer): boolean {
    if (this.#started === undefined || keepsBytesOf(connection, chunk)) return true;
    for (const channel of this.#channels) if (channel.readableLength > 0) return true;
    return false;
  }

  #beforeData(): void {
    const connection = this.#connection;
    if (connection !== undefined && packetsKeptBack(connection) > keptBackLimit) this.end('protocol-error');
    if (this.#started !== undefined) this.#rekeying?.check();
    for (const channel of this.#sessions.values()) if (channelWasOverrun(channel)) this.end('protocol-error');
  }

  #failed(error: unknown): void {
    const level = errorLevel(error);
    if (level === 'handshake') this.#refusal ??= 'handshake-failed';
    else if (level === 'client-timeout') this.#endReason ??= 'client-silent';
    else if (level === 'protocol') this.#endReason ??= 'protocol-error';
    else this.#broken = true;
    this.#hangUp();
  }

  /** Ends a link that has no login yet. */
  #turnAway(reason: EdgeRefusalReason): void {
    this.#refusal ??= reason;
    this.#hangUp();
  }

  #hangUp(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    const { socket, limits } = this.#options;
    this.#stopSessions();
    try {
      this.#connection?.end();
    } catch {
      // ssh2's state is broken; the socket is ended all the same.
    }
    socket.end();
    setTimeout(() => socket.destroy(), limits.closeTime).unref();
  }

  #stopSessions(): void {
    this.#over.abort();
    for (const session of this.#sessions.keys()) session.stop();
  }

  /** Work that the end of the link waits for. */
  #track(work: Promise<void>): void {
    const safe = work.catch((error: unknown) => this.#options.ports.reportBug('an SSH link failed', error));
    this.#running.add(safe);
    void safe.then(() => this.#running.delete(safe));
  }

  async #closed(): Promise<void> {
    const { admission, ports } = this.#options;
    clearTimeout(this.#loginTimer);
    this.#stopSessions();
    admission.ended();
    await Promise.all(this.#running);
    const ends = await Promise.all(this.#sessionEnds);
    try {
      if (this.#started === undefined) await this.#tellRefused();
      else
        await ports.sessions.sessionEnded(this.#started, this.#totals, sessionEnd(this.#endReason, this.#broken, ends));
    } catch (error) {
      ports.reportBug('the end of a session could not be recorded', error);
    }
  }

  async #tellRefused(): Promise<void> {
    const { sessionId, address, ports } = this.#options;
    const refused = refusedSession({ sessionId, address, client: this.#client }, this.#login?.history, this.#refusal);
    if (refused !== null) await ports.sessions.sessionRefused(refused);
  }
}
