// SFTP servers of institutions, by ssh2's client: from a host and a port to a logged-in session, stage by stage.
// Invariant: no secret leaves before `acceptHostKey` has said yes to a key that the server has proven to hold.

import type { Connect } from '../../domain/ports.ts';
import {
  type HostKeySeen,
  type OpenRemote,
  type RemoteAddress,
  RemoteError,
  type RemoteServers,
  type RemoteSession,
  type Stage,
} from '../../domain/remote.ts';
import { tellStage } from '../../domain/tell-stage.ts';
import { offeredTypes } from './algorithms.ts';
import { exchangeKeys, type SecureLink } from './exchange-keys.ts';
import { exchangeIdentification } from './identification.ts';
import { defaultRemoteLimits, type RemoteLimits } from './limits.ts';
import { Link } from './link.ts';
import { type LoggedIn, logIn } from './log-in.ts';
import { openSftp } from './open-sftp.ts';
import { remoteSession } from './session.ts';

export function openRemoteServers(options: { connect: Connect; limits?: Partial<RemoteLimits> }): RemoteServers {
  const limits = { ...defaultRemoteLimits, ...options.limits };
  const { connect } = options;
  return {
    open: (wanted) => open(connect, limits, wanted),
    detectHostKeys: (address, onStage, signal) => detectHostKeys(connect, limits, address, onStage, signal),
  };
}

/** As far as a proven host key. */
type Reach = RemoteAddress & Pick<OpenRemote, 'hostKeyTypes' | 'signal'> & { onStage?: (stage: Stage) => void };

async function reach(connect: Connect, limits: RemoteLimits, wanted: Reach) {
  const { signal, onStage, hostKeyTypes } = wanted;
  const { socket, address } = await connect(wanted, onStage === undefined ? { signal } : { signal, onStage });
  const link = new Link({ socket, address, signal, closeTime: limits.closeTime });
  try {
    const version = await tellStage(
      'banner',
      onStage,
      () => exchangeIdentification(link, limits),
      (software) => `The server calls itself ${software}.`,
    );
    const secure = await tellStage(
      'key-exchange',
      onStage,
      () => exchangeKeys(link, hostKeyTypes, limits),
      ({ algorithms }) => `Keys were exchanged: ${algorithms}.`,
    );
    return { link, version, secure };
  } catch (error) {
    void link.close();
    throw error;
  }
}

async function open(connect: Connect, limits: RemoteLimits, wanted: OpenRemote): Promise<RemoteSession> {
  const { onStage } = wanted;
  const { link, version, secure } = await reach(connect, limits, wanted);
  try {
    await tellStage(
      'host-key',
      onStage,
      () => acceptHostKey(secure, wanted),
      () => `The server proved its host key: ${keyWords(secure.hostKey)}.`,
    );
    const loggedIn = await tellStage('login', onStage, () => logIn(secure, wanted, limits), loginWords);
    const sftp = await tellStage(
      'sftp',
      onStage,
      () => openSftp(secure, limits),
      () => 'SFTP is there.',
    );
    return remoteSession(secure, version, loggedIn, sftp, limits);
  } catch (error) {
    void link.close();
    throw error;
  }
}

async function acceptHostKey({ link, hostKey }: SecureLink, { acceptHostKey: accept }: OpenRemote): Promise<void> {
  const observed = (end: NonNullable<Link['end']>) => {
    const { kind, facts } = end;
    return new RemoteError({ stage: 'host-key', kind, facts: { address: link.address, ...facts } });
  };
  if (link.end !== null) throw observed(link.end);
  const accepted = await accept(hostKey);
  if (link.end !== null) throw observed(link.end);
  if (accepted) return;
  const { type, sha256, md5 } = hostKey;
  const end = { kind: 'host-key-not-accepted', facts: { type, sha256, md5 } } as const;
  link.fail(end.kind, end.facts);
  throw observed(end);
}

function loginWords({ method }: LoggedIn): string {
  if (method === 'none') return 'The server asked for no password and no key.';
  return `The ${method} was accepted.`;
}

function keyWords({ type, sha256 }: HostKeySeen): string {
  return `${type} ${sha256}`;
}

/** One short link for each type of key that the server says it has; its first key is told as a stage. */
async function detectHostKeys(
  connect: Connect,
  limits: RemoteLimits,
  wanted: RemoteAddress,
  onStage: (stage: Stage) => void,
  signal: AbortSignal,
): Promise<HostKeySeen[]> {
  const first = await reach(connect, limits, { ...wanted, hostKeyTypes: null, signal, onStage });
  const seen = [first.secure.hostKey];
  const { address } = first.link;
  await first.link.close();
  const left = offeredTypes(first.secure.proposal?.hostKeys ?? []).filter((type) => type !== seen[0]?.type);
  for (const type of left) {
    // The address, not the name: behind one name there may be several servers.
    const more = { host: address, port: wanted.port, hostKeyTypes: [type], signal };
    const found = await reach(connect, limits, more).catch((error: unknown) => {
      // A server may have had enough of links; what it has shown so far is still true.
      if (error instanceof RemoteError && !signal.aborted) return null;
      throw error;
    });
    if (found === null) continue;
    seen.push(found.secure.hostKey);
    await found.link.close();
  }
  await tellStage('host-key', onStage, async () => seen, detectedWords);
  return seen;
}

function detectedWords(keys: readonly HostKeySeen[]): string {
  return `The server proved ${keys.length === 1 ? 'its host key' : `${keys.length} host keys`}: ${keys.map(keyWords).join(', ')}.`;
}
