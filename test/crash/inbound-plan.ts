// What a round of the inbound harness does: its files, how they are sent, the fault and the moment.
// Invariant: all of it comes from the seed and the number of the round.

import { chooseFault, type Fault } from './faults.ts';
import type { Blow } from './inflict.ts';
import type { Layout } from './installation.ts';
import { type Roster, RosterPlan } from './rosters.ts';
import { type Random, seededRandom } from './seeded.ts';
import type { Pace } from './upload.ts';

/**
 * When the fault comes: while files are uploaded, at the first answer to a CLOSE, while they settle, while one is read and written,
 * while its receipts are made.
 */
export type InboundPhase = 'upload' | 'answer' | 'settle' | 'import' | 'receipts';

export type InboundRound = Blow & {
  round: number;
  files: Roster[];
  pace: Pace;
  phase: InboundPhase;
  /** After the beginning of the phase, in milliseconds. */
  delay: number;
  /** Of the bytes to upload, how much has gone before that; 0 while the sessions are still being opened. */
  share: number;
};

/** The rounds of one institution. A fresh one has its first file before it. */
export type Episode = { slug: string; layout: Layout; rounds: InboundRound[] };

export type PlanOptions = { seed: number; rounds: number; faults: readonly Fault[]; longest: number };

const longestEpisode = 14;

export function* inboundEpisodes({ seed, rounds, faults, longest }: PlanOptions): Generator<Episode> {
  const random = seededRandom(seed);
  for (let number = 1, round = 1; round <= rounds; number++) {
    const files = new RosterPlan(random, longest);
    const layout: Layout = faults.includes('worker killed') && random.below(4) === 0 ? 'apart' : 'together';
    const possible = faults.filter((fault) => fault !== 'worker killed' || layout === 'apart');
    const planned: InboundRound[] = [];
    for (let left = 6 + random.below(longestEpisode - 6); left > 0 && round <= rounds; left--)
      planned.push(planRound(random, round++, files, chooseFault(random, possible)));
    yield { slug: `college-${number}`, layout, rounds: planned };
  }
}

function planRound(random: Random, round: number, plan: RosterPlan, fault: Fault): InboundRound {
  const files = Array.from({ length: 1 + random.below(3) }, () => plan.next());
  const phase =
    fault === 'line cut'
      ? 'upload'
      : random.pick(['upload', 'answer', 'settle', 'import', 'import', 'receipts', 'receipts'] as const);
  // Half of the faults that come during uploads come in the middle of the bytes, the others at any time from the first packet on.
  const share = random.below(2) === 0 ? random.next() : 0;
  const longest = {
    upload: share > 0 ? 3 : 130,
    answer: 2,
    settle: 150,
    import: random.pick([10, 60, 250]),
    receipts: 3,
  }[phase];
  return {
    round,
    files,
    fault,
    phase,
    delay: random.below(longest),
    share,
    which: random.next(),
    lasts: 20 + random.below(random.pick([100, 600])),
    pace: { pieces: 1 + random.below(12), milliseconds: random.below(8) },
  };
}
