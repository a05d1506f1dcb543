// Rows that name contacts by Causeway ID, and custom fields: what is matched, refused and compared.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addInstitution,
  contactBy,
  contactsAs,
  type ImportKit,
  importFile,
  mappingOf,
  openImportKit,
  outcomesOf,
  testLabels,
  useMapping,
} from '../../test/kit/imports.ts';
import type { FieldType } from '../domain/fields.ts';
import type { FieldId } from '../domain/ids.ts';
import { listContactChanges } from '../store/contact-changes.ts';
import { insertCustomField } from '../store/custom-fields.ts';
import { listIssues } from '../store/import-issues.ts';

let shared: ImportKit & AsyncDisposable;
let made = 0;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

async function withIds(): Promise<{ kit: ImportKit; a: string; b: string }> {
  made += 1;
  const kit = await addInstitution(shared, `ids-${made}`);
  await importFile(kit, 'CRM,First,Last,Phone\nA,Ann,Lee,212-555-0140\nB,Bo,Ray,212-555-0141\n');
  await useMapping(kit, mappingOf({ ...testLabels, ID: 'causewayId' }));
  return { kit, a: (await contactBy(kit, 'A')).id, b: (await contactBy(kit, 'B')).id };
}

const header = 'ID,CRM,First,Last,Phone\n';

test('a Causeway ID finds its contact and changes its CRM ID; a blank one leaves it to the CRM ID', async () => {
  const { kit, a } = await withIds();
  const record = await importFile(kit, `${header}${a},A2,Ann,Lee,212-555-0140\n,B,Bob,Ray,212-555-0141\n`);
  assert.deepEqual(await outcomesOf(kit, record), [
    [2, 'updated', ''],
    [3, 'updated', ''],
  ]);
  assert.deepEqual(await contactsAs(kit, 'crmId', 'firstName'), [
    ['A2', 'Ann'],
    ['B', 'Bob'],
  ]);
});

test('two contacts swap their CRM IDs', async () => {
  const { kit, a, b } = await withIds();
  const record = await importFile(kit, `${header}${a},B,Ann,Lee,212-555-0140\n${b},A,Bo,Ray,212-555-0141\n`);
  assert.equal(record.counts.updated, 2);
  assert.deepEqual([(await contactBy(kit, 'B')).id, (await contactBy(kit, 'A')).id], [a, b]);
});

test('a Causeway ID that is nobody’s, and one that is none, skip their rows', async () => {
  const { kit } = await withIds();
  const nobody = '00000000-0000-7000-8000-000000000000';
  const record = await importFile(kit, `${header}${nobody},C,Cy,Lee,212-555-0142\nx,D,Di,Lee,212-555-0143\n`);
  assert.deepEqual(await outcomesOf(kit, record), [
    [2, 'skipped', 'unknown-contact-id'],
    [3, 'skipped', 'unknown-contact-id'],
  ]);
});

test('the Causeway ID of another institution is nobody’s here', async () => {
  const [one, other] = [await withIds(), await withIds()];
  const record = await importFile(one.kit, `${header}${other.a},Z,Zoe,Lee,212-555-0149\n`);
  assert.deepEqual(await outcomesOf(one.kit, record), [[2, 'skipped', 'unknown-contact-id']]);
  assert.equal((await contactBy(other.kit, 'A')).id, other.a);
});

test('ids of two different contacts, and two rows for one contact, are told', async () => {
  const { kit, a, b } = await withIds();
  const record = await importFile(kit, `${header}${a},B,Ann,Lee,212-555-0140\n,A,Ann,Lee,212-555-0140\n`);
  assert.deepEqual(await outcomesOf(kit, record), [
    [2, 'skipped', 'contact-id-conflict'],
    [3, 'skipped', 'duplicate-unique-id-causewayId'],
  ]);
  const told = await listIssues(
    kit.deps.db,
    kit.institutionId,
    record.id,
    { effect: 'row-skipped' },
    { after: null, limit: 9 },
  );
  assert.deepEqual(
    told.map(({ facts }) => facts),
    [{ otherContact: b }, { otherRow: 2 }],
  );
});

test('custom values are kept by type, compared by key, cleared and told', async () => {
  const { kit } = await withIds();
  const fields: [string, FieldType][] = [
    ['Score', 'number'],
    ['Visited', 'boolean'],
    ['Since', 'date'],
    ['Note', 'text'],
  ];
  await kit.deps.db.transaction(async (tx) => {
    for (const [name, type] of fields) {
      const row = { id: kit.deps.newId<FieldId>(), name, type, options: [], createdAt: kit.deps.clock.now() };
      await insertCustomField(tx, kit.institutionId, row);
    }
  });
  const custom = Object.fromEntries(fields.map(([name]) => [name, `custom.${name}`]));
  await useMapping(kit, mappingOf({ ...testLabels, ...custom }, { 'custom.Note': { onBlank: 'clear' } }));
  const labels = 'CRM,First,Last,Phone,Score,Visited,Since,Note\n';
  const row = (values: string) => `${labels}A,Ann,Lee,212-555-0140,${values}\n`;
  const results = [];
  for (const values of ['3.5,y,1/31/2026,hello', '3.50,1,2026-01-31,hello', ',,,', '4,no,,x'])
    results.push((await outcomesOf(kit, await importFile(kit, row(values))))[0]?.[1]);
  const contact = await contactBy(kit, 'A');
  assert.deepEqual(results, ['updated', 'unchanged', 'updated', 'updated']);
  assert.deepEqual(contact.custom, { Score: 4, Visited: false, Since: '2026-01-31', Note: 'x' });
  const changes = await listContactChanges(kit.deps.db, kit.institutionId, contact.id, { before: null, limit: 3 });
  assert.deepEqual(
    changes.map((change) => change.changes.map(({ field, old, new: value }) => [field, old, value])),
    [
      [
        ['custom.Note', null, 'x'],
        ['custom.Score', 3.5, 4],
        ['custom.Visited', true, false],
      ],
      [['custom.Note', 'hello', null]],
      [
        ['custom.Note', null, 'hello'],
        ['custom.Score', null, 3.5],
        ['custom.Since', null, '2026-01-31'],
        ['custom.Visited', null, true],
      ],
    ],
  );
});
