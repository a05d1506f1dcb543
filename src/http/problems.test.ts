// Refusals and faults: every one is a problem document, and none of them, nor the log, repeats what came in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeInstitution, makeToken, makeUser, testPassword } from '../../test/kit/accounts.ts';
import { type Answer, type CallOptions, cookieOf, openTestHttp, type TestHttp } from '../../test/kit/http.ts';
import { problem } from '../api/common.ts';
import { describeError } from './problems.ts';

let t: TestHttp;
let token: string;
let feed: string;
before(async () => {
  t = await openTestHttp();
  token = await makeToken(t.deps, 'operator');
  feed = `/institutions/alpha/feeds/${(await makeInstitution(t.deps, 'alpha')).feedId}`;
});
after(() => t.close());

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.deepEqual(problem.parse(answer.body), answer.body);
  assert.equal(answer.body.status, status);
  assert.ok(answer.body.title.length > 10 && answer.body.detail.length > 10, answer.text);
}

const json = 'application/json';
const refusals: [string, () => [string, string, CallOptions], number, string][] = [
  ['an address that is none', () => ['GET', '/nothing', { token }], 404, 'no-such-address'],
  ['another method', () => ['PUT', '/institutions', { token, json: {} }], 404, 'no-such-address'],
  ['an API address outside /api/v1', () => ['GET', '//api/v2/institutions', { token }], 404, 'no-such-address'],
  ['a file of the pages that is not there', () => ['GET', '//assets/index-123.js', {}], 404, 'no-such-address'],
  [
    'a body that is no JSON',
    () => ['POST', '/institutions', { token, bytes: '{"name": secret-canary', headers: { 'content-type': json } }],
    400,
    'malformed-json',
  ],
  ['a body that is no object', () => ['POST', '/institutions', { token, json: [1] }], 400, 'invalid-request'],
  ['no body where one is needed', () => ['POST', '/institutions', { token }], 400, 'invalid-request'],
  [
    'a body of another type',
    () => [
      'POST',
      '/institutions',
      { token, bytes: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    415,
    'unsupported-media-type',
  ],
  [
    'a body that is too large',
    () => ['POST', '/institutions', { token, json: { name: 'x'.repeat(2 << 20) } }],
    413,
    'body-too-large',
  ],
  [
    'a body that reaches for prototypes',
    () => ['POST', '/institutions', { token, bytes: '{"__proto__": {"a": 1}}', headers: { 'content-type': json } }],
    400,
    'malformed-json',
  ],
  [
    'U+0000 in a text',
    () => ['PATCH', '/institutions/alpha', { token, json: { name: 'a\0b' } }],
    400,
    'invalid-request',
  ],
  [
    'half a surrogate pair in a name',
    () => ['PATCH', `${feed}/mapping`, { token, json: { set: { '\ud800': 'email' } } }],
    400,
    'invalid-request',
  ],
  ['U+0000 in a query', () => ['GET', '/institutions/alpha/contacts?search=a%00b', { token }], 400, 'invalid-request'],
  ['U+0000 in a path', () => ['GET', '/institutions/a%00b', { token }], 404, 'no-such-institution'],
  ['a path that is not UTF-8', () => ['GET', '/institutions/%ff', { token }], 400, 'malformed-address'],
  ['an id that is none', () => ['GET', '/institutions/alpha/feeds/7', { token }], 400, 'invalid-request'],
  ['a limit beyond the largest', () => ['GET', '/institutions?limit=5000', { token }], 400, 'invalid-request'],
  ['a cursor that is not ours', () => ['GET', '/institutions?cursor=abc', { token }], 400, 'invalid-request'],
  [
    'a cursor of another list',
    () => ['GET', '/institutions/alpha/imports?cursor=eHh4', { token }],
    400,
    'invalid-request',
  ],
  [
    'a sample that is too large',
    () => ['POST', `${feed}/preview`, { token, bytes: Buffer.alloc((1 << 20) + 1, 'a') }],
    413,
    'sample-too-large',
  ],
  [
    'a form without a file',
    () => [
      'POST',
      `${feed}/preview`,
      {
        token,
        bytes: '--x\r\ncontent-disposition: form-data; name="mapping"\r\n\r\n{"columns":[]}\r\n--x--\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
    ],
    400,
    'invalid-request',
  ],
  [
    'a form with a mapping that is no JSON',
    () => [
      'POST',
      `${feed}/preview`,
      {
        token,
        bytes: '--x\r\ncontent-disposition: form-data; name="mapping"\r\n\r\n{\r\n--x--\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
    ],
    400,
    'invalid-request',
  ],
  [
    'a form without a boundary',
    () => ['POST', `${feed}/preview`, { token, bytes: 'x', headers: { 'content-type': 'multipart/form-data' } }],
    400,
    'upload-broken-off',
  ],
  [
    'a file name that climbs out',
    () => ['POST', '/institutions/alpha/imports?fileName=a%5Cb.csv', { token, bytes: 'a' }],
    400,
    'bad-file-name',
  ],
  ['destinations, signed out', () => ['GET', '/institutions/alpha/destinations', {}], 401, 'sign-in-needed'],
];
for (const [what, request, status, code] of refusals)
  test(`${what} is answered ${status} ${code}`, async () => {
    const [method, path, options] = request();
    const answer = await t.call(method, path, options);
    assertProblem(answer, status, code);
    assert.equal(answer.text.includes('secret-canary'), false);
  });

test('a wrong member is named by its path, its value is not repeated', async () => {
  const wrong = {
    columns: [
      { field: 'email', labels: ['A'] },
      { field: 'city', labels: ['B'], onBad: 'value-canary' },
    ],
  };
  const answer = await t.call('PUT', `${feed}/mapping`, { token, json: wrong });
  assertProblem(answer, 400, 'invalid-request');
  assert.equal(answer.body.fields[0].name, 'columns.1.onBad');
  assert.equal(answer.text.includes('value-canary'), false);
});

test('an unknown fault is answered with its request id only, and logged under it with its cause', async () => {
  const broken = await openTestHttp();
  const operator = await makeToken(broken.deps, 'operator');
  await broken.deps.db.execute('alter table custom_fields rename to elsewhere');
  await makeInstitution(broken.deps, 'beta');
  const answer = await broken.call('GET', '/institutions/beta/fields', { token: operator });
  assertProblem(answer, 500, 'internal-error');
  assert.equal(/custom_fields|42P01|relation/.test(answer.text), false);
  const line = broken.deps.lines.find((one) => one.includes('request failed'));
  assert.ok(line?.includes(answer.body.requestId) && line.includes('42P01'), line ?? 'no line');
  await broken.close();
});

test('a full disk of the database is told as such, and logged with its cause', async () => {
  const full = await openTestHttp();
  const operator = await makeToken(full.deps, 'operator');
  await makeInstitution(full.deps, 'gamma');
  await full.deps.db.execute(`
    create function no_room() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file: no space left on device' using errcode = '53100'; end $$`);
  await full.deps.db.execute('create trigger no_room before insert on custom_fields execute function no_room()');
  const field = { name: 'hobby', type: 'text' };
  const answer = await full.call('POST', '/institutions/gamma/fields', { token: operator, json: field });
  assertProblem(answer, 507, 'no-space');
  assert.match(answer.body.title, /no room left on the disk/);
  assert.ok(full.deps.lines.some((line) => line.includes('the disk is full') && line.includes('53100')));
  await full.close();
});

test('a database that does not answer makes the node not ready, and it stays alive', async () => {
  const broken = await openTestHttp();
  await broken.deps.db.close();
  assert.equal((await broken.call('GET', '//healthz')).status, 200);
  assert.equal((await broken.call('GET', '//readyz')).status, 503);
  await broken.close();
});

test('an error for the log keeps its cause and its place, and leaves out what JSON.parse quotes', () => {
  let cause: unknown;
  try {
    JSON.parse('quoted-canary');
  } catch (error) {
    cause = error;
  }
  const described = describeError(new Error('outer', { cause }));
  assert.equal(described.message, 'outer');
  assert.equal(described.cause?.name, 'SyntaxError');
  assert.ok((described.cause?.frames.length ?? 0) > 0);
  assert.equal(JSON.stringify(described).includes('quoted-canary'), false);
});

test('set-up and sign-in are limited per address', async () => {
  const limited = await openTestHttp();
  const statuses = [];
  const attempt = { token: 'x', name: 'N', email: 'n@example.edu', password: 'a long password' };
  for (let i = 0; i < 12; i++) statuses.push((await limited.call('POST', '/setup', { json: attempt })).status);
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 403), 429, 429]);
  const answer = await limited.call('POST', '/setup', { json: attempt });
  assertProblem(answer, 429, 'too-many-attempts');
  assert.ok(Number(answer.headers['retry-after']) > 0);
  const elsewhere = await limited.call('POST', '/setup', { json: attempt, address: '203.0.113.5' });
  assert.equal(elsewhere.status, 403);
  await limited.close();
});

test('no log line holds a secret, a value of a contact, or what was searched for', async () => {
  const http = await openTestHttp();
  const { deps, call } = http;
  const operator = await makeToken(deps, 'operator');
  const { feedId } = await makeInstitution(deps, 'gamma');
  await makeUser(deps, 'admin', 'canary.admin@example.edu', 'gamma');
  const signedIn = await call('POST', '/session', {
    json: { email: 'canary.admin@example.edu', password: testPassword },
  });
  await call('POST', '/session', { json: { email: 'canary.nobody@example.edu', password: 'canary-wrong-password' } });
  const path = `/institutions/gamma/feeds/${feedId}`;
  const revealed = await call('POST', `${path}/reveal`, { token: operator });
  const made = await call('POST', '/tokens', { token: operator, json: { name: 'T', role: 'operator' } });
  await call('POST', '/institutions/gamma/imports?fileName=canary-file.csv', {
    token: operator,
    bytes: 'canary-label\ncanary-cell\n',
  });
  await call('GET', '/institutions/gamma/contacts?search=canary-search&crmId=canary-crm', { token: operator });
  await call('GET', '/institutions/gamma/contacts/canary-crm-id', { token: operator });
  await call('PATCH', '/institutions/gamma/contacts/canary-crm-id', {
    token: operator,
    json: { values: { city: 'canary-city' } },
  });
  await call('GET', '/canary-address?canary-query', { token: 'canary-token-canary-token-canary-token' });
  await call('POST', '/institutions', { token: operator, bytes: '{"canary-json', headers: { 'content-type': json } });
  await call('PUT', `${path}/mapping`, {
    token: operator,
    json: { columns: [{ field: 'canary-field', labels: ['x'] }] },
  });
  const log = deps.lines.join('');
  const secrets = [
    operator,
    revealed.body.password,
    made.body.secret,
    cookieOf(signedIn).split('=')[1],
    testPassword,
    'canary',
  ];
  for (const secret of secrets) {
    assert.ok(String(secret).length >= 6);
    assert.equal(log.includes(String(secret)), false, String(secret));
  }
  assert.ok(deps.lines.length > 10);
  const audits = await call('GET', '/institutions/gamma/audit?limit=1000', { token: operator });
  for (const value of ['canary-crm', 'canary-city', 'canary-cell', 'canary-search', revealed.body.password])
    assert.equal(audits.text.includes(value), false, value);
  await http.close();
});
