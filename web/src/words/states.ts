// The words for states, and the tone that icon and colour take from them.
// Invariant: the words come first; the API's own `state` text wins over the words here.

import type { ImportView } from '@api/imports.ts';

export type Tone = 'good' | 'attention' | 'bad' | 'busy' | 'quiet';
export type ImportStatus = ImportView['status'];

const importWords: Record<ImportStatus, string> = {
  queued: 'Waiting',
  running: 'Running',
  held: 'Held for you',
  succeeded: 'Imported',
  failed: 'Failed',
  ignored: 'Not imported',
  discarded: 'Discarded',
  undone: 'Taken back',
};

const importTones: Record<ImportStatus, Tone> = {
  queued: 'busy',
  running: 'busy',
  held: 'attention',
  succeeded: 'good',
  failed: 'bad',
  ignored: 'attention',
  discarded: 'quiet',
  undone: 'quiet',
};

/** The state of an import for people, where only its status is known. */
export function importStateWords(status: string): string {
  return isImportStatus(status) ? importWords[status] : status;
}

/** The tone of an import. One that was imported but skipped rows or dropped cells wants a look. */
export function importTone(status: string, issueCount = 0, skipped = 0): Tone {
  if (!isImportStatus(status)) return 'quiet';
  if (status === 'succeeded' && (skipped > 0 || issueCount > 0)) return 'attention';
  return importTones[status];
}

function isImportStatus(status: string): status is ImportStatus {
  return Object.hasOwn(importWords, status);
}

/** Statuses in the order of the filter, with their words. */
export const importStatusChoices: { value: ImportStatus; label: string }[] = (
  ['held', 'succeeded', 'failed', 'ignored', 'queued', 'running', 'discarded', 'undone'] as const
).map((value) => ({ value, label: importWords[value] }));

export const sourceWords: Record<ImportView['source'], string> = {
  sftp: 'SFTP',
  upload: 'Upload',
  api: 'API',
};

export const sourceChoices = (['sftp', 'upload', 'api'] as const).map((value) => ({
  value,
  label: sourceWords[value],
}));

/** Is the end of this import still to come? */
export function isMoving(status: string): boolean {
  return status === 'queued' || status === 'running';
}

/** Will it change by itself within seconds? One that waits for its sender may wait for days. */
export function isLive(item: Pick<ImportView, 'status' | 'waitsFor'>): boolean {
  return isMoving(item.status) && item.waitsFor !== 'rename' && item.waitsFor !== 'writer';
}

/** What an effect did, as the heading of issues and the filter say it. */
export const effectWords: Record<string, string> = {
  'file-rejected': 'File not imported',
  'file-held': 'File held',
  'row-skipped': 'Row skipped',
  'cell-dropped': 'Cell left out',
  kept: 'Kept as it was',
  notice: 'Notice',
};

export const effectTones: Record<string, Tone> = {
  'file-rejected': 'bad',
  'file-held': 'attention',
  'row-skipped': 'bad',
  'cell-dropped': 'attention',
  kept: 'quiet',
  notice: 'quiet',
};

export const waitsForWords: Record<string, string> = {
  rename: 'It has a temporary name. It is imported when the sender gives it its final name.',
  writer: 'A client is writing to it again. It is imported when that is finished.',
  settle: 'It has just arrived. It is imported after a short wait, in case the sender writes to it again.',
  turn: 'Another import of this institution runs first.',
};

export const howWords: Record<string, string> = {
  close: 'Uploaded and closed properly',
  rename: 'Renamed into place',
  dropped: 'The session broke off during the upload',
  upload: 'Uploaded in the browser',
  api: 'Sent to the API',
};

export const loginMethodWords: Record<string, string> = {
  any: 'Password or public key',
  password: 'Password',
  'public-key': 'Public key',
  publickey: 'Public key',
  'password+key': 'Password and public key',
  'keyboard-interactive': 'Password (keyboard-interactive)',
};
