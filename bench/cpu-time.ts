// CPU time of this process and of other process trees, and the seconds of a piece of work beside it.
// Invariant: time of processes that have ended counts for the tree that they were in.

import { readFileSync } from 'node:fs';
import type { Timing } from './measurement.ts';

/** What `getconf CLK_TCK` says on every Linux. */
const ticksPerSecond = 100;

/** Runs the work; its CPU time is that of this process and of the trees below `pids`, null where that cannot be told. */
export async function timed(work: () => Promise<unknown>, pids: readonly number[] = []): Promise<Timing> {
  const treesBefore = cpuOfTrees(pids);
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const trees = cpuOfTrees(pids);
  const isKnown = trees !== null && treesBefore !== null;
  return { seconds, cpu: isKnown ? (user + system) / 1e6 + trees - treesBefore : null };
}

/** Seconds of user and system time of these processes and of all below them, so far; null off Linux. */
function cpuOfTrees(pids: readonly number[]): number | null {
  if (process.platform !== 'linux') return pids.length === 0 ? 0 : null;
  return pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
}

function cpuOfTree(pid: number): number {
  let stat: string;
  let children: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    // It has ended meanwhile: its parent has its time.
    return 0;
  }
  // proc(5): utime, stime, cutime, cstime are fields 14 to 17; the name in parentheses can hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
  const below = children.split(' ').filter(Boolean).map(Number);
  return below.reduce((sum, child) => sum + cpuOfTree(child), own);
}
