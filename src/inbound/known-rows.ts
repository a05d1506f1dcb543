// The rows whose outcome is known because their contact is as they made it: hashes in memory that threads share.
// Invariant: memory is bounded; a hash that finds no room is only not known.

import type { RowPlace } from '../store/import-staging.ts';

/** Words of a slot: the hash (four), row and line of the file's row that had it, 0 before. A hash of zeros is a free slot. */
const slotWords = 6;

/** As many hashes as 48 MiB have room for; of a larger institution they are looked at range by range. */
export const mostKnownRows = Math.floor((2 ** 21 * 2) / 3);

/** A hash table with open addressing over shared memory. One thread claims; others look only when it has ended. */
export class KnownRows {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #mask: number;
  #room: number;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#mask = this.#words.length / slotWords - 1;
    this.#room = roomIn(this.#words);
  }

  static withRoomFor(count: number): KnownRows {
    const wanted = Math.max(1, Math.ceil((count * 3) / 2));
    const slots = 2 ** Math.ceil(Math.log2(wanted));
    return new KnownRows(new SharedArrayBuffer(slots * slotWords * 4));
  }

  /** The hash in the 16 bytes at `at`. Without room nothing happens. */
  add(bytes: Buffer, at: number): void {
    if (this.#room === 0) return;
    const [a, b, c, d] = wordsAt(bytes, at);
    const slot = this.#slotOf(a, b, c, d);
    const words = this.#words;
    if (!this.#isFree(slot)) return;
    words[slot] = a;
    words[slot + 1] = b;
    words[slot + 2] = c;
    words[slot + 3] = d;
    this.#room--;
  }

  /** Takes the hash in the 16 bytes at `at` out again; before any is claimed. Its place is not used for others. */
  drop(bytes: Buffer, at: number): void {
    const words = this.#words;
    const slot = this.#slotOf(...wordsAt(bytes, at));
    if (this.#isFree(slot)) return;
    // No free slot, so that what lies behind is still found, and no hash: there is one chance in 2^128 that a row has it.
    words.fill(-1, slot, slot + 4);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#words.fill(0);
    this.#room = roomIn(this.#words);
  }

  /** The hash in the 16 bytes at `at` with the row and line behind it, as claimed by that row. */
  addClaimed(bytes: Buffer, at: number): void {
    this.add(bytes, at);
    const slot = this.#slotOf(...wordsAt(bytes, at));
    if (this.#isFree(slot)) return;
    this.#words[slot + 4] = bytes.readInt32LE(at + 16);
    this.#words[slot + 5] = bytes.readInt32LE(at + 20);
  }

  /** True when the hash is known and no row before this one has claimed it; it has then. */
  claim(hash: Int32Array, row: number, line: number): boolean {
    const words = this.#words;
    const slot = this.#slotOf(hash[0] as number, hash[1] as number, hash[2] as number, hash[3] as number);
    if (this.#isFree(slot) || words[slot + 4] !== 0) return false;
    words[slot + 4] = row;
    words[slot + 5] = line;
    return true;
  }

  /** The row that claimed the hash in the 16 bytes at `at`; null when none did. */
  claimedBy(bytes: Buffer, at: number): RowPlace | null {
    const words = this.#words;
    const slot = this.#slotOf(...wordsAt(bytes, at));
    const row = words[slot + 4] as number;
    return this.#isFree(slot) || row === 0 ? null : { row, line: words[slot + 5] as number };
  }

  /** Where the hash is, or the free place where it belongs. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    let at = a & this.#mask;
    for (;;) {
      const slot = at * slotWords;
      if (words[slot] === a && words[slot + 1] === b && words[slot + 2] === c && words[slot + 3] === d) return slot;
      if (this.#isFree(slot)) return slot;
      at = (at + 1) & this.#mask;
    }
  }

  #isFree(slot: number): boolean {
    const words = this.#words;
    return words[slot] === 0 && words[slot + 1] === 0 && words[slot + 2] === 0 && words[slot + 3] === 0;
  }
}

function roomIn(words: Int32Array): number {
  return Math.floor(((words.length / slotWords) * 2) / 3);
}

function wordsAt(bytes: Buffer, at: number): [number, number, number, number] {
  return [bytes.readInt32LE(at), bytes.readInt32LE(at + 4), bytes.readInt32LE(at + 8), bytes.readInt32LE(at + 12)];
}
