// Owns the sizes at which reading stops keeping bytes. Invariant: memory of a reader is bounded by these, not by the file.
import type { Limits } from './types.ts';

export const DEFAULT_LIMITS: Limits = { cellBytes: 1 << 20, rowBytes: 16 << 20, columns: 10_000 };
export const DEFAULT_BATCH_BYTES = 64 << 10;
/** What is looked at to detect a dialect. */
export const SAMPLE_BYTES = 256 << 10;
/** The header is looked for in the first so many rows. */
export const HEADER_WINDOW = 50;
/** Longest list of places that a problem carries. */
export const LIST_LENGTH = 20;
