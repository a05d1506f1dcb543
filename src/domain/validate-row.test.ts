// One row to values and issues under each policy of a column.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFields, type CustomField } from './fields.ts';
import { type MappedColumn, newColumn } from './mapping.ts';
import { resolveMapping } from './resolve-mapping.ts';
import { rowValidator } from './validate-row.ts';

const custom: CustomField[] = [{ name: 'size', type: 'single-select', options: ['S', 'M'] }];
const fields = allFields(custom);
const required = [
  newColumn('crmId', ['ID']),
  newColumn('firstName', ['First']),
  newColumn('lastName', ['Last']),
  newColumn('phone', ['Phone']),
];
const good = { ID: '1', First: 'Ann', Last: 'Lee', Phone: '212-555-0143' };

/** Validates one row, given as label → cell; `columns` are added to the four required ones, or replace them. */
function validate(
  cells: Record<string, string>,
  columns: MappedColumn[] = [],
  options: { country?: string; found?: number } = {},
) {
  const own = new Set(columns.map((column) => column.field));
  const mapping = { columns: [...required.filter((column) => !own.has(column.field)), ...columns] };
  const labels = Object.keys(cells);
  const resolved = resolveMapping(mapping, labels, fields, { strict: false });
  const row = {
    row: 2,
    line: 2,
    cells: Object.values(cells),
    ...(options.found === undefined ? {} : { found: options.found }),
  };
  const result = rowValidator(resolved, { country: options.country ?? 'US' })(row);
  return {
    ...result,
    value: Object.fromEntries(resolved.columns.map(({ field }, i) => [field.name, result.values[i]])),
  };
}

const told = (result: ReturnType<typeof validate>) =>
  result.issues.map((issue) => `${issue.code} ${issue.effect} ${issue.label}`);

test('a good row gives canonical values, the raw phone, and the shared empty list', () => {
  const result = validate(good);
  assert.deepEqual(result.value, { crmId: '1', firstName: 'Ann', lastName: 'Lee', phone: '+12125550143' });
  assert.equal(result.crmId, '1');
  assert.equal(result.phoneRaw, '212-555-0143');
  assert.equal(result.skipped, false);
  assert.equal(result.issues, validate(good).issues);
});

for (const [label, title] of [
  ['ID', 'CRM ID'],
  ['First', 'First Name'],
  ['Last', 'Last Name'],
  ['Phone', 'Phone'],
] as const)
  for (const cell of ['', '   ', '\u00a0', '\u200b'])
    test(`a row without ${title} (${JSON.stringify(cell)}) is skipped`, () => {
      const result = validate({ ...good, [label]: cell });
      assert.deepEqual(told(result), [`blank-required-data-in-record row-skipped ${label}`]);
      assert.equal(result.skipped, true);
      assert.equal(result.crmId, label === 'ID' ? null : '1');
    });

test('a required phone that is none skips the row, and its raw text is not kept for the contact', () => {
  const result = validate({ ...good, Phone: '555' });
  assert.deepEqual(told(result), ['invalid-phone row-skipped Phone']);
  assert.equal(result.phoneRaw, null);
});

test('an optional phone that is none is dropped, and the row is accepted', () => {
  const result = validate({ ...good, Phone: 'Decline to state' }, [
    { ...newColumn('phone', ['Phone']), required: false },
  ]);
  assert.deepEqual(told(result), ['invalid-phone cell-dropped Phone']);
  assert.deepEqual([result.skipped, result.value.phone], [false, undefined]);
});

test('an ignored text counts as blank, whatever its case', () => {
  const policy = { ...newColumn('phone', ['Phone']), required: false, ignoreValues: ['Decline to state'] };
  const result = validate({ ...good, Phone: ' DECLINE TO STATE ' }, [policy]);
  assert.deepEqual([told(result), result.value.phone], [[], undefined]);
});

test('an ignored text in a required column is a blank one, and the issue shows it', () => {
  const result = validate({ ...good, Phone: 'none' }, [{ ...newColumn('phone', ['Phone']), ignoreValues: ['None'] }]);
  assert.deepEqual(told(result), ['blank-required-data-in-record row-skipped Phone']);
  assert.equal(result.issues[0]?.value, 'none');
});

const onBlank: [policy: Partial<MappedColumn>, expected: string | undefined][] = [
  [{}, undefined],
  [{ onBlank: 'clear' }, ''],
  [{ onBlank: 'default', default: 'Y' }, 'true'],
  [{ onBlank: 'default' }, undefined],
];
for (const [policy, expected] of onBlank)
  test(`a blank cell with ${JSON.stringify(policy)} gives ${JSON.stringify(expected)}`, () => {
    const result = validate({ ...good, Out: ' ' }, [{ ...newColumn('textOptOut', ['Out']), ...policy }]);
    assert.deepEqual([result.value.textOptOut, result.issues.length], [expected, 0]);
  });

const onBad: [policy: Partial<MappedColumn>, effect: string, expected: string | undefined][] = [
  [{}, 'cell-dropped', undefined],
  [{ onBad: 'default', default: 'N' }, 'cell-dropped', 'false'],
  [{ onBad: 'default' }, 'cell-dropped', undefined],
  [{ onBad: 'skip-row' }, 'row-skipped', undefined],
  [{ required: true, onBad: 'default', default: 'N' }, 'row-skipped', undefined],
];
for (const [policy, effect, expected] of onBad)
  test(`a bad cell with ${JSON.stringify(policy)} is ${effect}`, () => {
    const result = validate({ ...good, Out: 'perhaps' }, [{ ...newColumn('textOptOut', ['Out']), ...policy }]);
    assert.deepEqual(told(result), [`invalid-boolean ${effect} Out`]);
    assert.deepEqual([result.value.textOptOut, result.skipped], [expected, effect === 'row-skipped']);
  });

test('a value map translates before the value is read, and may make it blank', () => {
  const policy = { ...newColumn('textOptOut', ['Out']), valueMap: { opted: 'Y', '-': '' } };
  assert.equal(validate({ ...good, Out: ' Opted ' }, [policy]).value.textOptOut, 'true');
  assert.equal(validate({ ...good, Out: '-' }, [{ ...policy, onBlank: 'clear' }]).value.textOptOut, '');
});

test('parts are joined with the separator, and blank ones left out', () => {
  const phone = newColumn('phone', ['Area', 'Number']);
  const rest = { ID: '1', First: 'Ann', Last: 'Lee' };
  const joined = validate({ ...rest, Area: ' 212 ', Number: '5550143' }, [phone]);
  assert.deepEqual([joined.value.phone, joined.phoneRaw], ['+12125550143', '2125550143']);
  const half = validate({ ...rest, Area: '', Number: '5550143' }, [phone]);
  assert.deepEqual(told(half), ['invalid-phone row-skipped Area + Number']);
  const street = { ...newColumn('street', ['A', 'B']), separator: ', ' };
  assert.equal(validate({ ...good, A: '1 Main St', B: 'Apt 2' }, [street]).value.street, '1 Main St, Apt 2');
});

test('a value map translates the whole, never a part of it', () => {
  const street = { ...newColumn('street', ['A', 'B']), separator: ' ', valueMap: { '1': 'one', '1 x': 'whole' } };
  assert.equal(validate({ ...good, A: '1', B: 'x' }, [street]).value.street, 'whole');
});

test('of several columns the first that is not blank counts, and an issue names it', () => {
  const phone: MappedColumn = { ...newColumn('phone', ['Mobile', 'Home']), combine: 'first', ignoreValues: ['n/a'] };
  const rest = { ID: '1', First: 'Ann', Last: 'Lee' };
  assert.equal(validate({ ...rest, Mobile: 'N/A', Home: '2125550143' }, [phone]).value.phone, '+12125550143');
  assert.deepEqual(told(validate({ ...rest, Mobile: '', Home: '12' }, [phone])), ['invalid-phone row-skipped Home']);
});

test('text keeps its outer spaces only where trimming is off', () => {
  const kept = { ...newColumn('city', ['City']), trim: false };
  assert.equal(validate({ ...good, City: ' Rome ' }, [kept]).value.city, ' Rome ');
  assert.equal(validate({ ...good, City: ' Rome\u00a0' }, [newColumn('city', ['City'])]).value.city, 'Rome');
});

test('a text that a spreadsheet wrapped to keep its zeros is unwrapped', () => {
  assert.equal(validate({ ...good, ID: '="00123"' }).crmId, '00123');
});

test('a cell that a short row does not have keeps the value, also where a blank clears', () => {
  const email: MappedColumn = { ...newColumn('email', ['Email']), onBlank: 'clear' };
  assert.equal(validate({ ...good, Email: '' }, [email]).value.email, '');
  assert.equal(validate({ ...good, Email: '' }, [email], { found: 4 }).value.email, undefined);
});

test('a row without CRM ID is found by its Causeway ID', () => {
  const columns = [{ ...newColumn('crmId', ['ID']), required: false }, newColumn('causewayId', ['CID'])];
  const id = '019aa000-0000-7000-8000-00000000000a';
  assert.equal(validate({ ...good, ID: '', CID: id }, columns).skipped, false);
  assert.deepEqual(told(validate({ ...good, ID: '', CID: '' }, columns)), [
    'blank-required-data-in-record row-skipped ID',
  ]);
});

test('a Causeway ID that cannot be one skips the row', () => {
  const result = validate({ ...good, CID: '17' }, [newColumn('causewayId', ['CID'])]);
  assert.deepEqual(told(result), ['unknown-contact-id row-skipped CID']);
});

test('a CRM ID that a spreadsheet rounded skips the row and claims nothing', () => {
  const result = validate({ ...good, ID: '6.02E+23' });
  assert.deepEqual([told(result), result.crmId], [['spreadsheet-damaged-value row-skipped ID'], null]);
});

const zips: [zip: string, state: string, rowCountry: string, country: string, damaged: boolean][] = [
  ['2134', 'MA', '', 'US', true],
  ['601', 'PR', '', 'US', true],
  ['2134-1000', 'Massachusetts', '', 'US', true],
  ['2134', 'Any', 'USA', 'CA', true],
  ['2134', 'NY', '', 'US', false],
  ['2134', '', '', 'US', false],
  ['2134', 'MA', 'Australia', 'US', false],
  ['2134', 'MA', '', 'CA', false],
  ['02134', 'MA', '', 'US', false],
];
for (const [zip, state, rowCountry, country, damaged] of zips)
  test(`ZIP ${zip} of ${state || 'no state'}, ${rowCountry || 'no country'}, in ${country}: ${damaged ? 'lost a zero' : 'nothing proves a loss'}`, () => {
    const columns = [
      newColumn('postalCode', ['Zip']),
      newColumn('state', ['State']),
      newColumn('country', ['Country']),
    ];
    const cells = { ...good, Phone: '+12125550143', Zip: zip, State: state, Country: rowCountry };
    const result = validate(cells, columns, { country });
    assert.deepEqual(told(result), damaged ? ['spreadsheet-damaged-value cell-dropped Zip'] : []);
    assert.equal(result.value.postalCode, damaged ? undefined : zip);
  });

test('all issues of a row are told, also behind the one that skips it', () => {
  const columns = [newColumn('email', ['Email']), newColumn('custom.size', ['Size'])];
  const result = validate({ ...good, First: '', Email: 'x', Size: 'XL' }, columns);
  assert.deepEqual(told(result), [
    'blank-required-data-in-record row-skipped First',
    'invalid-email cell-dropped Email',
    'unknown-option cell-dropped Size',
  ]);
});

test('any cells give a result of the right shape, and the same one again', () => {
  const columns = [
    newColumn('email', ['Email']),
    newColumn('dateOfBirth', ['DOB']),
    newColumn('gpa', ['GPA']),
    newColumn('postalCode', ['Zip']),
  ];
  const cells = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(cells, (texts) => {
      const row = Object.fromEntries(
        ['ID', 'First', 'Last', 'Phone', 'Email', 'DOB', 'GPA', 'Zip'].map((label, i) => [label, texts[i] ?? '']),
      );
      const result = validate(row, columns);
      assert.deepEqual(result, validate(row, columns));
      assert.equal(
        result.skipped,
        result.issues.some((issue) => issue.effect === 'row-skipped'),
      );
      for (const value of result.values) assert.ok(value === undefined || !value.includes('\0'));
      for (const issue of result.issues) assert.ok(!issue.value?.includes('\0'));
    }),
    { numRuns: 1000 },
  );
});
