// Recognises rows of a file whose outcome is known, by hashes of their bytes, and gives the hashes of the others.
// Invariant: two rows have one hash only when reading, mapping and validating them comes to the same, whatever the file around them.

import { createHmac } from 'node:crypto';
import type { CsvReading, DataRow, IsKnown, RowReading } from '../csv/types.ts';
import { KnownRows } from './known-rows.ts';
import type { KnownSource, ReadingJob, RowComparison } from './reading.ts';
import { type RowHasher, rowHasher } from './row-hash.ts';

export type RowComparer = {
  isKnown: IsKnown;
  /** To be called when the header is known, before the first row. */
  begin(reading: Pick<CsvReading, 'dialect' | 'header'>): void;
  /** What a contact carries after this row (mark and hash, in hex); null when it cannot be said by the bytes alone. */
  hashOf(bytes: Buffer, row: DataRow): string | null;
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
  const bits = claim === null && known?.kind === 'rows' ? known.bits : null;
  let hashers: Record<ClearReading, RowHasher> | null = null;
  const hash = (reading: RowReading, bytes: Buffer, start: number, end: number): Int32Array | null =>
    hashers === null || reading === 'unclear' ? null : hashers[reading](bytes, start, end);
  return {
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
      const hasherOf = (reading: ClearReading) =>
        rowHasher(createHmac('sha256', key).update(`${reading}\n${context}`).digest().subarray(0, 16));
      hashers = {
        ascii: hasherOf('ascii'),
        'utf-8': hasherOf('utf-8'),
        'windows-1252': hasherOf('windows-1252'),
      };
    },
    isKnown(bytes, start, end, row, line, reading) {
      if (bits !== null) return (((bits[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;
      if (claim === null) return false;
      const found = hash(reading, bytes, start, end);
      return found !== null && claim(found, row, line);
    },
    hashOf(bytes, { reading, start, end }) {
      const found = hash(reading, bytes, start, end);
      return found && mark + Buffer.from(found.buffer, found.byteOffset, found.byteLength).toString('hex');
    },
  };
}

function claimIn(known: KnownSource | null): Claim | null {
  if (known?.kind === 'ranges') throw new Error('ranges are matched before the rows are read');
  if (known?.kind !== 'table') return null;
  const table = new KnownRows(known.table);
  return (hash, row, line) => table.claim(hash, row, line);
}
