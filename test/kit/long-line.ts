// A line on which everything takes its time, as between two continents.
// Invariant: bytes are passed on unchanged and in order, and as many as come: it limits the time, not the rate.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** The port of a way to `port` on which a round trip takes this many milliseconds. Ends with the test. */
export async function longLine(t: TestContext, port: number, roundTrip: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (chunk) => void setTimeout(() => to.write(chunk), roundTrip / 2));
      from.on('end', () => void setTimeout(() => to.end(), roundTrip / 2));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
