// The states of an import and the words that go with them.
// Invariant: the states are those of ruling 2; who changes one names the state that it must come from in the same statement.

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

export type ImportSource = 'sftp' | 'upload' | 'api';

export const holdReasons = [
  'incomplete',
  'size-unusual',
  'few-rows',
  'identity-collapse',
  'mostly-skipped',
  'many-changes',
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** Nothing more will happen to it by itself. A held import is final for someone who waits: a person must act. */
export function isFinal(status: ImportStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

export type ImportCounts = { rows: number; created: number; updated: number; unchanged: number; skipped: number };
