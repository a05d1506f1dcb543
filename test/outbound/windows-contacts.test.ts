// Windows of contacts: what imports and people change, once per window, with the values of the moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutWindow, discardCut } from '../../src/outbound/cut-window.ts';
import { lastBatch } from '../../src/store/dataset-positions.ts';
import { contactBy, drain, importFile, openImportKit, queueFile, setByHand } from '../kit/imports.ts';
import { commitWindow, destinationOf, institutionOf, recordsOf, sendWindow } from './windows-kit.ts';
import { seeded } from './windows-writers.ts';

const header = 'CRM,First,Last,Phone\n';
const line = (n: number, first = `First${n}`) =>
  `c${n},${first},Last${n},212-555-${String(1000 + n).padStart(4, '0')}\n`;
const file = (numbers: readonly number[], first?: string) => header + numbers.map((n) => line(n, first)).join('');

test('the first window has all contacts; later ones those that an import created or changed, or a person changed, each once', async () => {
  await using kit = await openImportKit();
  const { deps, institutionId } = kit;
  const institution = await institutionOf(deps.db, institutionId);
  const send = async () => {
    const cut = await sendWindow(deps, institution, destinationOf(institution, 'contacts'));
    return (await recordsOf(deps, institution, cut)).map((row) => `${row.crmId} ${row.firstName}`);
  };
  assert.deepEqual(await send(), []);
  await importFile(kit, file([1, 2, 3]));
  assert.deepEqual(await send(), ['c1 First1', 'c2 First2', 'c3 First3']);
  assert.deepEqual(await send(), []);
  await importFile(kit, file([1, 2, 3]), { path: '/same.csv' });
  assert.deepEqual(await send(), [], 'an import that changes nothing sends nothing');
  await importFile(kit, header + line(2, 'Changed') + line(4), { path: '/more.csv' });
  await setByHand(kit, 'c1', { firstName: 'Hand' });
  await setByHand(kit, 'c4', { firstName: 'Again' });
  assert.deepEqual(await send(), ['c2 Changed', 'c1 Hand', 'c4 Again'], 'in the order of the last change');
  await setByHand(kit, 'c1', { firstName: 'Hand' });
  assert.deepEqual(await send(), []);
});

test('a dry run, a failed and a held import take no batch', async () => {
  await using kit = await openImportKit();
  await importFile(kit, file([1, 2]), { dryRun: true });
  await importFile(kit, 'Nothing,Known\n1,2\n', { path: '/failed.csv' });
  await importFile(kit, `${header}c1,"open`, { path: '/held.csv' });
  assert.equal(await lastBatch(kit.deps.db, kit.institutionId, 'contacts'), 0);
});

test('a date leaves out of the first window what was not changed since; the second has no date', async () => {
  await using kit = await openImportKit();
  const { deps, institutionId } = kit;
  const institution = await institutionOf(deps.db, institutionId);
  await importFile(kit, file([1]));
  deps.pass(3 * 86_400_000);
  await importFile(kit, file([2]), { path: '/later.csv' });
  const since = Temporal.Instant.fromEpochMilliseconds(deps.clock.now().getTime())
    .toZonedDateTimeISO(institution.timeZone)
    .toPlainDate()
    .toString();
  const first = await sendWindow(deps, institution, destinationOf(institution, 'contacts', {}, since));
  assert.deepEqual(
    (await recordsOf(deps, institution, first)).map((row) => row.crmId),
    ['c2'],
  );
  await setByHand(kit, 'c1', { firstName: 'New' });
  const second = await sendWindow(deps, institution, destinationOf(institution, 'contacts', {}, '2999-01-01'));
  assert.equal(second.since, null);
  assert.equal(second.rows, 1);
});

test('with imports and edits by hand side by side, each change of a contact is in a window once, and the last values arrive', async () => {
  await using kit = await openImportKit();
  const { deps, institutionId } = kit;
  const institution = await institutionOf(deps.db, institutionId);
  const destination = destinationOf(institution, 'contacts');
  const random = seeded(7);
  const all = Array.from({ length: 60 }, (_, n) => n);
  await importFile(kit, file(all.slice(0, 40)));
  let over = false;
  const windows: { from: number; to: number; rows: Map<string, string> }[] = [];
  const sending = (async () => {
    for (;;) {
      const last = over;
      const cut = await cutWindow(deps, institution, destination);
      if (!last && random() < 0.3) {
        await discardCut(deps, institutionId, cut);
        continue;
      }
      const records = await recordsOf(deps, institution, cut);
      await commitWindow(deps, institution, 'contacts', cut);
      const rows = new Map(records.map((row) => [row.causewayId ?? '', row.firstName ?? '']));
      assert.equal(rows.size, records.length, 'no contact is in a window twice');
      windows.push({ from: cut.from, to: cut.to, rows });
      if (last) return;
    }
  })();
  const editing = Array.from({ length: 4 }, async (_, editor) => {
    for (let turn = 0; turn < 25; turn++)
      await setByHand(kit, `c${Math.floor(random() * 40)}`, { firstName: `e${editor}t${turn}` });
  });
  const importing = (async () => {
    for (let turn = 0; turn < 10; turn++) {
      const some = all.filter(() => random() < 0.2);
      if (some.length === 0) continue;
      await queueFile(kit, file(some, `i${turn}`), { path: `/${turn}.csv` });
      await drain(kit);
    }
  })();
  try {
    await Promise.all([...editing, importing]);
  } finally {
    over = true;
    await sending;
  }
  // What changed what, from the histories that people see.
  const changes = await deps.db.query<{ batch: number; contact: string }>(
    `select b.batch, c.id as contact from contact_batches b join contacts c
       on c.institution_id = b.institution_id and c.created_import_id = b.import_id where b.institution_id = $1
     union select b.batch, h.contact_id from contact_batches b join contact_changes h
       on h.institution_id = b.institution_id and h.import_id = b.import_id where b.institution_id = $1
     union select batch, contact_id from contact_batches where institution_id = $1 and contact_id is not null`,
    [institutionId],
  );
  const made = await deps.db.query<{ n: number }>('select count(*) as n from contact_changes where import_id is null');
  assert.equal(changes.filter(({ batch }) => batch > 0).length > 100, true);
  assert.equal(
    (await deps.db.query('select from contact_batches where contact_id is not null')).length,
    made[0]?.n,
    'each edit by hand has a batch of its own',
  );
  let position = 0;
  for (const { from, to, rows } of windows) {
    assert.equal(from, position);
    position = to;
    const expected = new Set(changes.filter(({ batch }) => batch > from && batch <= to).map(({ contact }) => contact));
    assert.deepEqual(new Set(rows.keys()), expected);
  }
  assert.equal(position, await lastBatch(deps.db, institutionId, 'contacts'));
  const delivered = new Map(windows.flatMap(({ rows }) => [...rows]));
  for (const n of all.slice(0, 40)) {
    const contact = await contactBy(kit, `c${n}`);
    assert.equal(delivered.get(contact.id), contact.firstName);
  }
});
