// The SFTP server in one process: its port and its links. In several processes it is `processes/start-processes.ts`.
// Invariant: nobody is let in before what `prepare` does is done, and that is not begun before the port is ours.

import { randomUUID } from 'node:crypto';
import type { AdmissionLimits } from './admission.ts';
import { bindDoor, type DoorOptions } from './door.ts';
import { type LinksOptions, openLinks } from './links.ts';
import { createMemoryPenalties, type LoginPenalties } from './login-penalties.ts';
import type { LineLimits } from './waiting-line.ts';

/** What a server needs for its port, in one process or in several. */
export type PortOptions = Omit<DoorOptions, 'reportBug'> & {
  admission?: Partial<AdmissionLimits & LineLimits>;
  penalties?: LoginPenalties;
  /** Ids of sessions; UUIDs. */
  newSessionId?: () => string;
  /** How often the time limits are looked at, in milliseconds. */
  checkEvery?: number;
  /** Runs when the port is ours, before anybody is let in. */
  prepare?: () => Promise<unknown>;
};

export type SftpServerOptions = PortOptions & Omit<LinksOptions, 'penalties' | 'checkEvery'>;

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

export const usualGrace = 10_000;
export const usualCheckEvery = 15_000;

/** Starts listening. Throws AppError when the port cannot be had. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { host, ports, clock } = options;
  const newSessionId = options.newSessionId ?? randomUUID;
  const door = await bindDoor({ ...options, reportBug: ports.reportBug });
  try {
    await options.prepare?.();
  } catch (error) {
    door.close();
    throw error;
  }
  const links = openLinks({ ...options, penalties: options.penalties ?? createMemoryPenalties(clock) });
  door.open((socket, peer, admission) => void links.begin(socket, { sessionId: newSessionId(), ...peer }, admission));
  const timer = setInterval(() => door.checkTime(), options.checkEvery ?? usualCheckEvery);
  timer.unref();
  return {
    host,
    port: door.port,
    linkCount: () => links.count(),
    endSessions: (feedId) => links.endSessions(feedId),
    async close(grace = usualGrace) {
      clearInterval(timer);
      door.close();
      await links.close(grace);
    },
  };
}
