// The rows whose outcome is known because their contact is as they made it: hashes in memory that threads share.
// Invariant: memory is bounded; a hash that finds no room is only not known.

import type { RowPlace } from '../store/import-staging.ts';

/** Words of a hash, and of the place (row, line) of the file's row that had it, 0 before. */
const hashWords = 4;
const placeWords = 2;

/** A hash that a row has, and where that row is. */
export type ClaimedHash = { hash: Buffer; place: RowPlace };

/** So many hashes take 40 MiB; of a larger institution they are looked at range by range. */
export const mostKnownRows = Math.floor((2 ** 21 * 2) / 3);

/**
 * Hashes in the order in which they were added, and an index over them (open addressing), in shared memory. One thread claims;
 * others look only when it has ended. The rows of a file mostly come in the order of the file before: the hash behind the one that was claimed
 * last is tried first, which costs no wait for memory.
 */
export class KnownRows {
  readonly buffer: SharedArrayBuffer;
  /** How many hashes there are, and how many have room. */
  readonly #counts: Int32Array;
  readonly #hashes: Int32Array;
  readonly #places: Int32Array;
  /** Numbers of hashes, counted from 1; 0 where none is. */
  readonly #index: Int32Array;
  readonly #mask: number;
  /** The hash that is expected next. */
  #next = 0;
  /** Hashes as words, wherever their bytes lie. */
  #words = new Int32Array(0);

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#counts = new Int32Array(buffer, 0, 2);
    const room = this.#counts[1] as number;
    this.#hashes = new Int32Array(buffer, 8, room * hashWords);
    this.#places = new Int32Array(buffer, this.#hashes.byteOffset + this.#hashes.byteLength, room * placeWords);
    this.#index = new Int32Array(buffer, this.#places.byteOffset + this.#places.byteLength);
    this.#mask = this.#index.length - 1;
  }

  static withRoomFor(count: number): KnownRows {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, (count * 3) / 2)));
    const buffer = new SharedArrayBuffer((2 + count * (hashWords + placeWords) + slots) * 4);
    new Int32Array(buffer)[1] = count;
    return new KnownRows(buffer);
  }

  /** Hashes of 16 bytes, one behind the other. Without room nothing happens. */
  add(bytes: Buffer): void {
    this.#addWords(this.#wordsOf(bytes));
  }

  #addWords(words: Int32Array): void {
    const hashes = this.#hashes;
    const room = this.#counts[1] as number;
    let count = this.#counts[0] as number;
    for (let at = 0; at < words.length && count < room; at += hashWords) {
      const slot = this.#slotOf(...hashAt(words, at));
      if (this.#index[slot] !== 0) continue;
      for (let word = 0; word < hashWords; word++) hashes[count * hashWords + word] = words[at + word] as number;
      count += 1;
      this.#index[slot] = count;
    }
    this.#counts[0] = count;
  }

  /** Takes these hashes out again; before any is claimed. Their places are not used for others. */
  drop(bytes: Buffer): void {
    const words = this.#wordsOf(bytes);
    for (let at = 0; at < words.length; at += hashWords) {
      const entry = this.#find(...hashAt(words, at));
      // Still in the index, so that what lies behind is found, and no hash: there is one chance in 2^128 that a row has it.
      if (entry >= 0) this.#hashes.fill(-1, entry * hashWords, (entry + 1) * hashWords);
    }
  }

  /** Forgets all of them. */
  clear(): void {
    this.#counts[0] = 0;
    this.#index.fill(0);
    this.#places.fill(0);
    this.#next = 0;
  }

  /** Adds hashes that are claimed already: each with the row and line (as words) that are behind it. */
  addClaimed(records: Buffer): void {
    const words = this.#wordsOf(records);
    for (let at = 0; at < words.length; at += hashWords + placeWords) {
      this.#addWords(words.subarray(at, at + hashWords));
      const entry = this.#find(...hashAt(words, at));
      if (entry >= 0) this.#places.set(words.subarray(at + hashWords, at + hashWords + placeWords), entry * placeWords);
    }
  }

  /** True when the hash is known and no row before this one has claimed it; it has then. */
  claim(hash: Int32Array, row: number, line: number): boolean {
    const [a, b, c, d] = hashAt(hash, 0);
    const isNext = this.#next < (this.#counts[0] as number) && this.#isAt(this.#next, a, b, c, d);
    const entry = isNext ? this.#next : this.#find(a, b, c, d);
    if (entry < 0 || this.#places[entry * placeWords] !== 0) return false;
    this.#places[entry * placeWords] = row;
    this.#places[entry * placeWords + 1] = line;
    this.#next = entry + 1;
    return true;
  }

  /** Of hashes of 16 bytes, one behind the other, those that a row has claimed, with its place. */
  claimedAmong(bytes: Buffer): ClaimedHash[] {
    const found: ClaimedHash[] = [];
    const words = this.#wordsOf(bytes);
    for (let at = 0; at < words.length; at += hashWords) {
      const entry = this.#find(...hashAt(words, at));
      const row = entry < 0 ? 0 : (this.#places[entry * placeWords] as number);
      if (row === 0) continue;
      const place = { row, line: this.#places[entry * placeWords + 1] as number };
      found.push({ hash: Buffer.from(bytes.subarray(at * 4, (at + hashWords) * 4)), place });
    }
    return found;
  }

  /** As stored, little-endian; until the next call. */
  #wordsOf(bytes: Buffer): Int32Array {
    const count = bytes.length / 4;
    if (this.#words.length < count) this.#words = new Int32Array(count);
    Buffer.from(this.#words.buffer, 0, bytes.length).set(bytes);
    return this.#words.subarray(0, count);
  }

  /** The number of the hash, from 0; -1 when it is not there. */
  #find(a: number, b: number, c: number, d: number): number {
    return (this.#index[this.#slotOf(a, b, c, d)] as number) - 1;
  }

  /** Where in the index the hash is, or the free place where it belongs. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const index = this.#index;
    let slot = a & this.#mask;
    for (;;) {
      const number = index[slot] as number;
      if (number === 0 || this.#isAt(number - 1, a, b, c, d)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #isAt(entry: number, a: number, b: number, c: number, d: number): boolean {
    const hashes = this.#hashes;
    const at = entry * hashWords;
    return hashes[at] === a && hashes[at + 1] === b && hashes[at + 2] === c && hashes[at + 3] === d;
  }
}

function hashAt(words: Int32Array, at: number): [number, number, number, number] {
  return [words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
}
