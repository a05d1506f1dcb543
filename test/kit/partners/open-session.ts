// Opens a session to a partner as Causeway does it: by the adapter of the product, under its address rules.
// Invariant: loopback is allowed here and nowhere else; a session that was opened ends with its test.

import { type ConnectLimits, createConnect } from '../../../src/adapters/network/connect.ts';
import type { RemoteLimits } from '../../../src/adapters/remote-sftp/limits.ts';
import { openRemoteServers } from '../../../src/adapters/remote-sftp/remote-servers.ts';
import type { OpenRemote, RemoteAddress, RemoteServers, RemoteSession } from '../../../src/domain/remote.ts';
import type { Partner } from './partner.ts';

/** Times are short only where a test waits for a server that says nothing. */
export function partnerServers(
  limits: Partial<RemoteLimits & ConnectLimits> = {},
  allowNetworks: readonly string[] = ['127.0.0.0/8'],
): RemoteServers {
  return openRemoteServers({ connect: createConnect({ allowNetworks, limits }), limits });
}

/** How to open a partner: by password unless told otherwise, taking any host key; `more` overrides. */
export function openPartner(
  partner: RemoteAddress & Pick<Partner, 'username' | 'password'>,
  more: Partial<OpenRemote> = {},
): OpenRemote {
  return {
    host: partner.host,
    port: partner.port,
    username: partner.username,
    secret: { kind: 'password', password: partner.password },
    hostKeyTypes: null,
    acceptHostKey: () => true,
    onStage: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

export function byKey(privateKey: string): OpenRemote['secret'] {
  return { kind: 'keys', keys: [{ id: 'key-1', privateKey }] };
}

export async function openSession(
  partner: Partner,
  more: Partial<OpenRemote> = {},
  limits: Partial<RemoteLimits> = {},
): Promise<RemoteSession & AsyncDisposable> {
  const session = await partnerServers(limits).open(openPartner(partner, more));
  return Object.assign(session, { [Symbol.asyncDispose]: () => session.close() });
}
