// A line between client and server that gathers the client's bytes and cuts them where chance wants, so that packets begin and
// end anywhere in what is read at once.
// Invariant: changes nothing but where the pieces end; the same seed cuts in the same way.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** How long bytes are gathered, in milliseconds. */
const gatherTime = 3;

/** Gives the port to connect to. `longest` bytes has the longest piece. */
export async function cuttingLine(t: TestContext, port: number, seed: number, longest: number): Promise<number> {
  const server = createServer({ noDelay: true, highWaterMark: 1024 * 1024 }, (client) => {
    const ours = connect({ port, host: '127.0.0.1', noDelay: true });
    const random = mulberry(seed);
    for (const socket of [client, ours]) socket.on('error', () => undefined);
    t.after(() => {
      client.destroy();
      ours.destroy();
    });
    ours.pipe(client);
    void cut(client, ours, () => 1 + Math.floor(random() * longest));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function cut(from: Socket, to: Socket, next: () => number): Promise<void> {
  try {
    for (let ended = false; !ended; ) {
      await once(from, 'readable');
      await new Promise((resolve) => setTimeout(resolve, gatherTime));
      const bytes: Buffer | null = from.read();
      ended = bytes === null;
      if (bytes !== null) await pass(bytes, to, next);
    }
    to.end();
  } catch {
    to.destroy();
  }
}

async function pass(bytes: Buffer, to: Socket, next: () => number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const length = next();
    to.write(bytes.subarray(at, at + length));
    at += length;
    // Each piece is read by itself, when the reader gets a turn in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (to.writableNeedDrain) await once(to, 'drain');
}

/** Numbers from 0 to 1 (mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
