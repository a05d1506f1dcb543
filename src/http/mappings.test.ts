// The mapping of a feed and its switch through the API: what is refused, what moves, what is kept.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeToken } from '../../test/kit/accounts.ts';
import { auditActions, newTestFeed, openTestHttp, type TestFeed, type TestHttp } from '../../test/kit/http.ts';

let t: TestHttp;
let token: string;
before(async () => {
  t = await openTestHttp();
  token = await makeToken(t.deps, 'operator');
});
after(() => t.close());

const newFeed = (): Promise<TestFeed> => newTestFeed(t, token);
const four = { 'Student ID': 'crmId', First: 'firstName', Last: 'lastName', Cell: 'phone' };

test('a feed is switched on when the four required fields are mapped, and says until then what is missing', async () => {
  const feed = await newFeed();
  await feed.call('PATCH', '/mapping', { set: { 'Student ID': 'crmId', First: 'firstName' } });
  const refused = await feed.call('POST', '/enable');
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.fields.map((field: { name: string }) => field.name)],
    [409, 'feed-not-mapped', ['lastName', 'phone']],
  );
  assert.match(refused.body.title, /Last Name and Phone/);
  await feed.call('PATCH', '/mapping', { set: { Last: 'lastName', Cell: 'phone' } });
  assert.equal((await feed.call('POST', '/enable')).body.enabled, true);
  assert.equal((await feed.call('POST', '/enable')).body.enabled, true);
  assert.equal((await auditActions(t, token, feed.slug)).filter((action) => action === 'feed.enabled').length, 1);
});

test('a required field of a feed that is on cannot be unmapped, but can get another label in one step', async () => {
  const feed = await newFeed();
  await feed.call('PATCH', '/mapping', { set: four });
  await feed.call('POST', '/enable');
  for (const [method, json] of [
    ['PATCH', { remove: ['Cell'] }],
    ['PATCH', { remove: ['phone'] }],
    ['PATCH', { set: { Cell: 'school' } }],
    ['PUT', { columns: [] }],
  ] as const) {
    const answer = await feed.call(method, '/mapping', json);
    assert.deepEqual([answer.status, answer.body.code], [409, 'required-field-unmapped']);
  }
  assert.deepEqual((await feed.call('GET', '')).body.mapping, four);
  const moved = await feed.call('PATCH', '/mapping', { remove: ['Cell'], set: { Mobile: 'phone' } });
  assert.equal(moved.body.mapping.Mobile, 'phone');
  await feed.call('POST', '/disable');
  assert.deepEqual((await feed.call('PATCH', '/mapping', { remove: ['Mobile'] })).body.missing, ['phone']);
});

test('labels are kept exactly, and a label that is mapped again moves', async () => {
  const feed = await newFeed();
  await feed.call('PATCH', '/mapping', { set: { ' First Name ': 'firstName', 'a=b': 'school', é: 'city' } });
  const { body } = await feed.call('PATCH', '/mapping', { set: { é: 'state' } });
  assert.deepEqual(body.mapping, { ' First Name ': 'firstName', 'a=b': 'school', é: 'state' });
});

const badMappings: [string, 'PUT' | 'PATCH', object, string, RegExp][] = [
  ['a field that does not exist', 'PATCH', { set: { X: 'phon' } }, 'unknown-field', /Did you mean phone/],
  ['a custom field that does not exist', 'PATCH', { set: { X: 'custom.nothing' } }, 'unknown-field', /custom\.nothing/],
  [
    'a second label for a field, without saying how to combine them',
    'PATCH',
    { set: { A: 'email', B: 'email' } },
    'join-policy-missing',
    /“A” and “B”/,
  ],
  ['a label to remove that is not there', 'PATCH', { remove: ['nothing'] }, 'not-mapped', /nothing/],
  [
    'a field in two columns',
    'PUT',
    {
      columns: [
        { field: 'email', labels: ['A'] },
        { field: 'email', labels: ['B'] },
      ],
    },
    'bad-mapping',
    /email is mapped twice/,
  ],
  [
    'a label in two columns',
    'PUT',
    {
      columns: [
        { field: 'email', labels: ['A'] },
        { field: 'city', labels: ['A'] },
      ],
    },
    'bad-mapping',
    /“A” is used for email and city/,
  ],
  ['a blank label', 'PUT', { columns: [{ field: 'email', labels: [' '] }] }, 'bad-mapping', /blank/],
  [
    'a default that is missing',
    'PUT',
    { columns: [{ field: 'email', labels: ['A'], onBlank: 'default' }] },
    'bad-mapping',
    /no default/,
  ],
  [
    'a default that is no value of the field',
    'PUT',
    { columns: [{ field: 'email', labels: ['A'], onBlank: 'default', default: 'x' }] },
    'bad-mapping',
    /no valid value/,
  ],
  [
    'a date format that is none',
    'PUT',
    { columns: [{ field: 'dateOfBirth', labels: ['A'], dateFormat: 'MM/YYYY' }] },
    'bad-mapping',
    /DD\.MM\.YYYY/,
  ],
  [
    'a CRM ID that is not required',
    'PUT',
    { columns: [{ field: 'crmId', labels: ['A'], required: false }] },
    'bad-mapping',
    /always required/,
  ],
  ['a column without a label', 'PUT', { columns: [{ field: 'email', labels: [] }] }, 'invalid-request', /labels/],
];
for (const [what, method, json, code, words] of badMappings)
  test(`a mapping with ${what} is refused as ${code} and changes nothing`, async () => {
    const feed = await newFeed();
    const answer = await feed.call(method, '/mapping', json);
    assert.equal(answer.body.code, code);
    assert.match(`${answer.body.title} ${answer.body.detail}`, words);
    assert.ok(answer.body.fields.length > 0);
    assert.deepEqual((await feed.call('GET', '')).body.columns, []);
  });

test('a mapping keeps its policies, and gets those of a new column where none are given', async () => {
  const feed = await newFeed();
  const columns = [
    { field: 'crmId', labels: ['ID'] },
    { field: 'phone', labels: ['Area', 'Number'], combine: 'join', required: false, ignoreValues: ['none'] },
    { field: 'textOptOut', labels: ['Opt'], valueMap: { STOP: 'true' } },
  ];
  const { body } = await feed.call('PUT', '/mapping', { columns });
  assert.deepEqual(
    body.columns.map((column: { required: boolean; trim: boolean; combine: string }) => [
      column.required,
      column.trim,
      column.combine,
    ]),
    [
      [true, true, 'first'],
      [false, true, 'join'],
      [false, true, 'first'],
    ],
  );
  assert.deepEqual(body.columns[2].valueMap, { STOP: 'true' });
  assert.deepEqual(body.mapping, { ID: 'crmId', Area: 'phone', Number: 'phone', Opt: 'textOptOut' });
});

test('two changes of a mapping at the same time are both in it', async () => {
  const feed = await newFeed();
  await Promise.all(
    Object.entries(four).map(([label, field]) => feed.call('PATCH', '/mapping', { set: { [label]: field } })),
  );
  assert.deepEqual((await feed.call('GET', '')).body.missing, []);
});
