// SFTP servers of institutions, by ssh2's client.

import type { Connect } from '../../domain/ports.ts';
import type { RemoteServers } from '../../domain/remote.ts';

export function openRemoteServers(_options: { connect: Connect }): RemoteServers {
  return {
    open: () => Promise.reject(new Error('not built')),
    detectHostKeys: () => Promise.reject(new Error('not built')),
  };
}
