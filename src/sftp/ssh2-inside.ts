// The few things of ssh2 1.17.0 that its types do not tell.
// Invariant: nothing of ssh2 is changed from here but the window of a channel, as ssh2 does it itself.

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

/** What the client may still send on a channel, in bytes; `add` allows it more. */
export type IncomingWindow = { left(): number; add(bytes: number): void };

/** The channel's window (RFC 4254 section 5.2). ssh2 gives up to 2 MiB by itself and leaves a larger one alone. */
export function incomingWindow(channel: ServerChannel): IncomingWindow {
  const { incoming, outgoing, _client: client }: Partial<ChannelInside> = Object(channel);
  if (incoming === undefined || outgoing === undefined || client === undefined)
    throw new Error('ssh2 keeps the window of a channel elsewhere');
  return {
    left: () => incoming.window,
    add(bytes) {
      if (outgoing.state === 'closed') return;
      incoming.window += bytes;
      client._protocol.channelWindowAdjust(outgoing.id, bytes);
    },
  };
}

type ChannelInside = {
  incoming: { window: number };
  outgoing: { id: number; state: string };
  _client: { _protocol: { channelWindowAdjust(id: number, bytes: number): void } };
};

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

/**
 * True when ssh2 may still need bytes of a chunk that it has been given: a packet that goes on in the next chunk, or what a
 * key exchange that is under way has said.
 */
export function keepsBytesOf(connection: Connection, chunk: Buffer): boolean {
  const protocol: unknown = '_protocol' in connection ? connection._protocol : undefined;
  if (typeof protocol !== 'object' || protocol === null || !('_decipher' in protocol)) return true;
  if (!('_kexinit' in protocol) || protocol._kexinit !== undefined) return true;
  const decipher: unknown = protocol._decipher;
  if (typeof decipher !== 'object' || decipher === null) return true;
  return Object.values(decipher).some((value) => ArrayBuffer.isView(value) && value.buffer === chunk.buffer);
}
