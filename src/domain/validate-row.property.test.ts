// Whole rows of every type of field under many policies: what must hold whatever the cells are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFields } from './fields.ts';
import { type MappedColumn, newColumn } from './mapping.ts';
import { resolveMapping } from './resolve-mapping.ts';
import { rowValidator } from './validate-row.ts';

const types = ['text', 'number', 'date', 'boolean', 'phone', 'email', 'url', 'single-select', 'multi-select'] as const;
const fields = allFields(
  types.map((type) => ({ name: type, type, options: type.endsWith('select') ? ['S', 'M'] : [] })),
);

/** Cells in which something is to be seen: good and bad values of each type, and what spreadsheets and people write. */
const cell = fc.oneof(
  fc.constantFrom(
    '',
    'Ann',
    '212-555-0143',
    '+44 20 7183 8750',
    '555',
    'a@x.edu',
    'a@x',
    '2005-03-31',
    '3/31/2005',
    '31/3/2005',
  ),
  fc.constantFrom(
    '2027',
    '3.50',
    '1,234',
    'Y',
    'no',
    'S',
    'xl',
    '2134',
    'MA',
    '#N/A',
    '#1',
    '="007"',
    '=',
    '="',
    '6.02E+23',
  ),
  fc.constantFrom(
    'n/a',
    'https://x.edu',
    'x'.repeat(400),
    'é',
    '\u200b',
    '7',
    'a\0b',
    'Bio;Art',
    '019aa000-0000-7000-8000-00000000000a',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const everyField = fields.map((field) => field.name);
const everyCell = fc.array(cell, { minLength: everyField.length, maxLength: everyField.length });
const policy = fc.constantFrom<Partial<MappedColumn>>(
  {},
  { required: true },
  { onBlank: 'clear', onBad: 'default', default: '1' },
  { onBad: 'skip-row', ignoreValues: ['n/a', '7'] },
  { valueMap: { y: 'no', Ann: '2005-03-31' } },
);

function validateAll(texts: readonly string[], change: Partial<MappedColumn>, country: string) {
  const mapping = { columns: everyField.map((name) => ({ ...newColumn(name, [name]), ...change })) };
  const resolved = resolveMapping(mapping, everyField, fields, { strict: false });
  const result = rowValidator(resolved, { country })({ row: 2, line: 2, cells: texts });
  return { ...result, issues: result.issues.map((issue) => ({ ...issue, value: null })) };
}

test('outer space around the cells changes nothing', () => {
  const space = fc.constantFrom('', ' ', '\u00a0', '\t ', '\u200b', '\ufeff', '\u3000');
  fc.assert(
    fc.property(
      everyCell,
      policy,
      fc.constantFrom('US', 'GB'),
      space,
      space,
      (texts, change, country, before, after) => {
        const spaced = texts.map((text) => `${before}${text}${after}`);
        assert.deepEqual(validateAll(spaced, change, country), validateAll(texts, change, country));
      },
    ),
    { numRuns: 2000 },
  );
});

test('no rule reads the clock or draws lots', (t) => {
  const forbidden = () => {
    throw new Error('a rule of validation depends on more than the row');
  };
  const [texts] = fc.sample(everyCell, 1);
  const rows = [...fc.sample(everyCell, 500), ...(texts === undefined ? [] : [texts])];
  const { Date: date } = globalThis;
  t.after(() => Object.assign(globalThis, { Date: date }));
  t.mock.method(Math, 'random', forbidden);
  t.mock.method(performance, 'now', forbidden);
  Object.assign(globalThis, {
    Date: class {
      static now = forbidden;
      static parse = forbidden;
      constructor() {
        forbidden();
      }
    },
  });
  for (const row of rows) for (const country of ['US', 'GB']) validateAll(row, {}, country);
});
