// The sample file for senders: under its own mapping it is a file without an issue, in every country.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFields } from '../domain/fields.ts';
import { emptyMapping, type Mapping, newColumn } from '../domain/mapping.ts';
import { previewSample } from './preview-sample.ts';
import { sampleFile } from './sample-file.ts';

const fields = allFields([
  { name: 'Intake', type: 'single-select', options: ['Fall', 'Spring'] },
  { name: 'Tags', type: 'multi-select', options: ['Sport', 'Music'] },
  { name: 'Score', type: 'number', options: [] },
  { name: 'Visited', type: 'date', options: [] },
  { name: 'Honors', type: 'boolean', options: [] },
  { name: 'Home', type: 'phone', options: [] },
  { name: 'Parent', type: 'email', options: [] },
  { name: 'Page', type: 'url', options: [] },
  { name: 'Note', type: 'text', options: [] },
]);

const everything: Mapping = {
  columns: fields
    .filter((field) => field.name !== 'causewayId')
    .map((field) => newColumn(field.name, [`The ${field.title}`])),
};
const special: Mapping = {
  columns: [
    newColumn('crmId', ['ID, "quoted"']),
    newColumn('firstName', ['First']),
    newColumn('lastName', ['Last']),
    { ...newColumn('phone', ['Area', 'Number']), combine: 'join' },
    { ...newColumn('dateOfBirth', ['Born']), dateFormat: 'DD-MMM-YY' },
    { ...newColumn('textOptOut', ['Stop']), valueMap: { STOP: 'yes', GO: 'no' } },
  ],
};

for (const country of ['US', 'GB', 'DE', 'IN', 'BR', 'NZ', 'JM'])
  for (const [what, mapping] of [
    ['all fields', everything],
    ['policies', special],
  ] as const)
    test(`the sample for ${country} with ${what} has three good rows`, async () => {
      const bytes = sampleFile(mapping, fields, country);
      const seen = await previewSample(bytes, { fileName: 'sample.csv', mapping, fields, country, strict: true });
      assert.deepEqual(seen.issues, []);
      assert.equal(seen.rowsRead, 3);
      for (const column of seen.columns)
        assert.deepEqual([column.field, column.found, column.good], [column.field, 'exact', column.filled]);
      const filled = seen.columns.filter((column) => column.filled === 3).length;
      assert.equal(filled, mapping.columns.length);
      const phones = seen.columns.find((column) => column.field === 'phone');
      assert.equal(new Set(phones?.samples).size, 3);
    });

test('without a mapping it has the titles of the required fields and Email', () => {
  const [header] = sampleFile(emptyMapping, fields, 'US').toString('utf8').split('\r\n');
  assert.equal(header, 'CRM ID,First Name,Last Name,Phone,Email');
});
