// Presets: they fit the fields, and their mapping fits the file.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardFields } from './fields.ts';
import { missingRequiredFields } from './mapping.ts';
import { presetMapping, presets } from './presets.ts';

for (const preset of presets)
  test(`the preset ${preset.name} fills the required fields, each field once, and only fields that exist`, () => {
    const first = preset.columns.flatMap((column) => column.alternatives[0] ?? []);
    const mapping = presetMapping(preset, first);
    assert.deepEqual(missingRequiredFields(mapping), []);
    const fields = preset.columns.map((column) => column.field);
    assert.equal(new Set(fields).size, fields.length);
    const known = new Set(standardFields.map((field) => field.name));
    assert.deepEqual(
      fields.filter((field) => !known.has(field)),
      [],
    );
    for (const column of mapping.columns)
      assert.ok(
        column.labels.every((label) => first.includes(label)),
        column.field,
      );
  });

test('a preset takes the first alternative that the file has, and leaves out what it has not', () => {
  const slate = presets.find((preset) => preset.name === 'slate');
  assert.ok(slate);
  const { columns } = presetMapping(slate, ['Prospect ID', 'First', 'Last', 'phone']);
  assert.deepEqual(
    columns.map(({ field, labels }) => `${field}=${labels}`),
    ['crmId=Prospect ID', 'firstName=First', 'lastName=Last', 'phone=Phone'],
  );
});

test('a required field that the file has not stays in the mapping, so that the report can say so', () => {
  const banner = presets.find((preset) => preset.name === 'banner');
  assert.ok(banner);
  const { columns } = presetMapping(banner, ['SPRIDEN_ID']);
  assert.deepEqual(
    columns.map((column) => column.field),
    ['crmId', 'firstName', 'lastName', 'phone'],
  );
  assert.deepEqual(columns[3]?.labels, ['SPRTELE_PHONE_AREA', 'SPRTELE_PHONE_NUMBER']);
});
