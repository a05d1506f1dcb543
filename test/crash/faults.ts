// The faults, the moments for them, and what is counted of both.
// Invariant: what a round does to an installation is chosen before it begins, so that the same seed makes the same choices.

import type { Random } from './seeded.ts';

const everywhere = [
  'server killed',
  'server killed twice',
  'server stopped',
  'postgres killed',
  'backend killed',
  'session ended',
  'worker killed',
  'disk full',
  'line cut',
] as const;
/** `replies lost`: what the remote server says does not arrive, and then the line is cut. `remote killed`: the process at its end. */
const remoteOnly = ['replies lost', 'remote killed'] as const;
/** Where several processes serve SFTP: one of them. */
const severalOnly = ['sftp process killed'] as const;

export const inboundFaults: readonly Fault[] = [...everywhere, ...severalOnly];
export const outboundFaults: readonly Fault[] = [...everywhere, ...remoteOnly];
export type Fault = (typeof everywhere)[number] | (typeof remoteOnly)[number] | (typeof severalOnly)[number];

/** How many faults of a kind came in which phase. */
export type Counts<Phase extends string> = Partial<Record<Fault, Partial<Record<Phase, number>>>>;

export function count<Phase extends string>(counts: Counts<Phase>, fault: Fault, phase: Phase): void {
  const row: Partial<Record<Phase, number>> = counts[fault] ?? {};
  row[phase] = (row[phase] ?? 0) + 1;
  counts[fault] = row;
}

/** How many faults of a kind there were, or of all kinds. */
export function sumOf<Phase extends string>(counts: Counts<Phase>, fault?: Fault): number {
  const rows = fault === undefined ? Object.values(counts) : [counts[fault] ?? {}];
  return rows.flatMap((row) => Object.values<number>(row)).reduce((sum, one) => sum + one, 0);
}

/** How often each fault is chosen, among those that are possible here. */
const weights: Record<Fault, number> = {
  'server killed': 22,
  'server killed twice': 4,
  'server stopped': 5,
  'postgres killed': 14,
  'backend killed': 12,
  'session ended': 15,
  'worker killed': 30,
  'disk full': 9,
  'line cut': 9,
  'replies lost': 9,
  'remote killed': 4,
  'sftp process killed': 40,
};

export function chooseFault(random: Random, possible: readonly Fault[]): Fault {
  const all = possible.reduce((sum, fault) => sum + weights[fault], 0);
  let at = random.below(all);
  const found = possible.find((fault) => {
    at -= weights[fault];
    return at < 0;
  });
  if (found === undefined) throw new Error('no fault is possible');
  return found;
}
