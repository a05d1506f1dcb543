// Set-up, sign-in, sessions and tokens as a browser and a program see them, on a real database.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInstitution, makeToken, makeUser, testPassword } from '../../test/kit/accounts.ts';
import { type Answer, cookieOf, openTestHttp } from '../../test/kit/http.ts';
import { ensureSetupToken } from '../accounts/set-up.ts';
import { verifyChain } from '../accounts/verify-audit.ts';
import { installationChain } from '../domain/ids.ts';

const hour = 3_600_000;
const operator = { name: 'First Operator', email: 'first@example.edu', password: 'a long password' };

test('set-up', async (t) => {
  const http = await openTestHttp();
  const { deps, call } = http;
  const finish = (token: string, more: object = {}) =>
    call('POST', '/setup', { json: { ...operator, token, ...more } });
  const first = (await ensureSetupToken(deps)) ?? '';

  await t.test('is needed on a new installation', async () => {
    assert.deepEqual((await call('GET', '/setup')).body, { needed: true });
    assert.ok(first.length >= 26);
  });
  await t.test('keeps no token in the database', async () => {
    const rows = await deps.db.query('select value::text from installation_settings');
    assert.equal(JSON.stringify(rows).includes(first), false);
  });
  await t.test('refuses a wrong token, and the token of an earlier start', async () => {
    const second = await ensureSetupToken(deps);
    assert.notEqual(second, first);
    for (const wrong of ['wrong', first]) assert.equal((await finish(wrong)).body.code, 'wrong-setup-token');
  });
  const token = (await ensureSetupToken(deps)) ?? '';
  await t.test('refuses a short password by name of the field', async () => {
    const answer = await finish(token, { password: 'short' });
    assert.equal(answer.status, 400);
    assert.deepEqual(
      answer.body.fields.map((field: { name: string }) => field.name),
      ['password'],
    );
  });
  await t.test('makes one operator, whatever is sent at the same time, and signs in', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => finish(token, { email: `${name}@example.edu` })));
    const done = answers.filter((answer) => answer.status === 201);
    assert.equal(done.length, 1);
    assert.deepEqual(new Set(answers.map((answer) => answer.body.code)), new Set([undefined, 'setup-done']));
    const me = await call('GET', '/session', { cookie: cookieOf(done[0] as Answer) });
    assert.deepEqual([me.body.role, me.body.institution], ['operator', null]);
  });
  await t.test('is dead after its first use, also with a token that is still in the database', async () => {
    assert.deepEqual((await call('GET', '/setup')).body, { needed: false });
    assert.equal(await ensureSetupToken(deps), null);
    const mac = Buffer.from(deps.sealer.mac(token, 'setup-token')).toString('hex');
    await deps.db.execute('insert into installation_settings (name, value) values ($1, $2)', [
      'setup_token',
      JSON.stringify({ mac }),
    ]);
    const answer = await finish(token, { email: 'again@example.edu' });
    assert.deepEqual([answer.status, answer.body.code], [409, 'setup-done']);
    const users = await deps.db.query('select 1 from users');
    assert.equal(users.length, 1);
  });
  await t.test('is in the audit log, and stays dead when the only operator is off', async () => {
    const verdict = await verifyChain(deps, installationChain);
    assert.equal(verdict.ok && verdict.events, 1);
    await deps.db.execute('update users set active = false');
    assert.equal(await ensureSetupToken(deps), null);
  });
  await http.close();
});

test('signing in', async (t) => {
  const http = await openTestHttp();
  const { deps, call } = http;
  await makeInstitution(deps, 'alpha');
  const user = await makeUser(deps, 'viewer', 'View@Example.edu', 'alpha');
  const signIn = (password = testPassword, options = {}) =>
    call('POST', '/session', { json: { email: 'view@example.EDU', password }, ...options });

  await t.test('sets a cookie that scripts and other sites do not get, and tells who it is', async () => {
    const answer = await signIn();
    assert.equal(answer.status, 200);
    const cookie = String(answer.headers['set-cookie']);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(part), cookie);
    assert.equal(cookie.includes('Secure'), false);
    assert.deepEqual(answer.body, {
      id: user.id,
      kind: 'user',
      name: 'The viewer',
      email: 'View@Example.edu',
      role: 'viewer',
      institution: { id: user.institutionId, slug: 'alpha', name: 'Institution alpha' },
    });
    const stored = await deps.db.query('select encode(token_hash, $1) as hash from web_sessions', ['escape']);
    assert.equal(JSON.stringify(stored).includes(cookieOf(answer).split('=')[1] ?? '?'), false);
  });
  await t.test('answers a wrong password, an unknown address and a user who is off in the same way', async () => {
    const unknown = await call('POST', '/session', { json: { email: 'nobody@example.edu', password: testPassword } });
    const wrong = await signIn('wrong password');
    await deps.db.execute('update users set active = false where id = $1', [user.id]);
    const off = await signIn();
    await deps.db.execute('update users set active = true where id = $1', [user.id]);
    assert.equal(unknown.status, 401);
    for (const answer of [wrong, off]) assert.deepEqual([answer.status, answer.body], [unknown.status, unknown.body]);
  });
  await t.test('locks the pair of address and account, and not the account elsewhere', async () => {
    const from = { address: '203.0.113.9' };
    const seen = [];
    for (let i = 0; i < 7; i++) seen.push((await signIn('wrong password', from)).status);
    assert.deepEqual(seen, [401, 401, 401, 401, 401, 429, 429]);
    const locked = await signIn(testPassword, from);
    assert.deepEqual([locked.status, locked.body.code], [429, 'too-many-attempts']);
    assert.ok(Number(locked.headers['retry-after']) > 0);
    assert.equal((await signIn(testPassword, { address: '203.0.113.10' })).status, 200);
    deps.pass(2 * hour);
    assert.equal((await signIn(testPassword, from)).status, 200);
  });
  await t.test('guesses sent at the same time count as many', async () => {
    const from = { address: '203.0.113.20' };
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('wrong password', from)));
    assert.equal(answers.filter((answer) => answer.status === 401).length, 5);
  });
  await t.test('a session moves its end with use, and ends 12 hours after the last', async () => {
    const cookie = cookieOf(await signIn());
    const status = async () => (await call('GET', '/session', { cookie })).status;
    for (let i = 0; i < 5; i++) {
      deps.pass(11 * hour);
      assert.equal(await status(), 200);
    }
    deps.pass(12 * hour + 1000);
    assert.equal(await status(), 401);
  });
  await t.test('a session ends after 14 days however much it is used', async () => {
    const cookie = cookieOf(await signIn());
    let alive = 0;
    while ((await call('GET', '/session', { cookie })).status === 200) {
      deps.pass(6 * hour);
      alive += 6;
      assert.ok(alive <= 14 * 24);
    }
    assert.ok(alive >= 14 * 24 - 6);
  });
  await t.test('signing out ends the session for whoever has the cookie', async () => {
    const cookie = cookieOf(await signIn());
    assert.equal((await call('DELETE', '/session', { cookie })).status, 204);
    assert.equal((await call('GET', '/session', { cookie })).status, 401);
  });
  await t.test('a changed password ends the other sessions and keeps one’s own', async () => {
    const [here, there] = [cookieOf(await signIn()), cookieOf(await signIn())];
    const change = (current: string) =>
      call('POST', '/session/password', { cookie: here, json: { current, password: 'another long one' } });
    const refused = await change('wrong password');
    assert.deepEqual([refused.status, refused.body.code], [400, 'wrong-password']);
    assert.equal((await change(testPassword)).status, 204);
    assert.equal((await call('GET', '/session', { cookie: here })).status, 200);
    assert.equal((await call('GET', '/session', { cookie: there })).status, 401);
    assert.equal((await signIn()).status, 401);
    assert.equal((await signIn('another long one')).status, 200);
  });
  await t.test('a user who is switched off is signed out at once', async () => {
    const cookie = cookieOf(await signIn('another long one'));
    const token = await makeToken(deps, 'admin', 'alpha');
    assert.equal((await call('PATCH', `/users/${user.id}`, { token, json: { active: false } })).body.active, false);
    assert.equal((await call('GET', '/session', { cookie })).status, 401);
  });
  await http.close();
});

test('a request that changes something with a cookie', async (t) => {
  const http = await openTestHttp({}, { publicUrl: 'https://causeway.example.edu' });
  const { deps, call } = http;
  await makeInstitution(deps, 'alpha');
  await makeUser(deps, 'admin', 'admin@example.edu', 'alpha');
  const json = { email: 'admin@example.edu', password: testPassword };
  const cookie = cookieOf(await call('POST', '/session', { json }));
  const rename = (headers: Record<string, string>, token?: string) =>
    call('PATCH', '/institutions/alpha', { json: { name: 'Renamed' }, headers, ...(token ? { token } : { cookie }) });
  const cases: [string, Record<string, string>, number][] = [
    ['from our own page', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8080' }, 200],
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['from another host of the same site', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }, 403],
    ['from an old browser on our page', { origin: 'http://localhost:8080' }, 200],
    ['from an old browser on another page', { origin: 'https://evil.example' }, 403],
    ['from an old browser on another port', { origin: 'http://localhost:9090' }, 403],
    ['from a page without an origin', { origin: 'null' }, 403],
    ['from the public address behind a proxy', { origin: 'https://causeway.example.edu' }, 200],
    ['from a program', {}, 200],
  ];
  for (const [what, headers, status] of cases)
    await t.test(`${what} is answered ${status}`, async () => assert.equal((await rename(headers)).status, status));
  await t.test(
    'from another site is answered when it carries a token, which browsers do not send by themselves',
    async () => {
      const token = await makeToken(deps, 'admin', 'alpha');
      assert.equal((await rename({ 'sec-fetch-site': 'cross-site' }, token)).status, 200);
    },
  );
  const read = (headers: Record<string, string>) => call('GET', '/institutions/alpha', { cookie, headers });
  for (const [site, status] of [
    ['same-origin', 200],
    ['none', 200],
    ['same-site', 403],
    ['cross-site', 403],
  ] as const)
    await t.test(`what is read from “${site}” is answered ${status}`, async () =>
      assert.equal((await read({ 'sec-fetch-site': site })).status, status),
    );
  await t.test('asking for the head of an answer does nothing', async () => {
    const head = { method: 'HEAD', url: '/api/v1/institutions/alpha', headers: { cookie } } as const;
    assert.equal((await http.http.app.inject(head)).statusCode, 404);
  });
  await t.test('signing in from another site is refused too', async () => {
    const answer = await call('POST', '/session', { json, headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(answer.body.code, 'cross-site-request');
  });
  await t.test('the cookie is Secure at the public address, and bound to its host', async () => {
    const answer = await call('POST', '/session', { json, headers: { host: 'causeway.example.edu' } });
    const set = String(answer.headers['set-cookie']);
    assert.ok(set.startsWith('__Host-causeway=') && set.includes('Secure'), set);
    assert.equal((await call('GET', '/session', { cookie: cookieOf(answer) })).status, 200);
  });
  await http.close();
});

test('forwarded headers count only from a trusted proxy', async () => {
  for (const [trustedProxies, secure] of [
    [[], false],
    [['127.0.0.0/8'], true],
  ] as const) {
    const http = await openTestHttp({ trustedProxies });
    await makeUser(http.deps, 'operator', 'op@example.edu');
    const answer = await http.call('POST', '/session', {
      json: { email: 'op@example.edu', password: testPassword },
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.77' },
    });
    assert.equal(String(answer.headers['set-cookie']).includes('Secure'), secure);
    const [row] = await http.deps.db.query<{ address: string }>('select address from web_sessions');
    assert.equal(row?.address, secure ? '203.0.113.77' : '127.0.0.1');
    await http.close();
  }
});
