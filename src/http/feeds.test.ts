// Institutions and feeds through the API: credentials, keys, settings, fields. The mapping has a file of its own.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { makeInstitution, makeToken } from '../../test/kit/accounts.ts';
import { auditActions, newTestFeed, openTestHttp, type TestFeed, type TestHttp } from '../../test/kit/http.ts';
import { passwordMacContext } from '../inbound/feed-password.ts';

let t: TestHttp;
let token: string;
let serial = 0;
before(async () => {
  t = await openTestHttp();
  token = await makeToken(t.deps, 'operator');
});
after(() => t.close());

const newFeed = (): Promise<TestFeed> => newTestFeed(t, token);
const actions = (slug: string) => auditActions(t, token, slug);

async function macs(id: string) {
  const [row] = await t.deps.db.query<{ mac: Buffer; previous: Buffer | null; sealed: Buffer }>(
    'select password_mac as mac, previous_password_mac as previous, password_sealed as sealed from feeds where id = $1',
    [id],
  );
  assert.ok(row);
  return row;
}

test('an institution gets a feed that is off, with a user name from its slug and its missing fields named', async () => {
  const json = { name: 'Westfield', slug: 'westfield', timeZone: 'US/Eastern', country: 'US' };
  const made = await t.call('POST', '/institutions', { token, json });
  assert.equal(made.status, 201);
  const { body } = await t.call('GET', '/institutions/westfield/feeds', { token });
  const [feed] = body.items;
  assert.deepEqual(
    [feed.enabled, feed.username, feed.missing, feed.password, feed.host, feed.port],
    [false, 'westfield', ['crmId', 'firstName', 'lastName', 'phone'], undefined, 'sftp.example.edu', 2022],
  );
  assert.equal((await t.call('GET', `/institutions/${made.body.id}`, { token })).body.slug, 'westfield');
});

const badInstitutions: [string, object, number, string][] = [
  ['a slug that is taken', { slug: 'taken' }, 409, 'slug'],
  ['a slug that is an id', { slug: '00000000-0000-7000-8000-000000000000' }, 400, 'slug'],
  ['a slug with capitals', { slug: 'Westfield' }, 400, 'slug'],
  ['a zone that is none', { timeZone: 'America/Westfield' }, 400, 'timeZone'],
  ['an offset as zone', { timeZone: '+05:00' }, 400, 'timeZone'],
  ['a country that is none', { country: 'ZZ' }, 400, 'country'],
  ['a country in small letters', { country: 'us' }, 400, 'country'],
  ['a blank name', { name: '   ' }, 400, 'name'],
];
for (const [what, change, status, field] of badInstitutions)
  test(`an institution with ${what} is refused by the name of the field`, async () => {
    if (field === 'slug')
      await t.call('POST', '/institutions', {
        token,
        json: { name: 'T', slug: 'taken', timeZone: 'UTC', country: 'US' },
      });
    const json = { name: 'N', slug: `fresh-${++serial}`, timeZone: 'Europe/London', country: 'GB', ...change };
    const { body } = await t.call('POST', '/institutions', { token, json });
    assert.deepEqual([body.status, body.fields?.[0]?.name], [status, field]);
  });

test('a feed whose user name is taken by another gets a number behind it', async () => {
  await makeInstitution(t.deps, 'north');
  await t.deps.db.execute(`update feeds set username = 'south' where username = 'north'`);
  await makeInstitution(t.deps, 'south');
  const { body } = await t.call('GET', '/institutions/south/feeds', { token });
  assert.match(body.items[0].username, /^south-\d{6}$/);
});

test('a password is revealed by its own route only, is what the login compares with, and each look is audited', async () => {
  const feed = await newFeed();
  const { body } = await feed.call('POST', '/reveal');
  assert.match(body.password, /^[A-Za-z2-9]{24}$/);
  assert.deepEqual((await macs(feed.id)).mac, Buffer.from(t.deps.sealer.mac(body.password, passwordMacContext)));
  assert.equal((await feed.call('POST', '/reveal')).body.password, body.password);
  assert.equal((await feed.call('GET', '')).body.password, undefined);
  assert.equal((await actions(feed.slug)).filter((action) => action === 'feed.password-revealed').length, 2);
});

test('a sealed password that was copied to another institution’s feed does not open', async () => {
  const [one, other] = [await newFeed(), await newFeed()];
  await t.deps.db.execute('update feeds set password_sealed = $1 where id = $2', [
    (await macs(one.id)).sealed,
    other.id,
  ]);
  const answer = await other.call('POST', '/reveal');
  assert.deepEqual([answer.status, answer.body.code], [500, 'internal-error']);
});

test('renewing makes another password and ends the open sessions', async () => {
  const feed = await newFeed();
  const old = (await feed.call('POST', '/reveal')).body.password;
  const answer = await feed.call('POST', '/renew', {});
  assert.deepEqual([answer.body.password, answer.body.previousPasswordUntil], [undefined, null]);
  assert.notEqual((await feed.call('POST', '/reveal')).body.password, old);
  assert.equal((await macs(feed.id)).previous, null);
  assert.deepEqual(t.deps.ended.at(-1), feed.id);
});

test('renewing with an overlap keeps the old password for that time and leaves sessions open', async () => {
  const feed = await newFeed();
  const before = await macs(feed.id);
  const ended = t.deps.ended.length;
  const answer = await feed.call('POST', '/renew', { overlapHours: 48 });
  assert.equal(Date.parse(answer.body.previousPasswordUntil) - t.deps.clock.now().getTime(), 48 * 3_600_000);
  assert.deepEqual((await macs(feed.id)).previous, before.mac);
  assert.equal(t.deps.ended.length, ended);
  await feed.call('POST', '/renew');
  assert.equal((await macs(feed.id)).previous, null);
});

test('a public key is added in any form, once, shown with its fingerprint, and removed', async () => {
  const feed = await newFeed();
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const added = await feed.call('POST', '/keys', { key });
  assert.equal(added.status, 201);
  const [shown] = added.body.publicKeys;
  assert.match(shown.publicKey, /^ecdsa-sha2-nistp256 AAAA/);
  assert.match(shown.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
  const twice = await feed.call('POST', '/keys', { key: `${shown.publicKey} another comment` });
  assert.deepEqual([twice.status, twice.body.code], [409, 'key-exists']);
  assert.deepEqual((await feed.call('DELETE', `/keys/${shown.id}`)).body.publicKeys, []);
});

test('a private key is refused, and appears in no answer and no log', async () => {
  const feed = await newFeed();
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const answer = await feed.call('POST', '/keys', { key });
  assert.deepEqual([answer.status, answer.body.code], [400, 'private-key']);
  const middle = key.split('\n')[1] ?? '';
  assert.equal(answer.text.includes(middle) || t.deps.lines.some((line) => line.includes(middle)), false);
});

test('a feed asks for a key only when it has one, and keeps its last', async () => {
  const feed = await newFeed();
  assert.equal((await feed.call('PATCH', '', { loginMethods: 'password+key' })).body.code, 'no-key-yet');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { body } = await feed.call('POST', '/keys', { key: publicKey.export({ type: 'spki', format: 'pem' }) });
  assert.equal((await feed.call('PATCH', '', { loginMethods: 'public-key' })).body.loginMethods, 'public-key');
  assert.equal((await feed.call('DELETE', `/keys/${body.publicKeys[0].id}`)).body.code, 'last-key');
  await feed.call('PATCH', '', { loginMethods: 'any' });
  assert.equal((await feed.call('DELETE', `/keys/${body.publicKeys[0].id}`)).status, 200);
});

test('accepted addresses are kept as networks, and what is no address is refused by its place', async () => {
  const feed = await newFeed();
  const { body } = await feed.call('PATCH', '', {
    allowedAddresses: ['203.0.113.7', ' 198.51.100.0/24 ', '2001:DB8::/32', '203.0.113.7/32'],
  });
  assert.deepEqual(body.allowedAddresses, ['203.0.113.7/32', '198.51.100.0/24', '2001:db8::/32']);
  for (const bad of ['203.0.113', '203.0.113.7/33', 'example.edu', 'fe80::1%eth0', '10.0.0.0/8/8', '']) {
    const answer = await feed.call('PATCH', '', { allowedAddresses: ['203.0.113.7', bad] });
    assert.deepEqual([answer.body.code, answer.body.fields[0].name], ['bad-address', 'allowedAddresses.1']);
  }
});

test('a change that changes nothing leaves no trace', async () => {
  const feed = await newFeed();
  const before = await actions(feed.slug);
  await feed.call('PATCH', '', { strict: false });
  await feed.call('PATCH', '/mapping', {});
  await feed.call('POST', '/disable');
  assert.deepEqual(await actions(feed.slug), before);
});

test('fields: standard ones first, custom ones with their options, and names that differ by more than case', async () => {
  const { slug } = await newFeed();
  const make = (json: object) => t.call('POST', `/institutions/${slug}/fields`, { token, json });
  const made = await make({ name: 'Intake', type: 'single-select', options: ['Fall', 'Spring'] });
  assert.deepEqual([made.status, made.body.name, made.body.custom], [201, 'custom.Intake', true]);
  assert.equal((await make({ name: 'INTAKE', type: 'text' })).body.code, 'field-exists');
  assert.equal((await make({ name: 'a', type: 'multi-select' })).body.code, 'options-missing');
  assert.equal((await make({ name: 'b', type: 'text', options: ['x'] })).body.code, 'options-not-used');
  assert.equal((await make({ name: 'c', type: 'single-select', options: ['x', 'X'] })).body.code, 'duplicate-option');
  assert.equal((await make({ name: '9', type: 'text' })).body.fields[0].name, 'name');
  const { body } = await t.call('GET', `/institutions/${slug}/fields`, { token });
  assert.deepEqual([body.items[0].name, body.items.at(-1).name, body.next], ['causewayId', 'custom.Intake', null]);
});
