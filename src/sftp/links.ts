// The SSH links of this process, from the socket that was let in to their end. Everything of one link is in `link.ts`.
// Invariant: no error of any socket or of ssh2 ever leaves an emitter without a listener.

import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import ssh2 from 'ssh2';
import type { Clock } from '../domain/ports.ts';
import type { Admission } from './admission.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { hostKeysForSsh2 } from './host-keys.ts';
import { InputSlabs } from './input-slabs.ts';
import { Link, type LinkLimits } from './link.ts';
import { type LoginRules, usualLoginRules } from './login.ts';
import type { LoginPenalties } from './login-penalties.ts';
import type { SftpPorts } from './ports.ts';
import { ReceiveWindows, usualWideWindows } from './receive-windows.ts';

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

export type LinksOptions = {
  /** Private keys in OpenSSH's or PEM format: Ed25519, ECDSA P-256 and RSA, offered in this order. */
  hostKeys: readonly string[];
  clock: Clock;
  ports: SftpPorts;
  penalties: LoginPenalties;
  limits?: Partial<LinkLimits> | undefined;
  loginRules?: Partial<LoginRules> | undefined;
  /** Between two keepalives, in milliseconds; after three without an answer the link ends. */
  keepaliveTime?: number | undefined;
  /** How many channels may have a window of 16 MiB at a time. */
  wideWindows?: number | undefined;
  /** How often the time limits are looked at, in milliseconds. */
  checkEvery?: number | undefined;
};

/** `sessionId` is a UUID; `address` and `port` are the other side's. */
export type NewLink = { sessionId: string; address: string; port: number };

export type Links = {
  /** Takes a socket of which nothing was read. Resolves when the link has ended and is recorded. */
  begin(socket: Socket, link: NewLink, admission: Admission): Promise<void>;
  count(): number;
  /** Ends every session of a feed and resolves with their number when all is written down. */
  endSessions(feedId: string): Promise<number>;
  /**
   * Ends links that do nothing, gives the others `grace` milliseconds to finish, then ends them. Resolves when every link is
   * closed and recorded, or `grace` and a few seconds after the call.
   */
  close(grace: number): Promise<void>;
};

export function openLinks(options: LinksOptions): Links {
  const { clock, ports, penalties } = options;
  const limits = { ...usualLinkLimits, ...options.limits };
  const loginRules = { ...usualLoginRules, ...options.loginRules };
  const windows = new ReceiveWindows(options.wideWindows ?? usualWideWindows);
  const slabs = new InputSlabs();
  const links = new Set<Link>();
  const unidentified = new Map<string, Link>();
  /** When the sessions of a feed were last ended: who had begun to log in before then is ended, too. */
  const endings = new Map<string, number>();
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
  const timer = setInterval(() => {
    for (const link of links) link.checkTime();
    for (const [feedId, at] of endings) if (performance.now() - at > 2 * limits.loginTime) endings.delete(feedId);
  }, options.checkEvery ?? 15_000);
  timer.unref();

  return {
    begin(socket, { sessionId, address, port }, admission) {
      const began = performance.now();
      const link = new Link({
        socket,
        sessionId,
        address,
        admission: {
          ...admission,
          loggedIn() {
            admission.loggedIn();
            // Its password may have been looked at before it was renewed.
            setImmediate(() => {
              if ((endings.get(link.feedId ?? '') ?? 0) >= began) link.end('ended-by-server');
            });
          },
        },
        ports,
        penalties,
        limits,
        loginRules,
        windows,
        slabs,
        now: () => clock.now(),
        closing: () => closing,
      });
      const key = socketKey(address, port);
      links.add(link);
      unidentified.set(key, link);
      socket.once('close', () => unidentified.delete(key));
      const ended = link.ended.then(() => void links.delete(link));
      protocol.injectSocket(socket);
      return ended;
    },
    count: () => links.size,
    async endSessions(feedId) {
      endings.set(feedId, performance.now());
      const ofFeed = [...links].filter((link) => link.feedId === feedId);
      for (const link of ofFeed) link.end('ended-by-server');
      await allEnded(ofFeed);
      return ofFeed.length;
    },
    async close(grace) {
      closing = true;
      clearInterval(timer);
      const deadline = performance.now() + grace;
      while (links.size > 0 && performance.now() < deadline) {
        for (const link of links) if (!link.isBusy) link.end('server-closing');
        await endedWithin(links, 50);
      }
      for (const link of links) link.end('server-closing');
      await endedWithin(links, limits.closeTime + 3_000);
    },
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
