// Does to an installation what a round has chosen, and brings it back to where it answers.
// Invariant: every process that is killed here belongs to the installation, and is killed by its number.

import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Installation } from './installation.ts';

export type Blow = {
  fault: Fault;
  /** From 0 to 1: which of several sessions it hits. */
  which: number;
  /** How long the disk stays full, or the second start lives, in milliseconds. */
  lasts: number;
};

/** The line to cut is the client's or that to the remote server. */
export async function inflict(on: Installation, { fault, which, lasts }: Blow, line: { cut(): void }): Promise<void> {
  switch (fault) {
    case 'server killed':
      return on.end('server', 'SIGKILL');
    case 'server killed twice':
      await on.end('server', 'SIGKILL');
      return on.killWhileStarting(lasts);
    case 'server stopped':
      return on.end('server', 'SIGTERM');
    case 'postgres killed':
      return kill(on.database.postmaster);
    case 'backend killed':
      return kill(await oneSession(on, which));
    case 'session ended': {
      const session = await oneSession(on, which);
      return session === null ? undefined : on.database.endSession(session);
    }
    case 'worker killed':
      return on.end(on.working, 'SIGKILL');
    case 'disk full':
      await on.disk?.fill();
      await pause(lasts);
      return on.disk?.free();
    case 'line cut':
      return line.cut();
  }
}

async function oneSession({ database }: Installation, which: number): Promise<number | null> {
  const sessions = await database.sessions();
  return sessions[Math.floor(which * sessions.length)] ?? null;
}

function kill(pid: number | null): void {
  if (pid === null) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have ended by itself just now.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
