// Looks at the server before anything relies on it.
// Invariant: a server on which the SQL of this program would go wrong is refused before the first write.
import type { ClientConfig } from 'pg';
import type { DatabaseLog, Queryable } from './connection.ts';
import { DatabaseError, DatabaseStartError } from './database-error.ts';
import { describeLink } from './outside.ts';

/** The oldest PostgreSQL that is tested. */
const OLDEST = 15;

interface ServerFacts {
  version: string;
  encoding: string;
  fsync: string;
  full_page_writes: string;
}

/** Throws `DatabaseStartError` when the server cannot be reached, is too old or has another encoding; warns when it is unsafe. */
export async function checkServer(db: Queryable, link: ClientConfig, log: DatabaseLog | undefined): Promise<void> {
  const facts = await db
    .queryOne<ServerFacts>(
      `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
              current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes`,
    )
    .catch((error: unknown) => {
      throw unreachable(error, link);
    });
  if (facts === null) return;
  const major = Math.floor(Number(facts.version) / 10_000);
  if (major < OLDEST) {
    throw new DatabaseStartError(
      `The PostgreSQL at ${describeLink(link)} is version ${major}, and Causeway needs ${OLDEST} or later: upgrade it, or name another one in CAUSEWAY_DATABASE_URL.`,
    );
  }
  if (facts.encoding !== 'UTF8') {
    throw new DatabaseStartError(
      `The database at ${describeLink(link)} has the encoding ${facts.encoding}, and Causeway needs UTF8: create it with ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (facts.fsync !== 'on' || facts.full_page_writes !== 'on') {
    const { fsync, full_page_writes } = facts;
    log?.warn({ fsync, full_page_writes }, 'the PostgreSQL server is set to lose data when power fails');
  }
}

function unreachable(error: unknown, link: ClientConfig): unknown {
  if (!(error instanceof DatabaseError)) return error;
  return new DatabaseStartError(`PostgreSQL at ${describeLink(link)} cannot be used (${error.code}): ${remedy(error)}`);
}

function remedy(error: DatabaseError): string {
  if (/^28/.test(error.code)) return 'it refuses the user or the password of CAUSEWAY_DATABASE_URL.';
  if (error.code === '3D000') return 'this database does not exist there; create it, or correct CAUSEWAY_DATABASE_URL.';
  if (/^E[A-Z]+$/.test(error.code)) {
    return 'nothing answers there; check the host and the port in CAUSEWAY_DATABASE_URL, and that the server runs.';
  }
  return error.message;
}
