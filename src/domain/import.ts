// The states of an import and the words that go with them.
// Invariant: `canMove` is the only list of state changes (ruling 2).

export const importStatuses = [
  'queued',
  'running',
  'held',
  'succeeded',
  'failed',
  'ignored',
  'discarded',
  'undone',
] as const;
export type ImportStatus = (typeof importStatuses)[number];

export const importSources = ['sftp', 'upload', 'api'] as const;
export type ImportSource = (typeof importSources)[number];

export const holdReasons = [
  'incomplete',
  'size-unusual',
  'few-rows',
  'identity-collapse',
  'mostly-skipped',
  'many-changes',
] as const;
export type HoldReason = (typeof holdReasons)[number];

export const rowOutcomes = ['created', 'updated', 'unchanged', 'skipped'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];

const moves: Record<ImportStatus, readonly ImportStatus[]> = {
  queued: ['running', 'ignored'],
  running: ['succeeded', 'failed', 'held', 'queued'],
  held: ['running', 'queued', 'discarded'],
  succeeded: ['undone'],
  failed: [],
  ignored: [],
  discarded: [],
  undone: [],
};

/**
 * May an import go from one state to another? Two moves go beyond ruling 2 and are invisible outside:
 * running → queued when the worker died (the same attempt is made again), held → queued on the way to running.
 */
export function canMove(from: ImportStatus, to: ImportStatus): boolean {
  return moves[from].includes(to);
}

/** Nothing more will happen to it by itself. A held import is final for someone who waits: a person must act. */
export function isFinal(status: ImportStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

export type ImportCounts = { rows: number; created: number; updated: number; unchanged: number; skipped: number };
