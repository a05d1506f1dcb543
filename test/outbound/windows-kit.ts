// What tests of windows stand on: an institution, a destination that was never saved, writers of connections, and the files read back.
// Invariant: files are read by csv-parse, which nobody here wrote.

import { parse } from 'csv-parse/sync';
import type { Database, Tx } from '../../src/db/connection.ts';
import { connectionColumns, type Dataset } from '../../src/domain/dataset.ts';
import type { DestinationRecord } from '../../src/domain/destination.ts';
import { type FileOptions, usualFileOptions } from '../../src/domain/file-options.ts';
import type { DestinationId, InstitutionId } from '../../src/domain/ids.ts';
import { type CutDeps, type CutWindow, cutWindow } from '../../src/outbound/cut-window.ts';
import { takeBatch } from '../../src/store/dataset-positions.ts';
import { getInstitution, type InstitutionRecord } from '../../src/store/institutions.ts';
import type { StoredFileRecord } from '../../src/store/stored-files.ts';
import { moveWatermark } from '../../src/store/watermarks.ts';
import { makeInstitution, openTestDeps, type TestDeps } from '../kit/accounts.ts';

export type WindowKit = { deps: TestDeps; institution: InstitutionRecord };

export async function openWindowKit(): Promise<WindowKit & AsyncDisposable> {
  const deps = await openTestDeps();
  const { id } = await makeInstitution(deps, 'westfield');
  return { deps, institution: await institutionOf(deps.db, id), [Symbol.asyncDispose]: () => deps.close() };
}

export async function institutionOf(db: Database, id: InstitutionId): Promise<InstitutionRecord> {
  const institution = await getInstitution(db, id);
  if (!institution) throw new Error('the institution is missing');
  return institution;
}

export function destinationOf(
  institution: InstitutionRecord,
  dataset: Dataset,
  file: Partial<FileOptions> = {},
  since: string | null = null,
): DestinationRecord {
  const at = new Date();
  return {
    institutionId: institution.id,
    id: '01900000-0000-7000-8000-0000000000d1' as DestinationId,
    dataset,
    name: 'Registrar',
    status: 'on',
    host: 'sftp.example.edu',
    port: 22,
    path: '/',
    username: 'causeway',
    auth: 'password',
    checkFingerprint: true,
    frequency: 'daily',
    at: '02:00',
    since,
    file: { ...usualFileOptions, ...file },
    nextRunAt: null,
    mismatchSince: null,
    revision: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  };
}

/** Cuts, and commits the window as a transfer that has succeeded does. */
export async function sendWindow(
  deps: CutDeps,
  institution: InstitutionRecord,
  destination: DestinationRecord,
): Promise<CutWindow> {
  const cut = await cutWindow(deps, institution, destination);
  await commitWindow(deps, institution, destination.dataset, cut);
  return cut;
}

export async function commitWindow(
  deps: Pick<CutDeps, 'db' | 'clock'>,
  institution: InstitutionRecord,
  dataset: Dataset,
  cut: CutWindow,
): Promise<void> {
  await deps.db.transaction((tx) =>
    moveWatermark(tx, institution.id, dataset, { ...cut, file: cut.file !== null, at: deps.clock.now() }),
  );
}

export async function bytesOf(
  deps: Pick<CutDeps, 'files'>,
  institution: InstitutionRecord,
  stored: StoredFileRecord | null | undefined,
): Promise<Buffer> {
  if (!stored) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  for await (const piece of deps.files.stream(institution.id, stored.key)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The data rows of a cut with its usual options, as objects of header → text. */
export async function recordsOf(
  deps: Pick<CutDeps, 'files'>,
  institution: InstitutionRecord,
  cut: CutWindow,
): Promise<Record<string, string>[]> {
  if (!cut.file) return [];
  return parse(await bytesOf(deps, institution, cut.file.stored), { columns: true }) as Record<string, string>[];
}

/** A connection as it lies in the table; what is not given is null. */
export type TestConnection = { externalId: string; id?: string; connectedAt?: string; majors?: string[] } & {
  [Column in Exclude<(typeof connectionColumns)[number], 'externalId' | 'connectedAt' | 'majors'>]?: string | null;
};

const plain = connectionColumns.filter((name) => !['externalId', 'connectedAt', 'majors'].includes(name));
const sqlName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const sqlType: Record<string, string> = { dateOfBirth: '::date', graduationYear: '::smallint', gpa: '::numeric' };

/** Writes connections under a batch number that was taken, as a load does: a known id changes its record. */
export async function putConnections(
  tx: Tx,
  deps: Pick<CutDeps, 'newId' | 'clock'>,
  institutionId: InstitutionId,
  batch: number,
  connections: readonly TestConnection[],
): Promise<void> {
  const rows = connections.map(({ id, connectedAt = '2026-05-01', majors = [], ...rest }) => ({
    ...Object.fromEntries(plain.map((name) => [sqlName(name), rest[name as keyof typeof rest] ?? null])),
    id: id ?? deps.newId(),
    external_id: rest.externalId,
    connected_at_text: connectedAt,
    majors,
  }));
  const names = plain.map(sqlName);
  await tx.execute(
    `insert into connections (institution_id, id, external_id, batch, connected_at_text, connected_at, majors,
       created_at, updated_at, ${names.join(', ')})
     select $1, r.id, r.external_id, $2, r.connected_at_text, r.connected_at_text::timestamptz, r.majors, $3, $3,
       ${plain.map((name) => `r.${sqlName(name)}${sqlType[name] ?? ''}`).join(', ')}
     from jsonb_to_recordset($4::jsonb) as r (id uuid, external_id text, connected_at_text text, majors text[],
       ${names.map((name) => `${name} text`).join(', ')})
     on conflict (institution_id, external_id) do update set batch = excluded.batch, updated_at = excluded.updated_at,
       ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [institutionId, batch, deps.clock.now(), JSON.stringify(rows)],
  );
}

/** One committed load. */
export async function addConnections(
  { deps, institution }: WindowKit,
  connections: readonly TestConnection[],
): Promise<number> {
  return deps.db.transaction(async (tx) => {
    const batch = await takeBatch(tx, institution.id, 'connections');
    await putConnections(tx, deps, institution.id, batch, connections);
    return batch;
  });
}
