// API tokens, the bootstrap token and users through the API, on a real database.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInstitution, makeToken, makeUser, testPassword } from '../../test/kit/accounts.ts';
import { cookieOf, openTestHttp } from '../../test/kit/http.ts';
import { ensureBootstrapToken } from '../accounts/bootstrap-token.ts';

const hour = 3_600_000;

test('tokens', async (t) => {
  const http = await openTestHttp();
  const { deps, call } = http;
  await makeInstitution(deps, 'alpha');
  const admin = await makeToken(deps, 'admin', 'alpha');
  const make = (json: object) =>
    call('POST', '/tokens', { token: admin, json: { name: 'CRM', role: 'viewer', ...json } });
  const status = async (token: string) => (await call('GET', '/session', { token })).status;

  await t.test('are shown once, can be recognised, and are kept as a hash only', async () => {
    const { body } = await make({});
    assert.match(body.secret, /^cwy_[A-Za-z0-9]{46}$/);
    assert.equal(await status(body.secret), 200);
    const listed = await call('GET', '/tokens', { token: admin });
    assert.equal(listed.text.includes(body.secret), false);
    assert.equal(listed.body.items[0].hint, `${body.secret.slice(0, 8)}…${body.secret.slice(-4)}`);
    const [row] = await deps.db.query<{ row: string }>('select api_tokens::text as row from api_tokens where id = $1', [
      body.token.id,
    ]);
    assert.equal(row?.row.includes(body.secret), false);
  });
  await t.test('show when they were used last', async () => {
    const { body } = await make({});
    const lastUse = async () => {
      const { body: list } = await call('GET', '/tokens', { token: admin });
      return list.items.find((one: { id: string }) => one.id === body.token.id).lastUsedAt;
    };
    assert.equal(await lastUse(), null);
    await status(body.secret);
    const first = await lastUse();
    assert.equal(first, deps.clock.now().toISOString());
    deps.pass(2 * 60_000);
    await status(body.secret);
    assert.equal(await lastUse(), deps.clock.now().toISOString());
  });
  await t.test('end when they are revoked, for good', async () => {
    const { body } = await make({});
    const revoke = () => call('POST', `/tokens/${body.token.id}/revoke`, { token: admin });
    const first = await revoke();
    assert.equal(await status(body.secret), 401);
    deps.pass(1000);
    assert.equal((await revoke()).body.revokedAt, first.body.revokedAt);
  });
  await t.test('end at their time, which cannot lie in the past', async () => {
    const { body } = await make({ expiresAt: new Date(deps.clock.now().getTime() + hour).toISOString() });
    assert.equal(await status(body.secret), 200);
    deps.pass(hour);
    assert.equal(await status(body.secret), 401);
    assert.equal((await make({ expiresAt: '2020-01-01T00:00:00Z' })).body.code, 'expiry-in-the-past');
  });
  await t.test('that do not work are refused, never taken for nobody', async () => {
    for (const authorization of [
      'Bearer cwy_wrong',
      `Bearer ${'x'.repeat(50)}`,
      'Basic dTpw',
      'Bearer',
      `Bearer ${admin} x`,
    ])
      assert.equal((await call('GET', '/session', { headers: { authorization } })).body.code, 'invalid-token');
  });
  await http.close();
});

test('the bootstrap token', async (t) => {
  const http = await openTestHttp();
  const { deps, call } = http;
  const token = 'bootstrap-'.repeat(4);
  await t.test('must have 32 characters', async () => {
    await assert.rejects(ensureBootstrapToken(deps, 'x'.repeat(31)), { code: 'bootstrap-token-too-short' });
  });
  await t.test('is made once when several nodes start at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => ensureBootstrapToken(deps, token)));
    assert.deepEqual(results.sort(), ['created', 'present', 'present', 'present']);
    const me = await call('GET', '/session', { token });
    assert.deepEqual([me.body.kind, me.body.role], ['token', 'operator']);
  });
  await t.test('does not take the place of set-up', async () => {
    assert.deepEqual((await call('GET', '/setup')).body, { needed: true });
  });
  await t.test('stays revoked after the next start', async () => {
    const { body } = await call('GET', '/tokens', { token });
    await call('POST', `/tokens/${body.items[0].id}/revoke`, { token });
    assert.equal(await ensureBootstrapToken(deps, token), 'present');
    assert.equal((await call('GET', '/session', { token })).status, 401);
  });
  await t.test('of another value is not made on a database that is not new', async () => {
    assert.equal(await ensureBootstrapToken(deps, `${token}-other`), 'not-new');
    assert.equal((await call('GET', '/session', { token: `${token}-other` })).status, 401);
  });
  await http.close();
});

test('users', async (t) => {
  const http = await openTestHttp();
  const { deps, call } = http;
  await makeInstitution(deps, 'alpha');
  const token = await makeToken(deps, 'operator');
  const one = await makeUser(deps, 'operator', 'one@example.edu');
  const cookie = cookieOf(
    await call('POST', '/session', { json: { email: 'one@example.edu', password: testPassword } }),
  );

  await t.test('have an e-mail address of their own, whatever its capitals', async () => {
    const answer = await call('POST', '/users', {
      token,
      json: { email: 'ONE@example.edu', name: 'N', role: 'viewer', institution: 'alpha', password: 'a long password' },
    });
    assert.deepEqual([answer.status, answer.body.code], [409, 'email-taken']);
  });
  await t.test('cannot switch themselves off', async () => {
    const answer = await call('PATCH', `/users/${one.id}`, { cookie, json: { active: false } });
    assert.equal(answer.body.code, 'own-account');
  });
  await t.test('that are the last active operator cannot be switched off', async () => {
    const two = await makeUser(deps, 'operator', 'two@example.edu');
    const off = (id: string) => call('PATCH', `/users/${id}`, { token, json: { active: false } });
    const answers = await Promise.all([off(one.id), off(two.id)]);
    assert.deepEqual(answers.map((answer) => answer.body.code ?? 'off').sort(), ['last-operator', 'off']);
  });
  await t.test('of the installation are unknown to admins', async () => {
    const admin = await makeToken(deps, 'admin', 'alpha');
    const answer = await call('PATCH', `/users/${one.id}`, { token: admin, json: { name: 'X' } });
    assert.deepEqual([answer.status, answer.body.code], [404, 'no-such-user']);
    assert.equal((await call('GET', '/users', { token: admin })).text.includes('one@example.edu'), false);
  });
  await t.test('are listed newest first, page by page', async () => {
    for (let i = 0; i < 5; i++) await makeUser(deps, 'viewer', `p${i}@example.edu`, 'alpha');
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await call('GET', `/users?institution=alpha&limit=2${cursor && `&cursor=${cursor}`}`, { token });
      seen.push(...body.items.map((user: { email: string }) => user.email));
      cursor = body.next;
    } while (cursor);
    assert.deepEqual(
      seen,
      [4, 3, 2, 1, 0].map((i) => `p${i}@example.edu`),
    );
  });
  await http.close();
});
