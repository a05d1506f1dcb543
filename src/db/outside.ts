// Reads the address of a PostgreSQL that somebody else runs.
// Invariant: a password in the address never gets into a text that is shown or logged.
import type { ClientConfig } from 'pg';
import { DatabaseStartError } from './database-error.ts';

/** Checks the address; throws `DatabaseStartError` when it is none. The driver reads the parts itself. */
export function readOutsideConfig(url: string): ClientConfig {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DatabaseStartError(
      'CAUSEWAY_DATABASE_URL is not an address of PostgreSQL: write it as postgres://user:password@host:5432/database.',
    );
  }
  return { connectionString: url };
}

/** `host:port/database` for messages: without user and password. */
export function describeLink(link: ClientConfig): string {
  if (link.connectionString === undefined) return `the socket in ${link.host}`;
  const { hostname, port, pathname, searchParams } = new URL(link.connectionString);
  const host = searchParams.get('host') ?? (hostname || 'localhost');
  return `${host}${host.startsWith('/') ? '' : `:${port || '5432'}`}${pathname === '/' ? '' : pathname}`;
}
