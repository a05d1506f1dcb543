// What a disk can refuse, in words for the client; and the room that is kept free for the database.
// Invariant: an upload is refused before the last bytes of the disk are used.

import type { FileStore } from '../domain/ports.ts';
import { VirtualFileError } from '../domain/virtual-files.ts';

/** Throws `no-space` when `wanted` more bytes would leave less than `reserve`. Unknown space never refuses. */
export async function checkRoom(files: FileStore, reserve: number, wanted: number): Promise<void> {
  const space = await files.freeBytes();
  if (space !== null && space.free - wanted < reserve) throw noSpace();
}

/** Runs disk work; a full disk or too many open files become errors that the client can read. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asVirtualFileError(error);
  }
}

function asVirtualFileError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return noSpace();
  if (code === 'EMFILE' || code === 'ENFILE')
    return new VirtualFileError('busy', 'The server has too many files open at this moment. Try again in a minute.');
  return error;
}

function noSpace(): VirtualFileError {
  return new VirtualFileError(
    'no-space',
    'The server has no room left for this file. Nothing of it is imported. Send it again later, and tell the operator of the server.',
  );
}
