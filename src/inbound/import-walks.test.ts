// A file's life after its first run: approved, discarded, corrected and sent again, imported again, looked at.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  codesOf,
  contactBy,
  drain,
  type ImportKit,
  importFile,
  importOf,
  mappingOf,
  openImportKit,
  outboxOf,
  queueFile,
  storedText,
  testLabels,
  useMapping,
} from '../../test/kit/imports.ts';
import { systemActor } from '../domain/actor.ts';
import { listContactChanges, listImportChanges } from '../store/contact-changes.ts';
import { approveHold } from './approve-hold.ts';
import { discardHold } from './discard-hold.ts';
import { importAgain } from './import-again.ts';
import { setContact } from './set-contact.ts';
import { uploadFile } from './upload-file.ts';

const short = { CRM: 'crmId', First: 'firstName', Last: 'lastName', Phone: 'phone', Email: 'email' };
const good = 'CRM,First,Last,Phone,Email\nA,Ann,Lee,212-555-0140,ann@example.edu\n';
const receipt = 'contacts.csv.receipt.json';

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

async function fresh(): Promise<ImportKit> {
  made += 1;
  const kit = await addInstitution(shared, `walk-${made}`);
  await useMapping(kit, mappingOf(short));
  return kit;
}

test('a held file waits, does not block later ones, and runs when it is approved', async () => {
  const kit = await fresh();
  const held = await importFile(kit, good, { writes: { announcedSize: 5000 } });
  assert.deepEqual([held.status, held.counts.created], ['held', 1]);
  const later = await importFile(kit, good.replace('Ann', 'Anna'));
  assert.deepEqual([later.status, later.counts.created], ['succeeded', 1]);
  await approveHold(kit.deps, systemActor, kit.institutionId, held.id);
  await drain(kit);
  const approved = await importOf(kit, held.id);
  assert.deepEqual([approved.status, approved.hold, approved.counts.updated], ['succeeded', null, 1]);
  assert.equal((await contactBy(kit, 'A')).firstName, 'Ann');
  await assert.rejects(approveHold(kit.deps, systemActor, kit.institutionId, held.id), { code: 'not-held' });
});

test('a discarded file changes nothing and can be imported again', async () => {
  const kit = await fresh();
  const held = await importFile(kit, good, { writes: { announcedSize: 5000 } });
  await discardHold(kit.deps, systemActor, kit.institutionId, held.id);
  assert.equal((await importOf(kit, held.id)).status, 'discarded');
  const again = await importAgain(kit.deps, systemActor, kit.institutionId, held.id, {});
  await drain(kit);
  assert.equal((await importOf(kit, again)).status, 'held');
});

test('the same bytes as the last import are told, and imported all the same', async () => {
  const kit = await fresh();
  const first = await importFile(kit, good);
  await importFile(kit, good.replace('Ann', 'Anna'), { dryRun: true });
  const second = await importFile(kit, good);
  assert.deepEqual(
    [await codesOf(kit, first), await codesOf(kit, second), second.counts.unchanged],
    [[], ['same-content-as-last-file'], 1],
  );
});

test('a mended mapping imports the same file again; the wizard runs what it has shown', async () => {
  const kit = await fresh();
  const shown = await importFile(kit, good.replace('Phone', 'Cell'), {
    dryRun: true,
    mapping: mappingOf({ ...short, Phone: 'majors', Cell: 'phone' }),
  });
  assert.equal(shown.counts.created, 1);
  const run = await importAgain(kit.deps, systemActor, kit.institutionId, shown.id, {
    dryRun: false,
    sameMapping: true,
  });
  await drain(kit);
  assert.deepEqual([(await importOf(kit, run)).counts.created, (await importOf(kit, run)).againOf], [1, shown.id]);
  const failed = await importFile(kit, good.replace('Phone', 'Cell'));
  assert.equal(failed.status, 'failed');
  await useMapping(
    kit,
    mappingOf({ CRM: 'crmId', First: 'firstName', Last: 'lastName', Cell: 'phone', Email: 'email' }),
  );
  const again = await importAgain(kit.deps, systemActor, kit.institutionId, failed.id, {});
  await drain(kit);
  assert.deepEqual((await importOf(kit, again)).counts.unchanged, 1);
});

test('the error file holds the rows to fix as they came, and takes them all in when it comes back corrected', async () => {
  const kit = await fresh();
  const file = [
    'Title of a report',
    'CRM;First;Last;Phone;Email;Note',
    'A;Ann;Lee;212-555-0140;ann@example.edu;',
    'B;"Bo ""B""";=Ray;12;bo@example.edu;+1',
    'C;Cy;Lee;212-555-0141;cy@;-5',
    '',
    'D;Di;Lee;212-555-0142;di@example.edu;x;y',
  ].join('\r\n');
  const first = await importFile(kit, file);
  assert.deepEqual([first.counts.created, first.counts.skipped], [2, 2]);
  const errors = await storedText(kit, first.errorFileId);
  const lines = errors.split('\r\n');
  assert.equal(lines[0], 'CRM;First;Last;Phone;Email;Note;causeway_row;causeway_codes;causeway_reasons');
  assert.deepEqual(
    lines.slice(1, 4).map((line) => line.split(';').slice(0, 8).join(';')),
    [
      'B;"Bo ""B""";=Ray;12;bo@example.edu;+1;4;invalid-phone',
      'C;Cy;Lee;212-555-0141;cy@;-5;5;invalid-email',
      'D;Di;Lee;212-555-0142;di@example.edu;x;7;column-count-mismatch',
    ],
  );
  assert.match(lines[3] ?? '', /^[^"]*;"?Row 7: .*;y$/);
  const corrected = errors
    .replace(';12;', ';212-555-0143;')
    .replace('cy@;', 'cy@example.edu;')
    .replace(/;y\r\n$/, '\r\n');
  const second = await importFile(kit, corrected);
  assert.deepEqual([second.counts.created, second.counts.updated, second.counts.skipped], [2, 1, 0]);
  assert.equal((await codesOf(kit, second)).includes('unmapped-column'), true);
  assert.deepEqual(await outboxOf(kit, first), ['contacts.csv.errors.csv', receipt]);
  const told = JSON.parse(await storedText(kit, first.receiptFileId)) as Record<string, unknown>;
  assert.deepEqual(
    [told.status, told.counts, told.errorFile],
    ['succeeded', { rows: 4, created: 2, updated: 0, unchanged: 0, skipped: 2 }, `contacts.csv.${first.id}.errors.csv`],
  );
});

test('what an import changed can be read from the import and from the contact', async () => {
  const kit = await fresh();
  await useMapping(kit, mappingOf(testLabels));
  await importFile(kit, 'CRM,First,Last,Phone,GPA\nA,Ann,Lee,212-555-0140,3.5\n');
  const record = await importFile(
    kit,
    'CRM,First,Last,Phone,GPA\nB,Bo,Ray,212-555-0141,\nA,Ann,Ray,212-555-0142,3.75\n',
  );
  const a = await contactBy(kit, 'A');
  const changes = [
    { field: 'lastName', old: 'Lee', new: 'Ray' },
    { field: 'phone', old: '+12125550140', new: '+12125550142' },
    { field: 'gpa', old: 3.5, new: 3.75 },
  ];
  const { db } = kit.deps;
  const listed = await listImportChanges(db, kit.institutionId, record.id, {}, { after: null, limit: 10 });
  assert.deepEqual(
    listed.map(({ row, outcome, crmId, name, changes: list }) => [row, outcome, crmId, name, list]),
    [
      [2, 'created', 'B', 'Bo Ray', []],
      [3, 'updated', 'A', 'Ann Ray', changes],
    ],
  );
  await setContact(kit.deps, { ...systemActor, name: 'Ada' }, kit.institutionId, a.id, { firstName: 'Anna' });
  const history = await listContactChanges(db, kit.institutionId, a.id, { before: null, limit: 10 });
  assert.deepEqual(
    history.map(({ actor, fileName, row, changes: list }) => [actor, fileName, row, list]),
    [
      ['Ada', null, null, [{ field: 'firstName', old: 'Ann', new: 'Anna' }]],
      ['Import', 'contacts.csv', 3, changes],
      ['Import', 'contacts.csv', 2, []],
    ],
  );
});

test('an upload is queued at once and refuses nothing that SFTP takes', async () => {
  const kit = await fresh();
  const bytes = async function* () {
    yield Buffer.from(good);
  };
  const upload = {
    feedId: null,
    fileName: 'by hand.csv',
    dryRun: false,
    mapping: null,
    address: '192.0.2.1',
    client: 'test',
  };
  const id = await uploadFile(kit.deps, { ...systemActor, kind: 'user' }, kit.institutionId, {
    ...upload,
    bytes: bytes(),
  });
  assert.deepEqual([(await importOf(kit, id)).status, (await importOf(kit, id)).source], ['queued', 'upload']);
  await drain(kit);
  const record = await importOf(kit, id);
  assert.deepEqual([record.status, record.fileName, record.counts.created], ['succeeded', 'by hand.csv', 1]);
  const broken = async function* () {
    yield Buffer.from(good);
    throw new Error('the browser went away');
  };
  const lost = uploadFile(kit.deps, systemActor, kit.institutionId, { ...upload, bytes: broken() });
  await assert.rejects(lost, /went away/);
  assert.equal(await kit.deps.files.sweepStaging(), 0);
});

test('a file whose bytes are gone fails with words, and the next one is imported', async () => {
  const kit = await fresh();
  const gone = await queueFile(kit, good, { path: '/gone.csv' });
  const { key } = (await kit.deps.db.queryOne<{ key: string }>(
    `select s.storage_key as key from imports i join stored_files s on s.id = i.stored_file_id where i.id = $1`,
    [gone],
  )) ?? { key: '' };
  await kit.deps.files.remove(kit.institutionId, key);
  const next = await queueFile(kit, good);
  await assert.rejects(drain(kit), /file-lost/);
  await drain(kit);
  assert.deepEqual(
    [(await importOf(kit, gone)).status, (await importOf(kit, gone)).reason, (await importOf(kit, next)).status],
    ['failed', 'file-lost', 'succeeded'],
  );
});
