// What a round of the outbound harness does: how many rows are loaded, and the faults while they are delivered.
// Invariant: all of it comes from the seed and the number of the round.

import { chooseFault, type Fault } from './faults.ts';
import type { Blow } from './inflict.ts';
import type { Layout } from './installation.ts';
import { type Random, seededRandom } from './seeded.ts';

/** From the request on: some milliseconds; when so much of the file has gone out; right after it has its name. */
export type Moment =
  | { kind: 'any'; delay: number }
  | { kind: 'upload'; share: number }
  | { kind: 'name'; delay: number };

export type OutboundRound = { round: number; rows: number; layout: Layout; blows: (Blow & { moment: Moment })[] };

/** So many rounds does a layout stay, because changing it takes a start. */
const sameLayout = 10;

export function* outboundRounds(seed: number, rounds: number, faults: readonly Fault[]): Generator<OutboundRound> {
  const random = seededRandom(seed);
  let layout: Layout = 'together';
  for (let round = 1; round <= rounds; round++) {
    if (round % sameLayout === 0)
      layout = faults.includes('worker killed') && random.below(3) === 0 ? 'apart' : 'together';
    const possible = faults.filter((fault) => fault !== 'worker killed' || layout === 'apart');
    const rows = random.below(4) === 0 ? 8_000 + random.below(16_000) : 1 + random.below(2_500);
    const blows = Array.from({ length: 1 + random.below(3) }, () => planBlow(random, possible));
    yield { round, rows, layout, blows };
  }
}

function planBlow(random: Random, possible: readonly Fault[]): OutboundRound['blows'][number] {
  return {
    fault: chooseFault(random, possible),
    which: random.next(),
    lasts: 20 + random.below(300),
    moment: planMoment(random),
  };
}

function planMoment(random: Random): Moment {
  const kind = random.pick(['any', 'upload', 'upload', 'name'] as const);
  if (kind === 'any') return { kind, delay: random.below(250) };
  return kind === 'upload' ? { kind, share: random.next() } : { kind, delay: random.below(12) };
}
