// The SFTP server: its port, its links, and its end. Everything of one link is in `link.ts`.
// Invariant: no error of any socket or of ssh2 ever leaves an emitter without a listener.

import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import ssh2 from 'ssh2';
import type { Clock } from '../domain/ports.ts';
import { type Admission, AdmissionDesk, type AdmissionLimits, usualAdmissionLimits } from './admission.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { hostKeysForSsh2 } from './host-keys.ts';
import { InputSlabs } from './input-slabs.ts';
import { Link, type LinkLimits } from './link.ts';
import { listen } from './listening.ts';
import { type LoginRules, usualLoginRules } from './login.ts';
import { createMemoryPenalties, type LoginPenalties } from './login-penalties.ts';
import type { SftpPorts } from './ports.ts';
import { ReceiveWindows, usualWideWindows } from './receive-windows.ts';
import { type LineLimits, usualLineLimits, WaitingLine } from './waiting-line.ts';

const minute = 60_000;

const usualLinkLimits: LinkLimits = {
  loginTime: 30_000,
  idleTime: 30 * minute,
  rekeyBytes: 1024 ** 3,
  rekeyTime: 60 * minute,
  closeTime: 2_000,
  stillTime: 10_000,
  channels: 10,
  openHandles: 100,
};

export type SftpServerOptions = {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Private keys in OpenSSH's or PEM format: Ed25519, ECDSA P-256 and RSA, offered in this order. */
  hostKeys: readonly string[];
  clock: Clock;
  ports: SftpPorts;
  /** Ids of sessions; UUIDs. */
  newSessionId?: () => string;
  penalties?: LoginPenalties;
  limits?: Partial<LinkLimits>;
  loginRules?: Partial<LoginRules>;
  admission?: Partial<AdmissionLimits & LineLimits>;
  /** Between two keepalives, in milliseconds; after three without an answer the link ends. */
  keepaliveTime?: number;
  /** How many channels may have a window of 16 MiB at a time. */
  wideWindows?: number;
  /** How often the time limits are looked at, in milliseconds. */
  checkEvery?: number;
};

export type SftpServer = {
  readonly host: string;
  readonly port: number;
  linkCount(): number;
  /** Ends every session of a feed and resolves with their number when all is written down. */
  endSessions(feedId: string): Promise<number>;
  /**
   * Takes no more links, ends those that do nothing, gives the others `grace` milliseconds to finish, then ends them.
   * Resolves when every link is closed and recorded, or `grace` and a few seconds after the call.
   */
  close(grace?: number): Promise<void>;
};

/** Starts listening. Throws AppError when the port cannot be had. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { clock, ports } = options;
  const limits = { ...usualLinkLimits, ...options.limits };
  const loginRules = { ...usualLoginRules, ...options.loginRules };
  const desk = new AdmissionDesk({ ...usualAdmissionLimits, ...options.admission });
  const line = new WaitingLine(desk, { ...usualLineLimits, ...options.admission });
  const penalties = options.penalties ?? createMemoryPenalties(clock);
  const newSessionId = options.newSessionId ?? randomUUID;
  const windows = new ReceiveWindows(options.wideWindows ?? usualWideWindows);
  const slabs = new InputSlabs();
  const links = new Set<Link>();
  const unidentified = new Map<string, Link>();
  let closing = false;

  const protocol = new ssh2.Server({
    hostKeys: hostKeysForSsh2(options.hostKeys),
    algorithms: offeredAlgorithms,
    ident: 'Causeway',
    keepaliveInterval: options.keepaliveTime ?? 30_000,
    keepaliveCountMax: 3,
  });
  protocol.on('error', (error: unknown) => ports.reportBug('the SSH server failed', error));
  protocol.on('connection', (connection, info) => {
    connection.on('error', () => undefined);
    const link = unidentified.get(socketKey(info.ip, info.port));
    if (link === undefined) connection.end();
    else link.identified(connection, info.header.identRaw);
  });

  // Not a byte of a link is read before it is let in.
  const listener = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined || closing) return void socket.destroy();
    line.arrive(address, {
      letIn: (admission) => begin(socket, { address, port }, admission),
      // A line before the identification is shown by OpenSSH and kept in logs by others (RFC 4253 section 4.2).
      sendAway: (sentence) => turnAway(socket, sentence),
    });
  });

  function begin(socket: Socket, peer: { address: string; port: number }, admission: Admission): void {
    const { address } = peer;
    const link = new Link({
      socket,
      sessionId: newSessionId(),
      address,
      admission,
      ports,
      penalties,
      limits,
      loginRules,
      windows,
      slabs,
      now: () => clock.now(),
      closing: () => closing,
    });
    const key = socketKey(address, peer.port);
    links.add(link);
    unidentified.set(key, link);
    socket.once('close', () => unidentified.delete(key));
    void link.ended.then(() => links.delete(link));
    protocol.injectSocket(socket);
  }

  const port = await listen(listener, options.host, options.port);
  listener.on('error', (error) => ports.reportBug('the SFTP port failed', error));
  const timer = setInterval(() => {
    for (const link of links) link.checkTime();
    line.checkTime();
  }, options.checkEvery ?? 15_000);
  timer.unref();

  async function close(grace = 10_000): Promise<void> {
    closing = true;
    clearInterval(timer);
    listener.close();
    line.close('This server is about to stop. Connect again in a minute.');
    const deadline = performance.now() + grace;
    while (links.size > 0 && performance.now() < deadline) {
      for (const link of links) if (!link.isBusy) link.end('server-closing');
      await endedWithin(links, 50);
    }
    for (const link of links) link.end('server-closing');
    await endedWithin(links, limits.closeTime + 3_000);
  }

  return {
    host: options.host,
    port,
    linkCount: () => links.size,
    async endSessions(feedId) {
      const ofFeed = [...links].filter((link) => link.feedId === feedId);
      for (const link of ofFeed) link.end('ended-by-server');
      await allEnded(ofFeed);
      return ofFeed.length;
    },
    close,
  };
}

function allEnded(links: Iterable<Link>): Promise<unknown> {
  return Promise.all([...links].map((link) => link.ended));
}

async function endedWithin(links: Iterable<Link>, milliseconds: number): Promise<void> {
  const enough = new AbortController();
  const time = delay(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([allEnded(links), time]);
  enough.abort();
}

/** ssh2 names a link only by the other side's address and port, which are its own as long as the socket is open. */
function socketKey(address: string | undefined, port: number | undefined): string {
  return `${address} ${port}`;
}

function turnAway(socket: Socket, sentence: string): void {
  socket.end(`${sentence}\r\n`);
  socket.resume();
  setTimeout(() => socket.destroy(), 1_000).unref();
}
