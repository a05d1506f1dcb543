// Reads a stored file from its beginning through two buffers that are used again and again.
// Invariant: memory does not grow with the file, and whatever ends the reading, the file is closed.

import type { InstitutionId } from '../domain/ids.ts';
import type { FileStore, StorageKey } from '../domain/ports.ts';

const bufferLength = 512 * 1024;

/**
 * A chunk is valid only until the next one is asked for: for whoever hashes or copies it at once. The next chunk is read from
 * the disk while the last one is worked on.
 */
export async function* storedBytes(
  files: Pick<FileStore, 'open'>,
  institutionId: InstitutionId,
  key: StorageKey,
): AsyncGenerator<Uint8Array> {
  const file = await files.open(institutionId, key);
  let [now, next] = [Buffer.allocUnsafeSlow(bufferLength), Buffer.allocUnsafeSlow(bufferLength)];
  let position = 0;
  const read = (buffer: Buffer) => {
    const work = file.read(buffer, 0, bufferLength, position).then((length) => {
      position += length;
      return length;
    });
    // It is awaited later; a failure in between is not one that nobody looks at.
    work.catch(() => undefined);
    return work;
  };
  let reading = read(now);
  try {
    for (let length = await reading; length > 0; length = await reading) {
      reading = read(next);
      yield now.subarray(0, length);
      [now, next] = [next, now];
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}
