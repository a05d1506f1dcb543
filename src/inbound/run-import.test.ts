// What an import does to contacts, row by row, on the real database.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contactsAs, type ImportKit, importFile, openImportKit, outcomesOf } from '../../test/kit/imports.ts';

test('a first file creates contacts', async () => {
  await using kit = await openImportKit();
  const record = await importFile(kit, 'CRM,First,Last,Phone\nA,Ann,Lee,212-555-0143\nB,Bo,Ray,212-555-0144\n');
  console.log(record);
  assert.deepEqual(await outcomesOf(kit, record), [[2, 'created', ''], [3, 'created', '']]);
  assert.deepEqual(await contactsAs(kit, 'crmId', 'phone'), [['A', '+12125550143'], ['B', '+12125550144']]);
});
