// Ids for a million rows: UUID v7 in ascending order, made from batches of random bytes.
// Invariant: ids of one maker ascend, so that a file's contacts stand in the order of its rows.

import { randomBytes } from 'node:crypto';

/** 0 to fff, as the last three digits of the third group. */
const counters = Array.from({ length: 0x1000 }, (_, at) => at.toString(16).padStart(3, '0'));
/** A random hex digit (by its char code) with the variant bits 10 set. */
const variants = Array.from({ length: 128 }, (_, code) => '89ab'[code & 3] ?? '8');

const digitsPerId = 16;
const idsPerBatch = 512;

/**
 * A maker of UUID v7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, a counter of 12 bits (section 6.2, method 1), 62
 * random bits. When the counter runs over within a millisecond, the time is counted up instead. `now` in milliseconds.
 */
export function rowIds(now: () => number = Date.now): () => string {
  let random = '';
  let used = 0;
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
      random = randomBytes((idsPerBatch * digitsPerId) / 2).toString('hex');
      used = 0;
    }
    const at = used;
    used += digitsPerId;
    const variant = variants[random.charCodeAt(at)];
    return `${prefix}${counters[counter]}-${variant}${random.slice(at + 1, at + 4)}-${random.slice(at + 4, used)}`;
  };
}
