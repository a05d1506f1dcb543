// Writes a file that Causeway makes itself (receipt, error file) into the file store.
// Invariant: bytes reach their final place before any row names them; when the row is never written, they go again.

import { createHash } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { InstitutionId, StoredFileId } from '../domain/ids.ts';
import type { StoredFileOrigin, StoredFileRecord } from '../store/stored-files.ts';

const bytesPerWrite = 256 * 1024;

/** Stores the bytes; the caller writes the row (`insertStoredFile`). System errors come through as they are. */
export async function storeMadeFile(
  deps: Pick<Deps, 'files' | 'clock' | 'newId'>,
  institutionId: InstitutionId,
  origin: StoredFileOrigin,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<StoredFileRecord> {
  const staging = await deps.files.createStaging(institutionId);
  try {
    const hash = createHash('sha256');
    let position = 0;
    let gathered: Uint8Array[] = [];
    let length = 0;
    const write = async () => {
      await staging.write(gathered, position);
      position += length;
      gathered = [];
      length = 0;
    };
    for await (const chunk of chunks) {
      hash.update(chunk);
      gathered.push(chunk);
      length += chunk.length;
      if (length >= bytesPerWrite) await write();
    }
    if (length > 0) await write();
    const { key, size } = await staging.publish();
    return { id: deps.newId<StoredFileId>(), origin, key, sha256: hash.digest(), size, createdAt: deps.clock.now() };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}
