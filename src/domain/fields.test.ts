// The table of fields and the labels that other systems use for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFields, standardFields } from './fields.ts';
import { normaliseLabel } from './labels.ts';
import { requiredFields } from './mapping.ts';
import { standardSynonyms } from './synonyms.ts';

test('no label stands for two fields, whatever its writing', () => {
  const owner = new Map<string, string>();
  for (const { name, title, synonyms } of standardFields)
    for (const label of [title, ...synonyms]) {
      const key = normaliseLabel(label);
      assert.equal(owner.get(key) ?? name, name, label);
      owner.set(key, name);
    }
});

test('every field has labels, and every list of labels has its field', () => {
  assert.deepEqual(Object.keys(standardSynonyms).toSorted(), standardFields.map((field) => field.name).toSorted());
  for (const { name, synonyms } of standardFields) assert.ok(synonyms.length > 0, name);
});

test('the standard fields are those of ruling 20, in its order', () => {
  const ruling =
    'causewayId crmId firstName preferredName lastName phone email dateOfBirth gender raceEthnicity graduationYear gpa school street city state postalCode country majors textOptOut enrollmentId';
  assert.equal(standardFields.map((field) => field.name).join(' '), ruling);
});

test('the fields that must be mapped are those that a mapping asks for', () => {
  const required = standardFields.filter((field) => field.required).map((field) => field.name);
  assert.deepEqual(required, [...requiredFields]);
});

test('columns and names are unique, and custom fields have a name of their own', () => {
  const fields = allFields([{ name: 'crmId', type: 'text', options: [] }]);
  assert.equal(new Set(fields.map((field) => field.name)).size, fields.length);
  assert.equal(fields.at(-1)?.name, 'custom.crmId');
  const columns = standardFields.map((field) => field.column);
  assert.equal(new Set(columns).size, columns.length);
});
