// Keeps the bytes of a load until all of them have come: small ones in memory, large ones in a staging file.
// Invariant: while a sender is slow, nothing but this is held for it; what was kept is gone when the load has ended.

import type { Deps } from '../deps.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId } from '../domain/ids.ts';
import type { StagingFile } from '../domain/ports.ts';

/** Bytes that stay in memory, and that are written and read at once. */
const pieceSize = 1024 * 1024;
/** The longest load, in bytes. */
const mostBytes = 10 * 1024 ** 3;

export type Spooled = { bytes: AsyncIterable<Uint8Array>; discard(): Promise<void> };

/** Throws AppError `load-too-large` or `no-space`; errors of the source pass through. Nothing is left when it throws. */
export async function spoolLoad(
  { files }: Pick<Deps, 'files'>,
  institutionId: InstitutionId,
  source: AsyncIterable<Uint8Array>,
): Promise<Spooled> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  let staging: StagingFile | null = null;
  let size = 0;
  try {
    for await (const chunk of source) {
      gathered.push(chunk);
      length += chunk.length;
      if (length < pieceSize) continue;
      if (size + length > mostBytes) throw tooLarge();
      staging ??= await files.createStaging(institutionId);
      await staging.write(gathered, size);
      size += length;
      gathered = [];
      length = 0;
    }
  } catch (error) {
    await staging?.discard();
    throw isFull(error) ? noSpace() : error;
  }
  const kept = staging;
  const rest = gathered;
  return {
    bytes: pieces(kept, size, rest),
    discard: async () => kept?.discard(),
  };
}

async function* pieces(
  staging: StagingFile | null,
  size: number,
  rest: readonly Uint8Array[],
): AsyncGenerator<Uint8Array> {
  for (let position = 0; staging !== null && position < size; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceSize, size - position));
    const read = await staging.read(piece, 0, piece.length, position);
    if (read === 0) throw new Error('a load is shorter than it was written');
    position += read;
    yield piece.subarray(0, read);
  }
  yield* rest;
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function tooLarge(): AppError {
  return new AppError(
    'too-large',
    'load-too-large',
    'A load may have at most 10 GiB.',
    'Nothing of it was loaded. Send it in several parts.',
  );
}

function noSpace(): AppError {
  return new AppError(
    'too-large',
    'no-space',
    'The server has no room left for this file.',
    'Nothing of it was loaded. Send it again later, and tell the operator of the server.',
  );
}
