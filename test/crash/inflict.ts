// Does to an installation what a round has chosen, and brings it back to where it answers.
// Invariant: every process that is killed here belongs to the installation, and is killed by its number.

import { setTimeout as pause } from 'node:timers/promises';
import type { Link } from '../kit/partners/link.ts';
import type { Fault } from './faults.ts';
import type { Installation } from './installation.ts';

export type Blow = {
  fault: Fault;
  /** From 0 to 1: which of several sessions it hits. */
  which: number;
  /** How long the disk stays full, the line deaf, or the second start lives, in milliseconds. */
  lasts: number;
};

/** The other side: the line to it or from it, and, where it is a server, what kills its processes. */
export type OtherSide = { line: Pick<Link, 'cut' | 'loseReplies'>; kill(): Promise<unknown> };

export async function inflict(
  on: Installation,
  { fault, which, lasts }: Blow,
  { line, kill }: OtherSide,
): Promise<void> {
  switch (fault) {
    case 'server killed':
      return on.end('server', 'SIGKILL');
    case 'server killed twice':
      await on.end('server', 'SIGKILL');
      return on.killWhileStarting(lasts);
    case 'server stopped':
      return on.end('server', 'SIGTERM');
    case 'postgres killed':
      return killPostgres(on, on.database.postmaster);
    case 'backend killed':
      return killPostgres(on, await oneSession(on, which));
    case 'session ended': {
      const session = await oneSession(on, which);
      return session === null ? undefined : on.database.endSession(session);
    }
    case 'sftp process killed':
      return on.killSftpProcess(which);
    case 'worker killed':
      return on.end(on.working, 'SIGKILL');
    case 'disk full':
      await on.disk?.fill();
      await pause(lasts);
      return on.disk?.free();
    case 'replies lost':
      line.loseReplies();
      await pause(lasts);
      return line.cut();
    case 'line cut':
      return line.cut();
    case 'remote killed':
      await kill();
  }
}

async function oneSession({ database }: Installation, which: number): Promise<number | null> {
  const sessions = await database.sessions();
  return sessions[Math.floor(which * sessions.length)] ?? null;
}

/** The server or one of its sessions: either ends all sessions, and recovery begins. Resolves when that is so. */
async function killPostgres({ database }: Installation, pid: number | null): Promise<void> {
  if (pid === null || (await database.query('select 1')) === null) return;
  const dropped = database.dropped();
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have ended by itself just now.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw error;
  }
  await dropped;
}
