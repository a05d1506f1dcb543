// The extension copy-data (draft-ietf-secsh-filexfer-extensions-00, section 7): copies between two open handles.
// Invariant: goes through the target's writes, so that a failure there fails its CLOSE like any other.

import { VirtualFileError } from '../domain/virtual-files.ts';
import type { FileHandle, Handles } from './handles.ts';
import { eofReply, okReply } from './replies.ts';
import type { Request } from './requests.ts';

const pieceLength = 256 * 1024;

/** Length 0 copies to the end of the source; a source that ends before `length` is answered with EOF. */
export async function copyData(handles: Handles, request: Extract<Request, { kind: 'copy-data' }>): Promise<Buffer> {
  const source = handles.file(request.handle);
  const target = handles.file(request.target);
  if (!source.flags.read || !target.flags.write)
    throw new VirtualFileError('permission-denied', 'The source must be open for reading and the target for writing.');
  if (source === target) throw new VirtualFileError('failure', 'Source and target are the same open file.');
  let copied = 0;
  const wanted = request.length === 0 ? Number.POSITIVE_INFINITY : request.length;
  while (copied < wanted) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceLength, wanted - copied));
    const length = await source.file.read(buffer, buffer.length, request.position + copied);
    if (length === 0) break;
    await write(target, buffer.subarray(0, length), request.targetPosition + copied);
    copied += length;
  }
  return wanted === Number.POSITIVE_INFINITY || copied === wanted ? okReply(request.id) : eofReply(request.id);
}

function write(target: FileHandle, data: Buffer, position: number): Promise<void> {
  target.written = true;
  return new Promise((resolve, reject) => {
    const settled = (error: unknown): void => (error === undefined ? resolve() : reject(error));
    target.writes.add({ position, data: [data], length: data.length, settled });
  });
}
