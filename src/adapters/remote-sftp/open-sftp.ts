// Opens SFTP on a link that is logged in, and learns what the server can.
// Invariant: an extension is used only when the server has named it in the version that we know.

import type { ClientChannel } from 'ssh2';
import { packetTypes } from '../../domain/sftp-wire.ts';
import type { SecureLink } from './exchange-keys.ts';
import type { RemoteLimits } from './limits.ts';
import { boundedText } from './link.ts';
import { SftpRequests } from './sftp-requests.ts';

export type Sftp = {
  readonly requests: SftpRequests;
  readonly limits: RemoteLimits;
  readonly posixRename: boolean;
  readonly statVfs: boolean;
  /** The longest data of one READ and WRITE. */
  readonly readLength: number;
  readonly writeLength: number;
};

/** What every server takes (section 3 of the draft: packets of 34000 bytes). */
const safeLength = 32 * 1024;
/** More gains nothing, and a reply to it must fit in our own longest packet. */
const longestLength = 255 * 1024;

export async function openSftp({ link, client }: SecureLink, limits: RemoteLimits): Promise<Sftp> {
  const channel = await link.step<ClientChannel>('sftp', limits.sftpTime, (resolve) => {
    try {
      client.subsys('sftp', (error, opened) => {
        if (error) link.fail('sftp-not-offered', { detail: boundedText(error.message) });
        else resolve(opened);
      });
    } catch {
      // ssh2 throws when the server's end of the link was read, but not yet told.
      link.fail('closed');
    }
  });
  const requests = new SftpRequests(link, channel, limits);
  const extensions = await requests.begin(limits.sftpTime);
  const has = (name: string, version: string) => extensions.get(`${name}@openssh.com`) === version;
  return {
    requests,
    limits,
    posixRename: has('posix-rename', '1'),
    statVfs: has('statvfs', '2'),
    ...(has('limits', '1') ? await askLengths(requests) : { readLength: safeLength, writeLength: safeLength }),
  };
}

/** limits@openssh.com (OpenSSH's PROTOCOL, section 4.8): 0 means that there is no limit of its own. */
async function askLengths(requests: SftpRequests): Promise<{ readLength: number; writeLength: number }> {
  const reply = await requests.ask('sftp', packetTypes.extended, (writer) => writer.string('limits@openssh.com'));
  if (reply.type !== packetTypes.extendedReply) return { readLength: safeLength, writeLength: safeLength };
  return requests.parse('sftp', () => {
    reply.body.uint64();
    const length = (told: number) => Math.min(Math.max(told === 0 ? longestLength : told, 1024), longestLength);
    return { readLength: length(reply.body.uint64()), writeLength: length(reply.body.uint64()) };
  });
}
