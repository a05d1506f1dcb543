// What the main thread and the hashing thread say to each other. Types only.
// Invariant: every message to the thread but `forget` has exactly one answer, in the order of the messages.

export type ToHashThread =
  | { kind: 'update'; hash: number; buffers: readonly Uint8Array[] }
  | { kind: 'digest'; hash: number }
  | { kind: 'forget'; hash: number };

/** The digest, or null for an update. */
export type FromHashThread = Uint8Array | null;
