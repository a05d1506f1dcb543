// Folders of the file store: private ones, made once, and made durable.
// Invariant: when `syncFolder` has returned, the names in that folder survive a power cut.

import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes what is said about a folder's names durable (fsync of the folder). Windows has no such call: the journal does it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await syncPath(folder);
}

/** fsync of a file or folder by its name. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes folders below a root, mode 0700, durably, and remembers which are there. */
export class PrivateFolders {
  readonly #made = new Set<string>();

  /** Makes the folder and its missing parents; each new one is fsynced into its parent. */
  async ensure(folder: string): Promise<void> {
    if (this.#made.has(folder)) return;
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined) await syncFrom(folder, dirname(first));
    this.#made.add(folder);
  }
}

/** Syncs the parents of a folder up to `top`, from the inside out. */
async function syncFrom(folder: string, top: string): Promise<void> {
  let parent = folder;
  do {
    parent = dirname(parent);
    await syncFolder(parent);
  } while (parent !== top && parent !== dirname(parent));
}
