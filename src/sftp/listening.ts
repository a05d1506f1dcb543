// Takes the SFTP port, or says in a sentence why it cannot be had.
// Invariant: an address that another program listens on is never shared with it.

import type { Server } from 'node:net';
import { listenError } from '../domain/listen-errors.ts';

/** Starts listening and gives the port. Throws AppError (`port-in-use`, `port-not-allowed`, `address-not-here`). */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true, backlog: 1024 }, resolve);
  try {
    await promise;
  } catch (error) {
    throw listenError(error, host, port, 'SFTP');
  } finally {
    server.off('error', reject);
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
