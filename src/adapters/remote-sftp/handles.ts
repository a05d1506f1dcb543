// Opening and closing files on the server.
// Invariant: a handle is only ever given back to the session that opened it; what the server does with it is not remembered here.

import type { StageName } from '../../domain/remote.ts';
import { packetTypes } from '../../domain/sftp-wire.ts';
import type { Sftp } from './open-sftp.ts';
import { expectOk, statusError, statusOf, unexpected } from './sftp-status.ts';

/** `flags` are bits of `openBits`. The file gets the rights that the server gives by itself. */
export async function openHandle({ requests }: Sftp, stage: StageName, path: string, flags: number): Promise<Buffer> {
  const reply = await requests.ask(stage, packetTypes.open, (writer) => writer.string(path).uint32(flags).uint32(0));
  if (reply.type === packetTypes.handle) return requests.parse(stage, () => Buffer.from(reply.body.string()));
  const status = statusOf(requests, stage, reply);
  throw status === null ? unexpected(requests, stage, reply) : statusError(stage, status, { path });
}

export async function closeHandle({ requests }: Sftp, stage: StageName, handle: Buffer): Promise<void> {
  const reply = await requests.ask(stage, packetTypes.close, (writer) => writer.string(handle));
  expectOk(requests, stage, reply, {});
}
