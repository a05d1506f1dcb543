// Takes the SFTP port, or says in a sentence why it cannot be had.
// Invariant: an address that another program listens on is never shared with it.

import type { Server } from 'node:net';
import { AppError } from '../domain/errors.ts';

/** Starts listening and gives the port. Throws AppError (`port-in-use`, `port-not-allowed`, `address-not-here`). */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true, backlog: 1024 }, resolve);
  try {
    await promise;
  } catch (error) {
    throw listenError(error, host, port);
  } finally {
    server.off('error', reject);
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `${host} port ${port}`;
  if (code === 'EADDRINUSE')
    return new AppError(
      'conflict',
      'port-in-use',
      `Another program already listens on ${where}.`,
      'Stop it (it may be a second Causeway), or set CAUSEWAY_SFTP_PORT to a free port.',
    );
  if (code === 'EACCES')
    return new AppError(
      'forbidden',
      'port-not-allowed',
      `This user may not listen on ${where}.`,
      'Set CAUSEWAY_SFTP_PORT to a port above 1023, or allow the program to bind low ports.',
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new AppError(
      'invalid',
      'address-not-here',
      `This machine has no address ${host} to listen on.`,
      'Set CAUSEWAY_SFTP_HOST to an address of this machine, or to 0.0.0.0 for all of them.',
    );
  return error;
}
