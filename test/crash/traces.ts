// What an installation at rest must have left nowhere: staging files, rows without their partner, receipts without their bytes.
// Invariant: looked at in the tables and on the disk themselves, because the API could hide it.

import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { placesBelow } from '../../src/adapters/disk-files/places.ts';
import type { InstitutionId } from '../../src/domain/ids.ts';
import type { Installation } from './installation.ts';

const statements: Record<string, string> = {
  'is still waiting or running': `select path as what from imports where status in ('queued', 'running')`,
  'arrived and has no row in the history': `select path as what from arrivals a
     where not exists (select from imports i where i.institution_id = a.institution_id and i.arrival_id = a.id)`,
  'was stored and never arrived': `select storage_key as what from stored_files s where origin = 'sftp'
     and not exists (select from arrivals a where a.institution_id = s.institution_id and a.stored_file_id = s.id)`,
  'succeeded without a receipt': `select path as what from imports where status = 'succeeded' and receipt_file_id is null`,
  'succeeded with skipped rows and without an error file': `select path as what from imports
     where status = 'succeeded' and skipped_count > 0 and error_file_id is null`,
  'has a receipt that is not in outbox/': `select i.path as what from imports i where i.receipt_file_id is not null
     and not exists (select from sftp_entries e where e.institution_id = i.institution_id and e.stored_file_id = i.receipt_file_id
       and e.path like '/outbox/%')`,
  'is a session that was left open': `select username || ' ' || started_at as what from session_log where outcome = 'open'`,
};

export async function findTraces({ database, filesFolder }: Installation): Promise<string[]> {
  const found: string[] = [];
  for (const [says, sql] of Object.entries(statements)) {
    const rows = await database.query<{ what: string }>(sql);
    if (rows === null) throw new Error('the database did not answer at the end');
    found.push(...rows.map(({ what }) => `${what} ${says}`));
  }
  return [...found, ...(await findOnDisk({ database, filesFolder }))];
}

async function findOnDisk({
  database,
  filesFolder,
}: Pick<Installation, 'database' | 'filesFolder'>): Promise<string[]> {
  const places = placesBelow(filesFolder);
  const staging = await readdir(places.incoming, { recursive: true, withFileTypes: true });
  const found = staging.filter((entry) => entry.isFile()).map(({ name }) => `${name} is left in incoming/`);
  const rows = await database.query<{ institution: InstitutionId; key: string; size: string }>(
    'select institution_id as institution, storage_key as key, size from stored_files',
  );
  for (const { institution, key, size } of rows ?? []) {
    const path = places.storedFile(institution, key);
    const is = existsSync(path) ? (await stat(path)).size : 'nothing';
    if (is !== Number(size)) found.push(`${key} is stored with ${is} instead of ${size} bytes`);
  }
  return found;
}

/** Files at rest that no row knows: what a run that never reached its end has left. */
export async function countUnknownFiles({ database, filesFolder }: Installation): Promise<number> {
  const stored = await readdir(join(filesFolder, 'stored'), { recursive: true, withFileTypes: true });
  const keys = stored.filter((entry) => entry.isFile()).map(({ name }) => name);
  const rows = await database.query<{ key: string }>('select storage_key as key from stored_files');
  const known = new Set(rows?.map(({ key }) => key));
  return keys.filter((key) => !known.has(key)).length;
}

export async function countDeadTables({ database }: Installation): Promise<number> {
  const rows = await database.query(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname like 'pg_temp%' and c.relkind = 'r'`,
  );
  return rows?.length ?? 0;
}
