// Which row of a file had a key first, for files of any length: about 40 bytes a row, whatever the keys look like.
// Invariant: the first row to claim a key keeps it. Two different texts are taken for one with a chance of 2^-64.

/** A set of keys with the row that claimed each first. */
export class RowKeys {
  #size = 0;
  #mask = 1023;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #rows = new Uint32Array(1024);

  /** The row that has the key already; 0 when `row` (from 1) is the first and has it from now on. */
  claim(key: string, row: number): number {
    const [high, low] = hash64(key);
    const slot = this.#slotOf(high, low);
    const owner = this.#rows[slot] ?? 0;
    if (owner !== 0) return owner;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#rows[slot] = row;
    this.#size++;
    if (this.#size * 3 > this.#mask * 2) this.#grow();
    return 0;
  }

  /** Where the key is, or the free place where it belongs. */
  #slotOf(high: number, low: number): number {
    let slot = low & this.#mask;
    while (this.#rows[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const [highs, lows, rows] = [this.#high, this.#low, this.#rows];
    const capacity = rows.length * 2;
    this.#mask = capacity - 1;
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#rows = new Uint32Array(capacity);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (row === 0) continue;
      const slot = this.#slotOf(highs[i] as number, lows[i] as number);
      this.#high[slot] = highs[i] as number;
      this.#low[slot] = lows[i] as number;
      this.#rows[slot] = row;
    }
  }
}

/** Two independent multiplicative hashes of the UTF-16 units, each mixed at the end so that all bits count. */
export function hash64(text: string): [number, number] {
  let a = 0x9e3779b9 ^ text.length;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + (a >>> 15)), 0xcc9e2d51);
  }
  return [mixed(a ^ (b >>> 13)), mixed(b ^ (a << 7))];
}

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
