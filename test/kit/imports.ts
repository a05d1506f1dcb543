// What tests of imports stand on: an institution with an enabled feed, files that are queued, and the queue worked off.
// Invariant: everything but the clock is real; with `direct` the files are read in this thread.

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { systemActor } from '../../src/domain/actor.ts';
import type { ArrivalId, FeedId, ImportId, InstitutionId } from '../../src/domain/ids.ts';
import type { ImportSource } from '../../src/domain/import.ts';
import { type MappedColumn, type Mapping, newColumn } from '../../src/domain/mapping.ts';
import { rowIds } from '../../src/domain/row-ids.ts';
import { nameOf } from '../../src/domain/virtual-files.ts';
import { errorRows } from '../../src/inbound/error-file.ts';
import { readFile as readRowsOf } from '../../src/inbound/read-file.ts';
import type { FileReader } from '../../src/inbound/reading.ts';
import { setContact } from '../../src/inbound/set-contact.ts';
import { storeMadeFile } from '../../src/inbound/store-made-file.ts';
import { type WorkDeps, workOn } from '../../src/jobs/work-import.ts';
import { type ArrivalHow, insertArrival } from '../../src/store/arrivals.ts';
import { listImportChanges } from '../../src/store/contact-changes.ts';
import { type ContactRecord, findContactByCrmId, listContacts } from '../../src/store/contacts.ts';
import { listIssues } from '../../src/store/import-issues.ts';
import { nextImportAllInstitutions } from '../../src/store/import-queue.ts';
import { getImport, type ImportRecord, insertImport } from '../../src/store/imports.ts';
import { listEntries } from '../../src/store/sftp-entries.ts';
import { getStoredFile, insertStoredFile } from '../../src/store/stored-files.ts';
import { makeInstitution, openTestDeps, type TestDeps } from './accounts.ts';

/** Reads in this thread. */
export const directReader: FileReader = {
  read: (job) => readRowsOf(job, () => createReadStream(job.path), { newId: rowIds() }),
  errorRows: (job, issues) => errorRows(createReadStream(job.path), job, issues),
};

export type ImportKit = {
  deps: TestDeps & WorkDeps;
  institutionId: InstitutionId;
  feedId: FeedId;
};

/** The short labels that tests write, and their fields. */
export const testLabels = {
  CRM: 'crmId',
  First: 'firstName',
  Last: 'lastName',
  Phone: 'phone',
  Email: 'email',
  Born: 'dateOfBirth',
  GPA: 'gpa',
  Year: 'graduationYear',
  'Opt Out': 'textOptOut',
};

/** A mapping of these labels; `policies` by field. */
export function mappingOf(
  labels: Readonly<Record<string, string>>,
  policies: Readonly<Record<string, Partial<MappedColumn>>> = {},
): Mapping {
  return {
    columns: Object.entries(labels).map(([label, field]) => ({ ...newColumn(field, [label]), ...policies[field] })),
  };
}

export async function openImportKit(reader: FileReader = directReader): Promise<ImportKit & AsyncDisposable> {
  const deps = { ...(await openTestDeps()), reader };
  const { id, feedId } = await makeInstitution(deps, 'westfield');
  const kit = { deps, institutionId: id, feedId };
  await useMapping(kit, mappingOf(testLabels));
  await setFeed(kit, { enabled: true });
  return { ...kit, [Symbol.asyncDispose]: () => deps.close() };
}

/** Another institution in the same database, with the same mapping. */
export async function addInstitution(kit: ImportKit, slug: string): Promise<ImportKit> {
  const { id, feedId } = await makeInstitution(kit.deps, slug);
  const other = { deps: kit.deps, institutionId: id, feedId };
  await useMapping(other, mappingOf(testLabels));
  await setFeed(other, { enabled: true });
  return other;
}

export async function useMapping(kit: ImportKit, mapping: Mapping): Promise<void> {
  await kit.deps.db.execute('update feeds set mapping = $3 where institution_id = $1 and id = $2', [
    kit.institutionId,
    kit.feedId,
    JSON.stringify(mapping),
  ]);
}

export async function setFeed(kit: ImportKit, to: { enabled?: boolean; strict?: boolean }): Promise<void> {
  await kit.deps.db.execute(
    `update feeds set enabled = coalesce($3, enabled), strict = coalesce($4, strict) where institution_id = $1 and id = $2`,
    [kit.institutionId, kit.feedId, to.enabled ?? null, to.strict ?? null],
  );
}

export type QueueOptions = {
  path?: string;
  source?: ImportSource;
  how?: ArrivalHow;
  dryRun?: boolean;
  mapping?: Mapping;
  /** What the client's writes looked like. */
  writes?: { announcedSize?: number; writeSize?: number; writeCount?: number; writtenEnd?: number };
  waitsFor?: 'rename' | 'writer';
  readyIn?: number;
};

/** Puts a file into the queue as a CLOSE does; gives the id of its import. */
export async function queueFile(
  kit: ImportKit,
  content: string | Uint8Array,
  options: QueueOptions = {},
): Promise<ImportId> {
  const { deps, institutionId, feedId } = kit;
  const source = options.source ?? 'sftp';
  const path = options.path ?? '/contacts.csv';
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const file = await storeMadeFile(deps, institutionId, source, bytes.length === 0 ? [] : [bytes]);
  const id = deps.newId<ImportId>();
  const arrivalId = deps.newId<ArrivalId>();
  const now = deps.clock.now();
  const writes = { announcedSize: null, writeSize: null, writeCount: null, writtenEnd: null, ...options.writes };
  await deps.db.transaction(async (tx) => {
    await insertStoredFile(tx, institutionId, file);
    const how = options.how ?? (source === 'sftp' ? 'close' : source);
    const arrival = {
      id: arrivalId,
      storedFileId: file.id,
      path,
      how,
      session: null,
      ...writes,
      arrivedAt: now,
    } as const;
    await insertArrival(tx, { institutionId, feedId }, arrival);
    await insertImport(tx, institutionId, {
      id,
      feedId,
      arrivalId,
      storedFileId: file.id,
      source,
      path,
      fileName: nameOf(path),
      fileSize: file.size,
      dryRun: options.dryRun ?? false,
      mapping: options.mapping ?? null,
      waitsFor: options.waitsFor ?? null,
      readyAt: new Date(now.getTime() + (options.readyIn ?? 0)),
      queuedAt: now,
      againOf: null,
      startedBy: null,
    });
  });
  return id;
}

/** Works the queue off, one import after the other. */
export async function drain(kit: Pick<ImportKit, 'deps'>): Promise<void> {
  const { deps } = kit;
  const { signal } = new AbortController();
  await deps.db.session(async (session) => {
    for (;;) {
      const candidate = await nextImportAllInstitutions(deps.db, deps.clock.now(), null);
      const errors = deps.lines.splice(0).filter((line) => line.includes('"level":50'));
      if (errors.length > 0) throw new Error(`the worker logged an error: ${errors.join('')}`);
      if (!candidate) return;
      await workOn(deps, session, candidate, signal);
    }
  });
}

/** Queues a file, works the queue off, and gives the import as it ended. */
export async function importFile(
  kit: ImportKit,
  content: string | Uint8Array,
  options: QueueOptions = {},
): Promise<ImportRecord> {
  const id = await queueFile(kit, content, options);
  await drain(kit);
  return importOf(kit, id);
}

export async function importOf(kit: ImportKit, id: ImportId): Promise<ImportRecord> {
  const record = await getImport(kit.deps.db, kit.institutionId, id);
  if (!record) throw new Error('the import is missing');
  return record;
}

/** What became of each row of a file with its header in row 1: `[row, outcome, codes of its issues]`. */
export async function outcomesOf(kit: ImportKit, record: ImportRecord): Promise<[number, string, string][]> {
  const { deps, institutionId } = kit;
  const all = { after: null, limit: 100_000 };
  const changes = await listImportChanges(deps.db, institutionId, record.id, {}, all);
  const issues = (await listIssues(deps.db, institutionId, record.id, {}, all)).filter((issue) => issue.row !== null);
  return Array.from({ length: record.counts.rows }, (_, at): [number, string, string] => {
    const row = at + 2;
    const own = issues.filter((issue) => issue.row === row && issue.scope !== 'header' && issue.scope !== 'file');
    const changed = changes.find((change) => change.row === row)?.outcome;
    const outcome = own.some((issue) => issue.effect === 'row-skipped') ? 'skipped' : (changed ?? 'unchanged');
    return [row, outcome, own.map((issue) => issue.code).join(' ')];
  });
}

/** The contacts as texts `crmId first last phone …`, in the order of their CRM IDs. */
export async function contactsAs(kit: ImportKit, ...fields: (keyof ContactRecord)[]): Promise<unknown[][]> {
  const contacts = await listContacts(kit.deps.db, kit.institutionId, {}, { before: null, limit: 100_000 });
  return contacts.sort((a, b) => (a.crmId < b.crmId ? -1 : 1)).map((contact) => fields.map((field) => contact[field]));
}

export async function contactBy(kit: ImportKit, crmId: string): Promise<ContactRecord> {
  const contact = await findContactByCrmId(kit.deps.db, kit.institutionId, crmId);
  if (!contact) throw new Error(`there is no contact ${crmId}`);
  return contact;
}

/** Changes a contact by hand. */
export async function setByHand(kit: ImportKit, crmId: string, values: Record<string, string>): Promise<void> {
  const { id } = await contactBy(kit, crmId);
  await setContact(kit.deps, { ...systemActor, kind: 'user', name: 'Ada' }, kit.institutionId, id, values);
}

/** The names in `outbox/`, without the import's id. */
export async function outboxOf(kit: ImportKit, record: ImportRecord): Promise<string[]> {
  const entries = await listEntries(kit.deps.db, kit, '/outbox');
  return entries
    .map((entry) => nameOf(entry.path))
    .filter((name) => name.includes(record.id))
    .map((name) => name.replace(`.${record.id}`, ''));
}

/** The codes of all issues, in their order. */
export async function codesOf(kit: ImportKit, record: ImportRecord): Promise<string[]> {
  const all = { after: null, limit: 100_000 };
  const issues = await listIssues(kit.deps.db, kit.institutionId, record.id, {}, all);
  return issues.map((issue) => issue.code);
}

/** The bytes of a stored file, as text. */
export async function storedText(kit: ImportKit, id: ImportRecord['errorFileId']): Promise<string> {
  const file = id && (await getStoredFile(kit.deps.db, kit.institutionId, id));
  if (!file) throw new Error('there is no such file');
  const { path } = await kit.deps.files.localPath(kit.institutionId, file.key);
  return readFile(path, 'utf8');
}
