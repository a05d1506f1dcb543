// Which keys a file has surely not shown before, in a fixed amount of memory: a Bloom filter (Bloom 1970, CACM 13 (7)).
// Invariant: a key that was added is never called new again; a new one may be taken for an old one, seldom.

import { hash64 } from './row-keys.ts';

const probes = 4;
const leastBits = 2 ** 16;
/** 16 MiB; with ten million keys one new key in 200 is taken for an old one. */
const mostBits = 2 ** 27;

export class SeenKeys {
  readonly #words: Int32Array;
  readonly #mask: number;

  /** `expected`: about how many keys; more only make new ones look old more often. */
  constructor(expected: number) {
    const bits = Math.min(mostBits, Math.max(leastBits, 2 ** Math.ceil(Math.log2(Math.max(1, expected) * 12))));
    this.#words = new Int32Array(bits / 32);
    this.#mask = bits - 1;
  }

  /** True when the key is surely new; it is an old one from now on. */
  isNew(key: string): boolean {
    const words = this.#words;
    const [start, step] = hash64(key);
    let found = true;
    // Double hashing (Kirsch and Mitzenmacher 2006); an odd step reaches every bit.
    for (let probe = 0, at = start; probe < probes; probe++, at = (at + (step | 1)) >>> 0) {
      const bit = at & this.#mask;
      const word = words[bit >>> 5] as number;
      const flag = 1 << (bit & 31);
      if ((word & flag) === 0) {
        found = false;
        words[bit >>> 5] = word | flag;
      }
    }
    return !found;
  }
}
