// For local commands: the database, whether a server runs on it at this moment or not.
// Invariant: a database that was attached to is left running; one that was started here is stopped again.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, type DatabaseConfig, type OpenOptions, openDatabase } from './connection.ts';
import { DatabaseStartError } from './database-error.ts';
import { dataFiles } from './embedded/data-files.ts';
import { openPool } from './pool.ts';

/** Like `openDatabase`, but shares the embedded PostgreSQL of a Causeway that runs on the same data folder. */
export async function attachDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  try {
    return await openDatabase(config, options);
  } catch (error) {
    if (config.kind === 'postgres' || !(error instanceof DatabaseStartError)) throw error;
    const db = runningDatabase(config.dir, options);
    if (db === null) throw error;
    try {
      await db.query('select 1');
      return db;
    } catch {
      await db.close();
      throw error;
    }
  }
}

/** The socket folder stands in the fifth line of postmaster.pid (PostgreSQL, src/include/utils/pidfile.h). */
function runningDatabase(folder: string, options: OpenOptions): Database | null {
  const files = dataFiles(realpathSync(folder));
  const pidFile = join(files.cluster, 'postmaster.pid');
  if (!existsSync(pidFile) || !existsSync(files.passwords)) return null;
  const host = readFileSync(pidFile, 'utf8').split('\n')[4]?.trim();
  if (!host) return null;
  const { application } = JSON.parse(readFileSync(files.passwords, 'utf8')) as { application: string };
  return openPool({ host, port: 5432, user: 'causeway', password: application, database: 'causeway' }, options);
}
