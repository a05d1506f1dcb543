// Which process owns a staging file: written into its name, and checked by those who sweep.
// Invariant: a file of a process that may still run is never called abandoned.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What stands in a file's name: `PID-START-HOST`. START tells two processes with the same id apart (a container's 1). */
export type Owner = string;

const hostTag = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** This process. */
export function thisOwner(): Owner {
  return `${process.pid}-${startOf(process.pid) ?? '0'}-${hostTag()}`;
}

/**
 * Does the owner still run? Of another machine nothing can be known: its files count as owned for a day after their last
 * change (`ageMs`).
 */
export function isOwnerGone(owner: Owner, ageMs: number): boolean {
  const [pid = '', start = '', host = ''] = owner.split('-');
  if (host !== hostTag()) return ageMs > 24 * 60 * 60 * 1000;
  if (!isRunning(Number(pid))) return true;
  const now = startOf(Number(pid));
  return now !== null && start !== '0' && now !== start;
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The start of a process in ticks since the machine's (proc(5), stat, field 22), or null where that cannot be read or it is a zombie. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended already: only its parent has not looked yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
