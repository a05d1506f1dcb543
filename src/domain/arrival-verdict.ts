// Is a cleanly closed file the whole file? Clients that are interrupted also say CLOSE (ruling 11).
// Invariant: pure, and silent unless there is a reason that can be named.

/** What the transfer and the reader know of one arrival. Sizes in bytes; null means not known. */
export type ArrivalFacts = {
  size: number;
  /** False when the last byte is not a line end; null for an empty file. */
  finalNewline: boolean | null;
  endsInsideQuote: boolean;
  /** The last row has fewer cells than the header. */
  lastRowShort: boolean;
  /** The size that the client said the file would have, before it sent any data. */
  announcedSize: number | null;
  /** The end of the last byte that a WRITE carried: less than `size` when the client reserved room and stopped early. */
  writtenEnd: number | null;
  /** The longest single WRITE, and how many there were. */
  writeSize: number | null;
  writeCount: number | null;
};

export type IncompleteWhy = 'announced-size' | 'open-quote' | 'short-last-row' | 'whole-writes';

export type ArrivalVerdict = {
  reason: 'incomplete';
  why: IncompleteWhy;
  facts: Record<string, number>;
};

// What clients put into one WRITE: psftp and FileZilla 4096; curl, libssh2 and phpseclib 30,000; OpenSSH, paramiko, WinSCP
// and others 32,768 (or a little less with the header counted in); OpenSSH after limits@openssh.com 261,120.
const clientChunks = new Set([
  4096, 8192, 16_384, 30_000, 31_744, 32_000, 32_500, 32_768, 65_536, 131_072, 255_000, 261_120, 262_144,
]);

/**
 * Null when nothing speaks against the file being whole. A missing final newline alone is normal; together with a size
 * that is a whole number of the client's write size it looks like a transfer that stopped between two writes. A small file
 * is one write long by nature, so one write counts only when it has the length of a known client's full chunk.
 */
export function judgeArrival(facts: ArrivalFacts): ArrivalVerdict | null {
  const received = Math.min(facts.size, facts.writtenEnd ?? facts.size);
  if (facts.announcedSize !== null && facts.announcedSize !== received)
    return incomplete('announced-size', { announced: facts.announcedSize, received });
  if (facts.endsInsideQuote) return incomplete('open-quote', {});
  if (facts.lastRowShort) return incomplete('short-last-row', {});
  if (facts.finalNewline === false && isWholeWrites(facts))
    return incomplete('whole-writes', { size: facts.size, writeSize: facts.writeSize ?? 0 });
  return null;
}

function isWholeWrites({ size, writeSize, writeCount }: ArrivalFacts): boolean {
  if (!writeSize || !writeCount || size === 0 || size % writeSize !== 0) return false;
  return writeCount >= 2 || clientChunks.has(writeSize);
}

function incomplete(why: IncompleteWhy, facts: Record<string, number>): ArrivalVerdict {
  return { reason: 'incomplete', why, facts };
}
