// What processes that died left in the incoming folders, found at start.
// Invariant: nothing of a process that still runs is touched.

import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type InstitutionId, isUuid } from '../../domain/ids.ts';
import type { AbandonedFile, StorageKey } from '../../domain/ports.ts';
import { syncFolder, syncPath } from './folders.ts';
import { isOwnerGone } from './owners.ts';
import { noteSuffix, parseStagingName } from './places.ts';
import { moveToStored, removeIfThere, type StagingContext } from './staging-file.ts';

/** One staging file of a dead process: bytes, note, or both; or a scratch folder. `path` is that of the bytes. */
type Leftover = { institutionId: InstitutionId; key: StorageKey; path: string; hasNote: boolean };

/** Those with a note. A note that cannot be read any more (a power cut) gives an empty one. */
export async function findAbandoned(context: StagingContext): Promise<AbandonedFile[]> {
  const found = (await leftovers(context)).filter((leftover) => leftover.hasNote);
  return Promise.all(found.map((leftover) => abandonedFile(context, leftover)));
}

/** Removes those without a note; gives their number. */
export async function sweep(context: StagingContext): Promise<number> {
  const found = (await leftovers(context)).filter((leftover) => !leftover.hasNote);
  for (const { path } of found) await rm(path, { recursive: true, force: true });
  return found.length;
}

async function leftovers({ places }: StagingContext): Promise<Leftover[]> {
  const all: Leftover[] = [];
  for (const folder of await readdir(places.incoming)) {
    if (!isUuid(folder)) continue;
    const institutionId = folder as InstitutionId;
    const names = await readdir(join(places.incoming, folder));
    const paths = new Set(names.map((name) => (name.endsWith(noteSuffix) ? name.slice(0, -noteSuffix.length) : name)));
    for (const name of paths) {
      const parsed = parseStagingName(name);
      if (!parsed) continue;
      const path = join(places.incoming, folder, name);
      const hasNote = names.includes(name + noteSuffix);
      if (isOwnerGone(parsed.owner, Date.now() - (await lastChange(path, hasNote))))
        all.push({ institutionId, key: parsed.key, path, hasNote });
    }
  }
  return all;
}

async function abandonedFile(context: StagingContext, leftover: Leftover): Promise<AbandonedFile> {
  const { institutionId, key, path } = leftover;
  const stored = context.places.storedFile(institutionId, key);
  return {
    institutionId,
    key,
    note: await readFile(path + noteSuffix, 'utf8'),
    size: (await sizeOf(path)) ?? (await sizeOf(stored)) ?? 0,
    async publish() {
      if ((await sizeOf(path)) !== null) {
        await syncPath(path);
        await moveToStored(context, institutionId, key, path);
      }
      await syncFolder(context.places.storedFolder(institutionId, key));
    },
    forgetNote: () => removeIfThere(path + noteSuffix),
    async discard() {
      await removeIfThere(path);
      await removeIfThere(stored);
      await removeIfThere(path + noteSuffix);
    },
  };
}

/** Milliseconds; now when it has just gone. */
async function lastChange(path: string, hasNote: boolean): Promise<number> {
  const times = await Promise.all([path, ...(hasNote ? [path + noteSuffix] : [])].map((file) => mtimeOf(file)));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? Date.now() : Math.max(...known);
}

async function mtimeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => null,
  );
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}
