// What a scanning thread and the thread that reads say to each other.
// Invariant: a thread scans one file at a time, and sends no block for which there is no room.

import type { ScanRequest, ScanState } from '../csv/blocks.ts';
import type { PackedBlock } from '../csv/packed-block.ts';

/** Blocks of about so many bytes, and how many of them may be under way: enough that neither thread waits while the other collects garbage. */
export const scannedBytes = 256 * 1024;
export const scannedBlocks = 16;

/** Numbers in the memory that both threads see: room for so many blocks, and 1 when nobody wants the rest. */
export const roomAt = 0;
export const stopAt = 1;

export type ToScanner = { path: string; request: ScanRequest; control: SharedArrayBuffer };

export type FromScanner =
  | { kind: 'block'; block: PackedBlock; state: ScanState }
  | { kind: 'end'; state: ScanState }
  | { kind: 'stopped' }
  /** An error of the disk, or a bug; `code` of a system error. */
  | { kind: 'failed'; name: string; message: string; code: string | null; stack: string };
