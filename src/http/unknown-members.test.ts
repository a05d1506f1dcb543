// A misspelt setting is refused, never ignored: in bodies at any depth, in the address, and in forms.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { makeToken } from '../../test/kit/accounts.ts';
import {
  type Answer,
  type Json,
  newTestFeed,
  openTestHttp,
  type TestFeed,
  type TestHttp,
} from '../../test/kit/http.ts';
import { createDestinationRequest, updateDestinationRequest } from '../api/destinations.ts';
import { mappingRequest } from '../api/feeds.ts';
import { routeTable } from './route-table.ts';
import type { Route } from './table/route.ts';
import { unknownMembers } from './unknown-members.ts';

const routes = Object.entries(routeTable as Record<string, Route>);

let t: TestHttp;
let token: string;
let feed: TestFeed;
let root: string;
let destination: string;
const server = { dataset: 'connections', host: 'files.example.edu', username: 'causeway', password: 'canary-secret' };

before(async () => {
  t = await openTestHttp();
  token = await makeToken(t.deps, 'operator');
  feed = await newTestFeed(t, token);
  root = `/institutions/${feed.slug}`;
  const made = await send('POST', `${root}/destinations`, server);
  assert.equal(made.status, 201, made.text);
  destination = `${root}/destinations/${made.body.id}`;
});
after(() => t.close());

const send = (method: string, path: string, json?: unknown) =>
  t.call(method, path, { token, ...(json === undefined ? {} : { json }) });

function assertRefused(answer: Answer, code: string, ...names: string[]): void {
  assert.deepEqual([answer.status, answer.body.code], [400, code], answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  const fields: { name: string }[] = answer.body.fields;
  assert.deepEqual(
    fields.map((field) => field.name),
    names,
  );
}

test('a misspelt setting is named with the one that was meant and all that are known, and changes nothing', async () => {
  const before = await send('GET', destination);
  const answer = await send('PATCH', destination, { name: 'Other', checkFingerprnt: false });
  assertRefused(answer, 'unknown-member', 'checkFingerprnt');
  assert.equal(answer.body.title, 'The request has a member that is not known: “checkFingerprnt”.');
  assert.equal(
    answer.body.detail,
    'Did you mean “checkFingerprint”? Known are name, host, port, path, username, frequency, at, since, checkFingerprint, file and password.',
  );
  assert.equal(answer.body.fields[0].message, 'Is not known here. Did you mean “checkFingerprint”?');
  assert.deepEqual((await send('GET', destination)).body, before.body);
});

test('a setting that is like none of the known ones is refused without a guess', async () => {
  const answer = await send('POST', `${root}/destinations`, { ...server, hostKeyCheckng: false });
  assertRefused(answer, 'unknown-member', 'hostKeyCheckng');
  assert.match(answer.body.detail, /^Known are dataset, .* and generateKey\.$/);
});

test('within an object, and within the objects of a list, a member is named by its path', async () => {
  const file = { delimeter: 'tab', columns: [{ field: 'email', heder: 'E-Mail' }] };
  const answer = await send('PATCH', destination, { file });
  assertRefused(answer, 'unknown-member', 'file.delimeter', 'file.columns.0.heder', 'file.columns.0.header');
  assert.equal(
    answer.body.title,
    'The request has members that are not known: “file.delimeter” and “file.columns.0.heder”.',
  );
  assert.match(answer.body.detail, /^Did you mean “file\.delimiter”\? Known in “file” are nameTemplate, delimiter,/);
  assert.match(answer.body.fields[1].message, /“file\.columns\.0\.header”/);
  assert.equal(answer.body.fields[2].message, 'Is missing.');
});

test('a member that stands one level too high is sent to its place', async () => {
  const answer = await send('PATCH', destination, { line_end: 'lf' });
  assert.match(answer.body.detail, /^Did you mean “file\.lineEnd”\?/);
});

test('what is missing for a misspelt name is told with it', async () => {
  const { host, ...rest } = server;
  const answer = await send('POST', `${root}/destinations`, { ...rest, hots: host });
  assertRefused(answer, 'unknown-member', 'hots', 'host');
  assert.match(answer.body.detail, /^Did you mean “host”\?/);
});

test('names are bounded and made visible, at most twenty are named, and no value is repeated', async () => {
  const long = `a\u0000b\u202e${'x'.repeat(500_000)}`;
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`m${i}`, 'value-canary']));
  const answer = await send('PATCH', destination, { [long]: 'value-canary', ...many });
  assert.deepEqual([answer.status, answer.body.code, answer.body.fields.length], [400, 'unknown-member', 20]);
  assert.ok(answer.text.length < 4000, String(answer.text.length));
  assert.ok(answer.body.fields[0].name.startsWith('abxxx'));
  assert.match(answer.body.title, /and others\.$/);
  assert.equal(answer.text.includes('value-canary'), false);
});

test('a record takes any name; what its names mean is the use case’s to say', async () => {
  const answer = await feed.call('PATCH', '/mapping', { set: { 'Any label at all': 'email' } });
  assert.equal(answer.status, 200, answer.text);
});

test('a request that takes nothing is refused when it is given something', async () => {
  const answer = await feed.call('POST', '/disable', { force: true });
  assertRefused(answer, 'unknown-member', 'force');
  assert.equal(answer.body.detail, 'This request takes none.');
  for (const nothing of [undefined, {}, null]) assert.equal((await feed.call('POST', '/disable', nothing)).status, 200);
});

test('two ways to name a key are not one', async () => {
  const both = await send('POST', `${destination}/host-keys`, { sha256: 'SHA256:x', publicKey: 'ssh-ed25519 A' });
  assertRefused(both, 'invalid-request', '');
  assert.equal(both.body.detail, 'Give either sha256 or publicKey, as text.');
  const misspelt = await send('POST', `${destination}/host-keys`, { fingerprint: 'SHA256:x' });
  assert.deepEqual(misspelt.body.fields[0].name, 'fingerprint');
  assert.match(misspelt.body.detail, /Known are sha256 and publicKey\./);
});

const addresses: [path: () => string, name: string, detail: RegExp][] = [
  [
    () => `${root}/contacts?crmid=7`,
    'crmid',
    /^Did you mean “crmId”\? Known are limit, cursor, crmId, phone and search/,
  ],
  [() => `${root}/imports?limt=5`, 'limt', /^Did you mean “limit”\?/],
  [() => `${root}?verbose=1`, 'verbose', /^This address takes none\.$/],
  [() => `${root}/transfers?dataset=contacts&state=failed`, 'state', /Known are limit, cursor, destination, dataset/],
  [() => '/session?a', 'a', /takes none/],
];
for (const [path, name, detail] of addresses)
  test(`an unknown parameter of the address is refused: ${name}`, async () => {
    const answer = await send('GET', path());
    assertRefused(answer, 'unknown-parameter', name);
    assert.match(answer.body.detail, detail);
  });

test('an upload with a misspelt parameter is refused before its bytes are read', async () => {
  const answer = await t.call('POST', `${root}/imports?fileName=a.csv&dryrun=true`, { token, bytes: 'a,b\n1,2\n' });
  assertRefused(answer, 'unknown-parameter', 'dryrun');
  assert.match(answer.body.detail, /^Did you mean “dryRun”\?/);
  assert.deepEqual((await send('GET', `${root}/imports`)).body.items, []);
});

test('a rehearsal that is asked for in the form is not imported for good', async () => {
  const part = (name: string, value: string, more = '') =>
    `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const form = `${part('dryRun', 'true')}${part('file', 'a,b\n1,2\n', '; filename="a.csv"')}--x--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  for (const path of [`${root}/imports?fileName=a.csv`, `${root}/connections`]) {
    const answer = await t.call('POST', path, { token, bytes: form, headers });
    assertRefused(answer, 'unknown-part', 'dryRun');
    assert.match(answer.body.detail, /Settings stand in the address\. Known (?:are mapping and file|is file)\./);
  }
  assert.deepEqual((await send('GET', `${root}/imports`)).body.items, []);
});

test('short lists take limit and cursor like all others', async () => {
  const whole = (await send('GET', `${root}/fields`)).body;
  assert.equal(whole.next, null);
  const found: Json[] = [];
  for (let cursor = ''; found.length <= whole.items.length; ) {
    const { items, next } = (await send('GET', `${root}/fields?limit=10&cursor=${cursor}`)).body;
    assert.ok(items.length <= 10);
    found.push(...items);
    if (next === null) break;
    cursor = next;
  }
  assert.deepEqual(found, whole.items);
  for (const path of [`${root}/feeds`, `${root}/destinations`, `${root}/webhooks`, '/dictionaries/issues'])
    assert.equal((await send('GET', `${path}?limit=1000`)).body.next, null, path);
});

/** What is read and sent back, and what of it cannot be set there: [resource, one that is settable, one that is not, the way]. */
const readBack: [what: string, path: () => string, settable: string[], fixed: string, way: RegExp][] = [
  [
    'a destination',
    () => destination,
    Object.keys(updateDestinationRequest.shape),
    'status',
    /\/enable and …\/disable/,
  ],
  [
    'a feed',
    () => `${root}/feeds/${feed.id}`,
    ['name', 'strict', 'loginMethods', 'allowedAddresses'],
    'mapping',
    /\/mapping/,
  ],
  ['an institution', () => root, ['name', 'timeZone', 'country'], 'slug', /never changes/],
  ['the digest', () => `${root}/digest`, ['enabled', 'recipients'], 'mailIsSent', /only shown/],
  [
    'the outbound settings',
    () => `${root}/outbound-settings`,
    ['majorsEntitled', 'offeredMajors', 'connectionsLastExported'],
    'message',
    /only shown/,
  ],
];
for (const [what, path, settable, fixed, way] of readBack)
  test(`${what} as it was read is refused by what cannot be set; without that it is taken and nothing changes`, async () => {
    const { body: view } = await send('GET', path());
    const whole = await send('PATCH', path(), view);
    assert.deepEqual([whole.status, whole.body.code], [400, 'cannot-be-set-here'], whole.text);
    const field = whole.body.fields.find((one: { name: string }) => one.name === fixed);
    assert.match(field.message, /^Cannot be set here\. /);
    assert.match(field.message, way);
    const one = await send('PATCH', path(), { [fixed]: view[fixed] });
    assert.equal(one.body.title, `The request has a member that cannot be set here: “${fixed}”.`);
    const own = Object.fromEntries(Object.entries(view).filter(([name]) => settable.includes(name)));
    assert.ok(Object.keys(own).length > 1);
    const taken = await send('PATCH', path(), own);
    assert.equal(taken.status, 200, taken.text);
    const { updatedAt: _then, nextAt: _next, ...after } = (await send('GET', path())).body;
    const { updatedAt: _now, nextAt: _was, ...before } = view;
    assert.deepEqual(after, before);
  });

test('the columns of a feed can be sent back as they were read', async () => {
  await feed.call('PATCH', '/mapping', { set: { Id: 'crmId' } });
  const { columns } = (await feed.call('GET', '')).body;
  const answer = await feed.call('PUT', '/mapping', { columns });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.columns, columns);
});

test('a field of a contact at the wrong place is sent into “values”', async () => {
  const contacts = routeTable['contacts.update'];
  assert.deepEqual(
    unknownMembers(contacts.body, { city: 'Boston' }, 5).map((one) => one.path),
    [['city']],
  );
  assert.equal(contacts.elsewhere.city, 'Put it inside “values”.');
});

for (const [name, route] of routes)
  test(`${name} refuses what it does not know`, () => {
    for (const shape of [route.query, route.body])
      if (shape instanceof z.ZodType)
        assert.deepEqual(
          unknownMembers(shape, { zzz: 1 }, 5).map((one) => one.path),
          [['zzz']],
        );
    if (route.elsewhere && route.body instanceof z.ZodType)
      for (const fixed of Object.keys(route.elsewhere))
        assert.equal(unknownMembers(route.body, { [fixed]: 1 }, 5).length, 1, `${fixed} can be set after all`);
  });

const near: [z.ZodType, string, string | null][] = [
  [createDestinationRequest, 'check_fingerprint', 'checkFingerprint'],
  [createDestinationRequest, 'Host', 'host'],
  [createDestinationRequest, 'hostname', 'host'],
  [createDestinationRequest, 'user', 'username'],
  [createDestinationRequest, 'freqency', 'frequency'],
  [createDestinationRequest, 'manifest', 'file.manifest'],
  [createDestinationRequest, 'colour', null],
  [mappingRequest, 'column', 'columns'],
];
for (const [shape, name, meant] of near)
  test(`“${name}”: ${meant === null ? 'no guess' : `did you mean ${meant}?`}`, () => {
    assert.equal(unknownMembers(shape, { [name]: 1 }, 5)[0]?.near, meant);
  });
