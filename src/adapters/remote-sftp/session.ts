// A logged-in SFTP session as the use cases ask for it.
// Invariant: every method ends within the limits, with its result or with a RemoteError.

import { RemoteError, type RemoteFile, type RemoteSession, type StageName } from '../../domain/remote.ts';
import { attributeBits, packetTypes, statusCodes, type WireReader } from '../../domain/sftp-wire.ts';
import type { SecureLink } from './exchange-keys.ts';
import type { RemoteLimits } from './limits.ts';
import type { Facts } from './link.ts';
import type { LoggedIn } from './log-in.ts';
import type { Sftp } from './open-sftp.ts';
import { putFile } from './put-file.ts';
import { readFile } from './read-file.ts';
import type { Reply, SftpRequests } from './sftp-requests.ts';
import { expectOk, statusError, statusOf, unexpected } from './sftp-status.ts';

export function remoteSession(
  secure: SecureLink,
  serverVersion: string,
  loggedIn: LoggedIn,
  sftp: Sftp,
  limits: RemoteLimits,
): RemoteSession {
  const { link, hostKey } = secure;
  return {
    address: link.address,
    serverVersion,
    hostKey,
    usedKey: loggedIn.usedKey,
    offeredHostKeys: () => offeredHostKeys(secure, limits),
    realPath: (path) => realPath(sftp, path),
    stat: (path) => stat(sftp, 'folder', path),
    put: (path, source, onBytes) => putFile(sftp, path, source, onBytes),
    read: (path) => readFile(sftp, path),
    rename: (from, to) => rename(sftp, from, to),
    async remove(path) {
      const { requests } = sftp;
      const reply = await requests.ask('delete', packetTypes.remove, (writer) => writer.string(path));
      expectOk(requests, 'delete', reply, { path });
    },
    close: () => link.close(),
  };
}

/**
 * A server tells its keys right after the login, before it answers anything else, so by now they are known or will not come.
 * ssh2 has checked that each is signed over this session's id.
 */
async function offeredHostKeys({ provenKeys, hostKey, link }: SecureLink, limits: RemoteLimits) {
  if (provenKeys.keys === null && link.end === null)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limits.hostKeysTime);
      provenKeys.told = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return (provenKeys.keys ?? []).filter(({ sha256 }) => sha256 !== hostKey.sha256);
}

async function realPath({ requests }: Sftp, path: string): Promise<string> {
  const reply = await requests.ask('folder', packetTypes.realpath, (writer) => writer.string(path === '' ? '.' : path));
  if (reply.type !== packetTypes.name) throw refusal(requests, 'folder', reply, { path });
  return requests.parse('folder', () => {
    reply.body.uint32();
    return reply.body.text();
  });
}

async function stat({ requests }: Sftp, stage: StageName, path: string): Promise<RemoteFile | null> {
  const reply = await requests.ask(stage, packetTypes.stat, (writer) => writer.string(path));
  if (reply.type !== packetTypes.attrs) {
    const error = refusal(requests, stage, reply, { path });
    if (error.observation.kind === 'no-such-file') return null;
    throw error;
  }
  const { size, mode, modifiedAt } = requests.parse(stage, () => readAttributes(reply.body));
  if (size === null || mode === null)
    throw new RemoteError({ stage, kind: 'not-supported', facts: { path, detail: 'size and kind are not told' } });
  return { size, kind: kindsByMode.get(mode & 0o170000) ?? 'other', modifiedAt };
}

// A map, because the formatter rewrites octal keys of an object to wrong numbers.
const kindsByMode = new Map<number, RemoteFile['kind']>([
  [0o100000, 'file'],
  [0o040000, 'folder'],
]);

function readAttributes(body: WireReader) {
  const flags = body.uint32();
  const size = flags & attributeBits.size ? body.uint64() : null;
  if (flags & attributeBits.owner) body.uint64();
  const mode = flags & attributeBits.permissions ? body.uint32() : null;
  if ((flags & attributeBits.times) === 0) return { size, mode, modifiedAt: null };
  body.uint32();
  return { size, mode, modifiedAt: new Date(body.uint32() * 1000) };
}

async function rename(sftp: Sftp, from: string, to: string): Promise<'posix' | 'plain'> {
  const { requests } = sftp;
  const facts = { from, to };
  if (sftp.posixRename) {
    const reply = await requests.ask('rename', packetTypes.extended, (writer) =>
      writer.string('posix-rename@openssh.com').string(from).string(to),
    );
    const status = statusOf(requests, 'rename', reply);
    if (status?.code === statusCodes.ok) return 'posix';
    // Named, but not there: some servers name what their administrator has switched off.
    if (status?.code !== statusCodes.unsupported) throw refusal(requests, 'rename', reply, facts, status);
  }
  const reply = await requests.ask('rename', packetTypes.rename, (writer) => writer.string(from).string(to));
  const status = statusOf(requests, 'rename', reply);
  if (status?.code === statusCodes.ok) return 'plain';
  const error = refusal(requests, 'rename', reply, facts, status);
  if (error.observation.kind !== 'refused') throw error;
  // Without posix-rename most servers refuse to replace a file, and say nothing but FAILURE.
  const there = await stat(sftp, 'rename', to).catch(() => null);
  throw there === null ? error : new RemoteError({ ...error.observation, kind: 'target-exists' });
}

/** The error for a reply that is not what was hoped for. */
function refusal(
  requests: SftpRequests,
  stage: StageName,
  reply: Reply,
  facts: Facts,
  status = statusOf(requests, stage, reply),
): RemoteError {
  if (status === null || status.code === statusCodes.ok) return unexpected(requests, stage, reply);
  return statusError(stage, status, facts);
}
