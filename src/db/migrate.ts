// Numbered SQL migrations: brings a database to the schema that this code knows, and refuses any other.
// Invariant: a migration is applied whole or not at all, once, by one process, and never changes afterwards.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, DatabaseLog, Queryable, Session } from './connection.ts';
import { DatabaseStartError } from './database-error.ts';

/** One file `NNNN-name.sql`. `checksum` is the SHA-256 of its text with LF line ends. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
  checksum: string;
}

interface MigrateOptions {
  /** The folder of the migrations; ours when not given. */
  folder?: string;
  log?: DatabaseLog;
}

/** Chosen once; any process that migrates takes it first ('causeway' in ASCII). */
const ADVISORY_LOCK = '7161134020979810681';

/**
 * Applies what is missing, each file in a transaction of its own; gives the names applied. Several processes may call
 * this at once: one works, the others wait. Throws `DatabaseStartError` with a sentence when the database is newer than
 * this code, when an applied file has changed since, or when a file cannot be applied.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<string[]> {
  const known = readMigrations(options.folder ?? join(import.meta.dirname, 'migrations'));
  return db.session(async (session) => {
    await session.execute(`SELECT pg_advisory_lock(${ADVISORY_LOCK})`);
    await session.execute(`CREATE TABLE IF NOT EXISTS schema_migrations (
      number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())`);
    const missing = missingMigrations(known, await appliedMigrations(session));
    for (const migration of missing) {
      await apply(session, migration);
      options.log?.info({ migration: migration.name }, 'migration applied');
    }
    return missing.map((migration) => migration.name);
  });
}

/** All migrations of a folder in their order. Throws when two have the same number or a file is named otherwise. */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const migrations = files.sort().map((file) => {
    const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1];
    if (number === undefined) throw new DatabaseStartError(`The migration ${file} is not named NNNN-name.sql.`);
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
    const checksum = createHash('sha256').update(sql).digest('hex');
    return { number: Number(number), name: file.slice(0, -'.sql'.length), sql, checksum };
  });
  const twice = migrations.find((migration, index) => migration.number === migrations[index - 1]?.number);
  if (twice) throw new DatabaseStartError(`Two migrations have the number ${twice.number}.`);
  return migrations;
}

type Applied = Pick<Migration, 'number' | 'name' | 'checksum'>;

async function appliedMigrations(db: Queryable): Promise<Applied[]> {
  return db.query<Applied>('SELECT number, name, checksum FROM schema_migrations ORDER BY number');
}

function missingMigrations(known: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const newest = known.at(-1)?.number ?? 0;
  const beyond = applied.find((entry) => entry.number > newest);
  if (beyond) {
    throw new DatabaseStartError(
      `The database has been migrated to ${beyond.name} by a newer Causeway; this one knows only up to ${known.at(-1)?.name ?? 'nothing'}. Start the newer Causeway, or restore a backup that was made before the upgrade.`,
    );
  }
  for (const entry of applied) {
    const same = known.find((migration) => migration.number === entry.number);
    if (same?.checksum === entry.checksum) continue;
    throw new DatabaseStartError(
      `The migration ${entry.name} was applied to this database and has been ${same ? 'changed' : 'removed'} since. Install the Causeway that the database was made with, or a released one that is newer.`,
    );
  }
  const last = applied.at(-1)?.number ?? 0;
  const missing = known.filter((migration) => !applied.some((entry) => entry.number === migration.number));
  const late = missing.find((migration) => migration.number < last);
  if (late) {
    throw new DatabaseStartError(
      `The migration ${late.name} comes before ${applied.at(-1)?.name}, which this database already has. Give it a number after that one.`,
    );
  }
  return missing;
}

async function apply(session: Session, migration: Migration): Promise<void> {
  try {
    await session.transaction(async (tx) => {
      await tx.execute(migration.sql);
      await tx.execute('INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.checksum,
      ]);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseStartError(`The migration ${migration.name} could not be applied; nothing of it remains. ${why}`);
  }
}
