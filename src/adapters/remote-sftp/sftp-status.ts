// What a server's STATUS means: codes of version 3, codes that servers borrow from later versions, and the text where the code says little.
// Invariant: a kind is more than `refused` only where the code, the text or the file system itself says so.

import { type ObservationKind, RemoteError, type StageName } from '../../domain/remote.ts';
import { packetTypes, statusCodes } from '../../domain/sftp-wire.ts';
import { boundedText, type Facts } from './link.ts';
import type { Sftp } from './open-sftp.ts';
import type { Reply, SftpRequests } from './sftp-requests.ts';

export type Status = { code: number; text: string };

/** draft-ietf-secsh-filexfer-02 section 7, and -13 section 9.1 from 8 on. */
const kinds: Readonly<Record<number, ObservationKind>> = {
  2: 'no-such-file',
  3: 'permission-denied',
  5: 'protocol-error',
  6: 'closed',
  7: 'closed',
  8: 'not-supported',
  10: 'no-such-file',
  11: 'target-exists',
  12: 'permission-denied',
  14: 'no-space',
  15: 'no-space',
  19: 'not-a-folder',
};

/** Words of FAILURE, the code for everything else. */
const words: readonly (readonly [RegExp, ObservationKind])[] = [
  [/no space|disk (is )?full|quota|not enough (disk )?space|insufficient (storage|space)|enospc/i, 'no-space'],
  [/(file|name|target|destination|object|already) exists|eexist/i, 'target-exists'],
  [/not a directory|enotdir/i, 'not-a-folder'],
  [/permission|denied|not (allowed|permitted)|forbidden|read-only|eacces|eperm|erofs/i, 'permission-denied'],
  [/no such|not found|does not exist|enoent/i, 'no-such-file'],
  [/not (supported|implemented)|unsupported/i, 'not-supported'],
];

/** The status of a reply; null when it is none. */
export function statusOf(requests: SftpRequests, stage: StageName, { type, body }: Reply): Status | null {
  if (type !== packetTypes.status) return null;
  return requests.parse(stage, () => {
    const code = body.uint32();
    // Some servers leave the text away.
    return { code, text: body.remaining >= 4 ? boundedText(body.string()) : '' };
  });
}

export function kindOf({ code, text }: Status): ObservationKind {
  const byText = words.find(([pattern]) => pattern.test(text))?.[1];
  return kinds[code] ?? (code === statusCodes.failure ? byText : undefined) ?? 'refused';
}

/** The error for a status; never for `ok`. */
export function statusError(stage: StageName, status: Status, facts: Facts): RemoteError {
  return new RemoteError({ stage, kind: kindOf(status), facts: { ...facts, status: status.code, text: status.text } });
}

/** Throws unless the reply is a status `ok`. */
export function expectOk(requests: SftpRequests, stage: StageName, reply: Reply, facts: Facts): void {
  const status = statusOf(requests, stage, reply);
  if (status === null) throw unexpected(requests, stage, reply);
  if (status.code !== statusCodes.ok) throw statusError(stage, status, facts);
}

/** The error for a reply that does not answer its request; it ends the link. */
export function unexpected(requests: SftpRequests, stage: StageName, { type }: Reply): RemoteError {
  const facts = { detail: `a reply of type ${type}` };
  requests.link.fail('protocol-error', facts);
  return new RemoteError({ stage, kind: 'protocol-error', facts });
}

/**
 * A write that was refused without a reason: the file system itself may tell it (statvfs@openssh.com). OpenSSH answers a full
 * disk and a read-only one with FAILURE and the word “Failure”. A quota stays unknown.
 */
export async function explainRefusedWrite(sftp: Sftp, error: RemoteError, path: string): Promise<RemoteError> {
  const { stage, kind, facts } = error.observation;
  if (kind !== 'refused' || !sftp.statVfs || sftp.requests.link.end !== null) return error;
  const folder = path.replace(/[^/]*$/, '') || '.';
  const reply = await sftp.requests.ask(stage, packetTypes.extended, (writer) =>
    writer.string('statvfs@openssh.com').string(folder),
  );
  if (reply.type !== packetTypes.extendedReply) return error;
  const { freeBytes, freeFiles, files, readOnly } = sftp.requests.parse(stage, () => fileSystem(reply.body));
  const full = freeBytes < sftp.writeLength || (files > 0 && freeFiles === 0);
  if (!readOnly && !full) return error;
  const more = { ...facts, freeBytes, readOnly };
  return new RemoteError({ stage, kind: readOnly ? 'permission-denied' : 'no-space', facts: more });
}

function fileSystem(body: Reply['body']) {
  // Sizes beyond 2^53 are as good as endless, so the high half of each number is enough to keep them apart.
  const number = () => body.uint32() * 0x1_0000_0000 + body.uint32();
  number();
  const blockSize = number();
  number();
  number();
  const freeBytes = number() * blockSize;
  const files = number();
  number();
  const freeFiles = number();
  number();
  const readOnly = number() % 2 === 1;
  return { freeBytes, files, freeFiles, readOnly };
}
