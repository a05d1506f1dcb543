// Sentences for a port that cannot be had. Invariant: each names the setting that changes it.

import { AppError } from './errors.ts';

/**
 * What went wrong when listening on `host` and `port`, for the operator: AppError (`port-in-use`, `port-not-allowed`,
 * `address-not-here`) that names `CAUSEWAY_<setting>_PORT` or `_HOST`; any other error as it came.
 */
export function listenError(error: unknown, host: string, port: number, setting: 'SFTP' | 'HTTP'): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `${host} port ${port}`;
  if (code === 'EADDRINUSE')
    return new AppError(
      'conflict',
      'port-in-use',
      `Another program already listens on ${where}.`,
      `Stop it (it may be a second Causeway), or set CAUSEWAY_${setting}_PORT to a free port.`,
    );
  if (code === 'EACCES')
    return new AppError(
      'forbidden',
      'port-not-allowed',
      `This user may not listen on ${where}.`,
      `Set CAUSEWAY_${setting}_PORT to a port above 1023, or allow the program to bind low ports.`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new AppError(
      'invalid',
      'address-not-here',
      `This machine has no address ${host} to listen on.`,
      `Set CAUSEWAY_${setting}_HOST to an address of this machine, or to 0.0.0.0 for all of them.`,
    );
  return error;
}
