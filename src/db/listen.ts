// LISTEN on a connection of its own that comes back by itself.
// Invariant: after each reconnect `onGap` is called, because messages sent meanwhile are lost.
import type { Client, ClientConfig } from 'pg';
import type { DatabaseLog } from './connection.ts';
import { toDatabaseError } from './database-error.ts';
import { connectLink } from './links.ts';

interface Listener {
  onMessage: (payload: string) => void;
  onGap?: (() => void) | undefined;
  log?: DatabaseLog | undefined;
}

/** Listens until the given function is called. The first connection is awaited, and its error thrown. */
export async function listenOn(link: ClientConfig, channel: string, listener: Listener): Promise<() => Promise<void>> {
  const stopping = Promise.withResolvers<void>();
  let stopped = false;
  let current = await subscribe(link, channel, listener.onMessage, () => !stopped);

  const loop = (async () => {
    while (!stopped) {
      await Promise.race([current.ended, stopping.promise]);
      if (stopped) return;
      const next = await reconnect();
      if (next === undefined) return;
      current = next;
      listener.onGap?.();
    }
  })();

  async function reconnect(): Promise<Subscription | undefined> {
    while (!stopped) {
      try {
        return await subscribe(link, channel, listener.onMessage, () => !stopped);
      } catch (error) {
        listener.log?.warn({ channel, code: toDatabaseError(error).code }, 'the listening connection cannot be made');
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 1000).unref()), stopping.promise]);
      }
    }
    return undefined;
  }

  return async () => {
    stopped = true;
    stopping.resolve();
    await loop;
    await current.client.end().catch(() => undefined);
  };
}

interface Subscription {
  client: Client;
  /** Resolves when the connection is gone. */
  ended: Promise<void>;
}

async function subscribe(
  link: ClientConfig,
  channel: string,
  onMessage: (payload: string) => void,
  goOn: () => boolean,
): Promise<Subscription> {
  const client = await connectLink(link, goOn);
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve);
    client.on('error', () => resolve());
  });
  client.on('notification', (message) => onMessage(message.payload ?? ''));
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
  return { client, ended };
}
