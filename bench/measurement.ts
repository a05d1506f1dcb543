// What every benchmark gives: two figures of one run and their ratio, as plain data.
// Invariant: a ratio is ours / peer, smaller is better; nothing is judged here.

export type Unit = 's' | 'ms' | 'MB' | 'KiB';

export type Measurement = {
  name: string;
  ours: number;
  peer: number;
  /** What ours stands against: another program, or `limit` where the promise is a figure and not a ratio. */
  peerName: string;
  unit: Unit;
  ratio: number;
  /** Seconds of CPU of everything that worked for a side, where that can be told: says more than time beside other work. */
  cpu?: { ours: number; peer: number };
  /** Further figures of the same run: counts, percentiles. */
  facts?: Record<string, number>;
};

/** One timed piece of work. */
export type Timing = { seconds: number; cpu: number | null };

/** A result out of ours and the peer's figure. */
export function compared(result: Omit<Measurement, 'ratio'>): Measurement {
  return { ...result, ratio: result.ours / result.peer };
}

/** The quickest of the rounds of each side, and the least CPU time of each side. */
export function bestOf(ours: readonly Timing[], peer: readonly Timing[]) {
  const seconds = (timings: readonly Timing[]) => Math.min(...timings.map((timing) => timing.seconds));
  const cpu = (timings: readonly Timing[]) => {
    const known = timings.flatMap((timing) => (timing.cpu === null ? [] : [timing.cpu]));
    return known.length === 0 ? null : Math.min(...known);
  };
  const [oursCpu, peerCpu] = [cpu(ours), cpu(peer)];
  return {
    ours: seconds(ours),
    peer: seconds(peer),
    ...(oursCpu === null || peerCpu === null ? {} : { cpu: { ours: oursCpu, peer: peerCpu } }),
  };
}

/** The value below which this share (0 to 1) of the values lies: the nearest rank. NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
