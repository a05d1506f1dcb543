// Recognises rows of a file whose outcome is known, by hashes of their bytes, and gives the hashes of the others.
// Invariant: two rows have one hash only when reading, mapping and validating them comes to the same, whatever the file around them.

import { createHmac } from 'node:crypto';
import { hashWords } from '../csv/row-hash.ts';
import type { CsvReading, DataRow, IsKnown, RowReading } from '../csv/types.ts';
import { KnownRows } from './known-rows.ts';
import type { KnownSource, ReadingJob, RowComparison } from './reading.ts';

export type RowComparer = {
  /** For hashes of the rows' bytes. */
  rowKey: Uint8Array;
  /** Undefined when no row can be known. */
  isKnown: IsKnown | undefined;
  /** To be called when the header is known, before the first row. */
  begin(reading: Pick<CsvReading, 'dialect' | 'header'>): void;
  /** What a contact carries after this row (mark and hash, in hex); null when it cannot be said by the bytes alone. */
  hashOf(hashes: Int32Array, row: DataRow): string | null;
};

type ClearReading = Exclude<RowReading, 'unclear'>;

/** Is the row with this hash known? Asked in the order of the file. */
export type Claim = (hash: Int32Array, row: number, line: number) => boolean;

/** `claim` instead of what the comparison knows. */
export function rowComparer(
  job: ReadingJob,
  { key, mark, surroundings, known }: RowComparison,
  claim: Claim | null = claimIn(known),
): RowComparer {
  const keyFor = (what: string): Buffer => createHmac('sha256', key).update(what).digest().subarray(0, 16);
  let masks: Record<ClearReading, Int32Array> | null = null;
  const found = new Int32Array(hashWords);
  // The bytes are hashed while they are scanned, before it is known what is around them: this joins in afterwards. Who does not
  // know the key knows neither the hashes nor the masks, so that rows whose masks differ have one hash by a chance of 2^-128.
  const hash = (reading: RowReading, hashes: Int32Array, at: number): Int32Array | null => {
    if (masks === null || reading === 'unclear') return null;
    const mask = masks[reading];
    for (let word = 0; word < hashWords; word++) found[word] = (hashes[at + word] as number) ^ (mask[word] as number);
    return found;
  };
  const isClaimed =
    (claim: Claim): IsKnown =>
    (row, line, reading, hashes, at) => {
      const own = hash(reading, hashes, at);
      return own !== null && claim(own, row, line);
    };
  const bits = known?.kind === 'rows' ? known.bits : null;
  const isMatched: IsKnown = (row) => (((bits?.[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;
  return {
    rowKey: keyFor('rows'),
    begin({ dialect, header }) {
      const { mapping, customFields, country } = job;
      const { delimiter, encoding } = dialect;
      // Everything but the bytes that decides what a row comes to (ruling 14).
      const context = JSON.stringify([
        surroundings,
        header?.labels,
        delimiter,
        encoding,
        mapping,
        customFields,
        country,
      ]);
      const maskOf = (reading: ClearReading) => {
        const bytes = keyFor(`${reading}\n${context}`);
        return Int32Array.from({ length: hashWords }, (_, word) => bytes.readInt32LE(4 * word));
      };
      masks = { ascii: maskOf('ascii'), 'utf-8': maskOf('utf-8'), 'windows-1252': maskOf('windows-1252') };
    },
    isKnown: claim !== null ? isClaimed(claim) : bits !== null ? isMatched : undefined,
    hashOf(hashes, { reading, hashAt }) {
      const own = hash(reading, hashes, hashAt);
      return own && mark + Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString('hex');
    },
  };
}

function claimIn(known: KnownSource | null): Claim | null {
  if (known?.kind === 'ranges') throw new Error('ranges are matched before the rows are read');
  if (known?.kind !== 'table') return null;
  const table = new KnownRows(known.table);
  return (hash, row, line) => table.claim(hash, row, line);
}
