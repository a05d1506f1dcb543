// Snapshots of the hashes that contacts carry: what is known by them, and when they are not used.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  contactBy,
  directReader,
  type ImportKit,
  importFile,
  openImportKit,
  setByHand,
} from '../../test/kit/imports.ts';
import { rowHashesOf } from '../../test/kit/row-hashes.ts';
import { recordContactBatch } from '../store/contact-batches.ts';
import type { FileReader } from './reading.ts';

let known = 0;
const reader: FileReader = {
  ...directReader,
  async *read(job) {
    const summary = yield* directReader.read(job);
    known = summary.known;
    return summary;
  },
};

let shared: ImportKit & AsyncDisposable;
before(async () => {
  shared = await openImportKit(reader);
});
after(() => shared[Symbol.asyncDispose]());

const rows = 8_000;

/** Large enough to be compared; `names` by number of the row. */
function roster(names: Readonly<Record<number, string>> = {}): string {
  const lines = ['CRM,First,Last,Phone,Email'];
  for (let n = 0; n < rows; n++) lines.push(`C${n},${names[n] ?? 'Ann'},Lee,212${2_000_000 + n},ann.${n}@example.edu`);
  return `${lines.join('\r\n')}\r\n`;
}

test('the first file leaves a snapshot, edits by hand and later files keep it right', async () => {
  const kit = await addInstitution(shared, 'kept');
  await importFile(kit, roster());
  assert.equal((await rowHashesOf(kit)).kept?.length, rows);
  await setByHand(kit, 'C5', { lastName: 'Ray' });
  await importFile(kit, roster({ 7: 'Bo' }));
  assert.equal(known, rows - 2);
  const { carried, kept } = await rowHashesOf(kit);
  assert.equal(kept?.length, rows);
  assert.deepEqual(kept, carried);
});

test('a change of a contact that left no account makes the snapshot useless: the row is looked at, and a new one is made', async () => {
  const kit = await addInstitution(shared, 'unaccounted');
  await importFile(kit, roster());
  const { id } = await contactBy(kit, 'C3');
  await kit.deps.db.transaction(async (tx) => {
    await tx.execute(
      `update contacts set last_name = 'Other', row_hash = null where institution_id = $1 and crm_id = 'C3'`,
      [kit.institutionId],
    );
    await recordContactBatch(tx, kit.institutionId, { contactId: id });
  });
  assert.equal((await rowHashesOf(kit)).kept, null);
  const { counts } = await importFile(kit, roster());
  assert.deepEqual([counts.updated, known], [1, rows - 1]);
  assert.equal((await contactBy(kit, 'C3')).lastName, 'Lee');
  const { carried, kept } = await rowHashesOf(kit);
  assert.deepEqual(kept, carried);
});

test('what was changed in a first file that is held leaves nothing behind', async () => {
  const kit = await addInstitution(shared, 'held');
  const { status } = await importFile(kit, roster(), { writes: { announcedSize: 1 } });
  assert.equal(status, 'held');
  assert.deepEqual(await rowHashesOf(kit), { carried: [], kept: null });
  assert.deepEqual(
    await kit.deps.db.query('select piece from row_hash_pieces where institution_id = $1', [kit.institutionId]),
    [],
  );
});

test('deltas beyond half of the snapshot are not worked off for ever: it is made anew', async () => {
  const kit = await addInstitution(shared, 'anew');
  await importFile(kit, roster());
  await kit.deps.db.execute(
    `insert into row_hash_deltas (institution_id, batch, lost, got)
     select $1, null, '', decode(repeat('00', 6 * 1024 * 1024), 'hex')`,
    [kit.institutionId],
  );
  assert.equal((await rowHashesOf(kit)).kept, null);
  await importFile(kit, roster());
  assert.equal(known, rows);
  assert.equal((await rowHashesOf(kit)).kept?.length, rows);
});
