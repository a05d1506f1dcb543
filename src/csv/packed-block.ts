// Owns a block as two pieces of memory that can be handed to another thread.
// Invariant: unpacking gives the block that was packed; its bytes are handed over, not copied.
import type { Block, RowSize } from './block.ts';
import { hashWords } from './row-hash.ts';

export interface PackedBlock {
  /** All of the memory of the block's bytes, which belongs to it alone. */
  bytes: ArrayBuffer;
  /** Its other arrays, one behind the other, the widest numbers first. */
  index: ArrayBuffer;
  rows: number;
  /** Does `index` hold hashes? */
  isHashed: boolean;
  cells: number;
  firstRow: number;
  tooLarge: RowSize | null;
}

/** `block.bytes` must be all of its memory, as the scanner makes it. */
export function packBlock(block: Block): PackedBlock {
  const { rows, firstRow, tooLarge, hashes } = block;
  const isHashed = hashes !== null;
  const cells = block.firstCell[rows] as number;
  const index = new ArrayBuffer(sizeOf(rows, cells, isHashed));
  const to = views(index, rows, cells, isHashed);
  to.line.set(block.line.subarray(0, rows));
  to.byte.set(block.byte.subarray(0, rows));
  to.start.set(block.start.subarray(0, rows));
  to.end.set(block.end.subarray(0, rows));
  to.breaks.set(block.breaks.subarray(0, rows));
  to.firstCell.set(block.firstCell.subarray(0, rows + 1));
  to.cellEnd.set(block.cellEnd.subarray(0, cells));
  if (hashes !== null) to.hashes?.set(hashes.subarray(0, rows * hashWords));
  to.flags.set(block.flags.subarray(0, rows));
  to.cellFlags.set(block.cellFlags.subarray(0, cells));
  return { bytes: block.bytes.buffer as ArrayBuffer, index, rows, isHashed, cells, firstRow, tooLarge };
}

export function unpackBlock({ bytes, index, rows, isHashed, cells, firstRow, tooLarge }: PackedBlock): Block {
  return { bytes: Buffer.from(bytes), rows, firstRow, tooLarge, ...views(index, rows, cells, isHashed) };
}

function sizeOf(rows: number, cells: number, isHashed: boolean): number {
  const hashes = isHashed ? rows * 4 * hashWords : 0;
  return rows * 8 * 2 + rows * 4 * 3 + (rows + 1) * 4 + cells * 4 + hashes + rows + cells;
}

function views(index: ArrayBuffer, rows: number, cells: number, isHashed: boolean) {
  let at = 0;
  const take = <T>(
    view: new (buffer: ArrayBuffer, from: number, length: number) => T,
    length: number,
    size: number,
  ) => {
    const from = at;
    at += length * size;
    return new view(index, from, length);
  };
  return {
    line: take(Float64Array, rows, 8),
    byte: take(Float64Array, rows, 8),
    start: take(Int32Array, rows, 4),
    end: take(Int32Array, rows, 4),
    breaks: take(Int32Array, rows, 4),
    firstCell: take(Int32Array, rows + 1, 4),
    cellEnd: take(Int32Array, cells, 4),
    hashes: isHashed ? take(Int32Array, rows * hashWords, 4) : null,
    flags: take(Uint8Array, rows, 1),
    cellFlags: take(Uint8Array, cells, 1),
  };
}
