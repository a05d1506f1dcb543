// Ids that only ascend: newest first by id is newest first, whatever the clock does.
// Invariant: every id is greater than the one before it and than the one that it starts after; 62 bits of each are random.

/** Millisecond and counter of a UUID v7: the 48 bits of time and the 12 after the version. */
const counts = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-/;

/**
 * A maker of UUID v7 in lower case. `make` gives one by the clock; while that is not greater than the last one (the same
 * millisecond, or the clock was put back) the last one's time is counted up instead (RFC 9562 section 6.2, method 3 with
 * 12 bits). `after`: the greatest id of an earlier time, or null.
 */
export function ascendingIds(make: () => string, after: string | null): () => string {
  let last = after ?? '';
  return () => {
    const made = make();
    last = made > last ? made : successor(last, made);
    return last;
  };
}

function successor(last: string, random: string): string {
  const [, high, middle, low] = counts.exec(last) ?? [];
  // What is no UUID v7 was not made here: the clock decides.
  if (high === undefined || middle === undefined || low === undefined) return random;
  const next = (BigInt(`0x${high}${middle}${low}`) + 1n).toString(16).padStart(15, '0');
  return `${next.slice(0, 8)}-${next.slice(8, 12)}-7${next.slice(12)}${random.slice(18)}`;
}
