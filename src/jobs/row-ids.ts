// Ids for a million rows: UUID v7 in ascending order, made in batches of random bytes.
// Invariant: ids of one maker ascend, so that a file's contacts stand in the order of its rows.

import { randomFillSync } from 'node:crypto';

/**
 * A maker of UUID v7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, a counter of 12 bits (section 6.2, method 1), 62
 * random bits. When the counter runs over within a millisecond, the time is counted up instead. `now` in milliseconds.
 */
export function rowIds(now: () => number = Date.now): () => string {
  const random = Buffer.alloc(8 * 1024);
  let used = random.length;
  let time = 0;
  let counter = 0;
  let prefix = '';
  return () => {
    counter += 1;
    if (counter > 0xfff || time === 0) {
      time = Math.max(now(), time + 1);
      counter = 0;
      const hex = time.toString(16).padStart(12, '0');
      prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    }
    if (used === random.length) {
      randomFillSync(random);
      used = 0;
    }
    random[used] = 0x80 | ((random[used] ?? 0) & 0x3f);
    const tail = random.toString('hex', used, used + 8);
    used += 8;
    return `${prefix}${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}
