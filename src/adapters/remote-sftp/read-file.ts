// Reads one file back: several READs on their way at once, given out in the order of the file.
// Invariant: never holds more than what is on its way; a reply that is shorter than asked is asked for again, not skipped.

import { openBits, packetTypes, statusCodes } from '../../domain/sftp-wire.ts';
import { closeHandle, openHandle } from './handles.ts';
import type { Sftp } from './open-sftp.ts';
import { watchPace } from './pace.ts';
import type { Reply } from './sftp-requests.ts';
import { statusError, statusOf, unexpected } from './sftp-status.ts';

const inFlightBytes = 2 * 1024 * 1024;

export async function* readFile(sftp: Sftp, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await openHandle(sftp, 'read-back', path, openBits.read);
  const ahead = Math.max(2, Math.floor(inFlightBytes / sftp.readLength));
  const underWay: Promise<Reply>[] = [];
  const pace = watchPace(sftp);
  let asked = 0;
  let position = 0;
  try {
    for (;;) {
      while (underWay.length < ahead) {
        underWay.push(read(sftp, handle, asked, sftp.readLength));
        asked += sftp.readLength;
      }
      const next = underWay.shift();
      if (next === undefined) return;
      const end = position + sftp.readLength;
      let data = dataOf(sftp, path, await next);
      while (data !== null && data.length > 0) {
        yield data;
        pace(data.length);
        position += data.length;
        if (position >= end) break;
        data = dataOf(sftp, path, await read(sftp, handle, position, end - position));
      }
      if (position < end) return;
    }
  } finally {
    await Promise.allSettled(underWay);
    await closeHandle(sftp, 'read-back', handle).catch(() => undefined);
  }
}

function read({ requests }: Sftp, handle: Buffer, offset: number, length: number): Promise<Reply> {
  const reply = requests.ask('read-back', packetTypes.read, (writer) =>
    writer.string(handle).uint64(offset).uint32(length),
  );
  // It is awaited later; should the link end before, that is no unhandled rejection.
  reply.catch(() => undefined);
  return reply;
}

/** Null at the end of the file. */
function dataOf({ requests, readLength }: Sftp, path: string, reply: Reply): Buffer | null {
  if (reply.type === packetTypes.data) {
    const data = requests.parse('read-back', () => reply.body.string());
    // More than was asked for would be read twice.
    if (data.length > readLength) throw unexpected(requests, 'read-back', reply);
    return data;
  }
  const status = statusOf(requests, 'read-back', reply);
  if (status === null) throw unexpected(requests, 'read-back', reply);
  if (status.code === statusCodes.eof) return null;
  throw statusError('read-back', status, { path });
}
