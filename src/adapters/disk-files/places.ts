// Where the bytes of an institution lie below the root of the file store.
// Invariant: no name in a path comes from outside: ids and keys are UUIDs, and are checked.

import { join } from 'node:path';
import { type InstitutionId, isUuid } from '../../domain/ids.ts';
import type { StorageKey } from '../../domain/ports.ts';
import type { Owner } from './owners.ts';

/** `incoming/<institution>/<uuid>~<owner>` while written (a file, or a scratch folder), `stored/<institution>/<aa>/<uuid>` once published. */
export type Places = {
  readonly incoming: string;
  readonly stored: string;
  incomingFolder(institutionId: InstitutionId): string;
  storedFolder(institutionId: InstitutionId, key: StorageKey): string;
  storedFile(institutionId: InstitutionId, key: StorageKey): string;
};

export function placesBelow(root: string): Places {
  const incoming = join(root, 'incoming');
  const stored = join(root, 'stored');
  const storedFolder = (institutionId: InstitutionId, key: StorageKey) =>
    join(stored, checkedUuid(institutionId), checkedUuid(key).slice(0, 2));
  return {
    incoming,
    stored,
    incomingFolder: (institutionId) => join(incoming, checkedUuid(institutionId)),
    storedFolder,
    storedFile: (institutionId, key) => join(storedFolder(institutionId, key), key),
  };
}

export function stagingName(key: StorageKey, owner: Owner): string {
  return `${key}~${owner}`;
}

export const noteSuffix = '.note';

/** Reads a name in an incoming folder; null for what is not ours. */
export function parseStagingName(name: string): { key: StorageKey; owner: Owner; isNote: boolean } | null {
  const match = /^([0-9a-f-]{36})~([0-9a-f]+-[0-9a-z]+-[0-9a-f]+)(\.note)?$/.exec(name);
  const [, key = '', owner = '', note] = match ?? [];
  return isUuid(key) ? { key, owner, isNote: note !== undefined } : null;
}

function checkedUuid(text: string): string {
  if (!isUuid(text)) throw new Error('not an id of a stored file or an institution');
  return text.toLowerCase();
}
