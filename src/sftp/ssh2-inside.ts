// The few things of ssh2 1.17.0 that its types do not tell.
// Invariant: read only; nothing of ssh2 is changed from here.

import type { Connection, ServerChannel } from 'ssh2';

/**
 * True when the client has sent more than the channel's window allowed. ssh2 takes such data all the same, so that a client
 * could fill the memory while its channel is paused; an honest one never does it.
 */
export function channelWasOverrun(channel: ServerChannel): boolean {
  const { incoming } = channel;
  if (typeof incoming !== 'object' || incoming === null || !('window' in incoming)) return false;
  return typeof incoming.window === 'number' && incoming.window < 0;
}

/**
 * How many packets ssh2 keeps back while keys are exchanged. A client that does not answer the exchange, but goes on with
 * requests that ssh2 answers by itself, could fill the memory with them.
 */
export function packetsKeptBack(connection: Connection): number {
  const protocol: unknown = '_protocol' in connection ? connection._protocol : undefined;
  if (typeof protocol !== 'object' || protocol === null || !('_queue' in protocol)) return 0;
  return Array.isArray(protocol._queue) ? protocol._queue.length : 0;
}

/** What ssh2 says about errors: `handshake` when there was no common algorithm, `client-timeout` when keepalives were not answered. */
export function errorLevel(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('level' in error)) return undefined;
  return typeof error.level === 'string' ? error.level : undefined;
}
