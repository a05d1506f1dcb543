// Destinations through the API: what can be set up and changed, what is refused, and that secrets stay where they belong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordHostKeys } from '../../src/store/destination-host-keys.ts';
import { makeToken } from '../kit/accounts.ts';
import { newInstitution, openTestDestinations, type TestDestinations } from '../kit/destinations.ts';
import { auditActions, type Json } from '../kit/http.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';

let first: TestDestinations;
before(async () => {
  first = await openTestDestinations();
});
after(() => first.close());

const password = 'c4nary-p4ssword-Zq7';
const wanted = { dataset: 'connections', host: 'sftp.example.edu', username: 'causeway', password };
const key = { sha256: `SHA256:${'A'.repeat(42)}E`, md5: 'MD5:00', type: 'ssh-ed25519', publicKey: 'ssh-ed25519 AAAA' };

/** As if the server had shown this key. */
async function seen(d: Pick<TestDestinations, 't' | 'institution'>, id: string, sha256 = key.sha256): Promise<void> {
  await d.t.deps.db.execute(
    `insert into destination_host_keys (institution_id, destination_id, sha256, md5, type, public_key, state, first_seen_at, last_seen_at)
     values ($1, $2, $3, $4, $5, $6, 'detected', now(), now())`,
    [d.institution.id, id, sha256, key.md5, key.type, key.publicKey],
  );
}

/** As if it had been tested and switched on. */
async function switchedOn(d: Pick<TestDestinations, 't' | 'institution'>, id: string): Promise<void> {
  await d.t.deps.db.execute(
    `update destinations set status = 'on', next_run_at = now() where institution_id = $1 and id = $2`,
    [d.institution.id, id],
  );
}

test('a new destination is a draft with checking on, and says what it needs', async () => {
  const { ok, institution, t, events } = await newInstitution(first.t, first.events);
  events.length = 0;
  const made = await ok('POST', '', wanted);
  assert.deepEqual(
    [
      made.status,
      made.state,
      made.port,
      made.path,
      made.checkFingerprint,
      made.hostKeyState,
      made.hasSecret,
      made.auth,
    ],
    ['draft', 'Needs you', 22, '/', true, 'unverified', true, 'password'],
  );
  assert.deepEqual([made.nextRunAt, made.since], [null, null]);
  assert.match(made.schedule, /every day .* \(America\/New_York\)/);
  assert.deepEqual(made.startsFrom, { kind: 'beginning', at: null });
  assert.deepEqual([made.lastTransfer, made.lastFailure, made.keys, made.hostKeys], [null, null, [], []]);
  const listed = await ok('GET', '');
  assert.deepEqual(listed, { items: [made], next: null });
  const told = events.map((event) => event.kind === 'destination.created' && [event.actor, event.dataset]);
  assert.deepEqual(told, [['admin token', 'connections']]);
  const token = await makeToken(t.deps, 'admin', institution.slug);
  assert.equal((await auditActions(t, token, institution.slug))[1], 'destination.created');
});

test('of many that are made at once for one dataset, exactly one is', async () => {
  const { call } = await newInstitution(first.t);
  const answers = await Promise.all(Array.from({ length: 6 }, () => call('POST', '', wanted)));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [201, 409, 409, 409, 409, 409]);
  assert.equal(answers.find((answer) => answer.status === 409)?.body.code, 'destination-exists');
  assert.equal((await call('POST', '', { ...wanted, dataset: 'contacts' })).status, 201);
});

const refusals: [what: string, more: Record<string, unknown>, code: string, field?: string][] = [
  ['a URL as the host', { host: 'sftp://jo:s3cr3t@sftp.example.edu/in' }, 'bad-host', 'host'],
  ['a host with a port', { host: 'sftp.example.edu:2222' }, 'bad-host', 'host'],
  ['a folder with a line break', { path: '/in\nbox' }, 'bad-path', 'path'],
  ['a folder of the home', { path: '~/in' }, 'bad-path', 'path'],
  ['a user name with a bell', { username: 'a\u0007' }, 'bad-username', 'username'],
  ['port 0', { port: 0 }, 'invalid-request', 'port'],
  ['port 70000', { port: 70_000 }, 'invalid-request', 'port'],
  ['an unknown frequency', { frequency: 'fortnightly' }, 'bad-frequency', 'frequency'],
  ['no time', { at: '25:00' }, 'invalid-request', 'at'],
  ['a start in the future', { since: '2999-01-01' }, 'since-in-future', 'since'],
  ['a start on no day', { since: '2026-02-30' }, 'invalid-request', 'since'],
  ['a file name with a slash', { file: { nameTemplate: 'a/b.csv' } }, 'bad-file-name', 'file.nameTemplate'],
  ['a token that is not known', { file: { nameTemplate: '{datum}.csv' } }, 'unknown-name-token', 'file.nameTemplate'],
  ['a column that is not known', { file: { columns: [{ field: 'shoe', header: 'S' }] } }, 'unknown-column'],
  ['a PGP key that is none', { file: { pgpKey: 'no key' } }, 'bad-pgp-key'],
  ['two secrets', { generateKey: 'ssh-ed25519' }, 'secret-needed', 'password'],
  ['no secret', { password: undefined }, 'secret-needed', 'password'],
  ['an unknown dataset', { dataset: 'pupils' }, 'invalid-request', 'dataset'],
];

for (const [what, more, code, field] of refusals)
  test(`${what} is refused with ${code}`, async () => {
    const answer = await first.call('POST', '', { ...wanted, ...more });
    assert.deepEqual([answer.status, answer.body.code], [400, code], answer.text);
    if (field !== undefined) assert.equal(answer.body.fields[0].name, field);
    assert.ok(!answer.text.includes('s3cr3t') && !answer.text.includes(password), answer.text);
  });

test('a private key where a password belongs is refused, and is neither stored nor repeated', async () => {
  const { call, ok, t, institution } = await newInstitution(first.t);
  const { privateKey } = await makeSshKey('ssh-ed25519');
  const canary = privateKey.split('\n')[2] ?? '';
  const oneLine = privateKey.split('\n').slice(1, -2).join('');
  const made = await ok('POST', '', wanted);
  for (const text of [privateKey, oneLine, 'PuTTY-User-Key-File-3: ssh-ed25519\r\n…']) {
    for (const [method, path, body] of [
      ['POST', '', { ...wanted, dataset: 'contacts', password: text }],
      ['PATCH', `/${made.id}`, { password: text }],
    ] as const) {
      const answer = await call(method, path, body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'private-key'], answer.text);
      assert.ok(!answer.text.includes(canary));
    }
  }
  assert.equal((await ok('GET', '')).items.length, 1);
  const audit = await t.deps.db.query('select * from audit_events where institution_id = $1', [institution.id]);
  assert.ok(!JSON.stringify(audit).includes(canary));
  assert.ok(!t.deps.lines.join('').includes(canary));
});

test('a secret is in no answer, log, event or audit fact, and in no column as it is', async () => {
  const { ok, call, t, institution, events } = await newInstitution(first.t, first.events);
  const made = await ok('POST', '', wanted);
  const other = await ok('POST', '', { ...wanted, dataset: 'contacts', password: undefined, generateKey: 'ssh-rsa' });
  const answers = [made, other];
  answers.push(await ok('PATCH', `/${made.id}`, { password: `${password}-2`, name: 'Renamed' }));
  answers.push(await ok('POST', `/${other.id}/regenerate-key`, {}), await ok('GET', ''));
  answers.push((await call('POST', `/${made.id}/enable`)).body, await ok('DELETE', `/${made.id}`));
  const rows = await Promise.all(
    ['destinations', 'destination_keys', 'audit_events'].map((table) =>
      t.deps.db.query<Json>(`select to_jsonb(row) as row from ${table} row where institution_id = $1`, [
        institution.id,
      ]),
    ),
  );
  const everything = JSON.stringify([answers, rows, events]) + t.deps.lines.join('');
  assert.ok(!everything.includes(password));
  assert.ok(!everything.includes(Buffer.from(password).toString('hex')));
  for (const encoding of ['utf8', 'hex', 'base64'] as const)
    assert.ok(!everything.includes(Buffer.from('OPENSSH PRIVATE KEY').toString(encoding)));
});

test('the public half of a new key pair is in the answer that made it and in no other', async () => {
  const { ok, institution } = await newInstitution(first.t);
  const made = await ok('POST', '', { ...wanted, password: undefined, generateKey: 'ssh-ed25519' });
  assert.match(made.publicKey, new RegExp(`^ssh-ed25519 AAAA\\S+ causeway-${institution.slug}$`));
  assert.deepEqual(
    made.keys.map((one: Json) => [one.state, one.type]),
    [['current', 'ssh-ed25519']],
  );
  assert.equal('publicKey' in (await ok('GET', `/${made.id}`)), false);
  assert.ok(!JSON.stringify(await ok('GET', '')).includes(made.publicKey.split(' ')[1]));
});

test('another host, port or user drops fingerprints and password, and makes a draft', async () => {
  for (const change of [{ host: 'other.example.edu' }, { port: 2222 }, { username: 'other' }]) {
    const d = await newInstitution(first.t);
    const { id } = await d.ok('POST', '', wanted);
    await seen(d, id);
    await d.ok('POST', `/${id}/host-keys`, { sha256: key.sha256 });
    await switchedOn(d, id);
    const after = await d.ok('PATCH', `/${id}`, change);
    assert.deepEqual(
      [after.status, after.hasSecret, after.hostKeys, after.hostKeyState, after.nextRunAt],
      ['draft', false, [], 'unverified', null],
    );
    assert.match(after.message, /password has to be given again/);
    const given = await d.ok('PATCH', `/${id}`, { password });
    assert.equal(given.hasSecret, true);
  }
});

test('another host with a password in the same change keeps that password, and a key pair stays', async () => {
  const { ok } = await newInstitution(first.t);
  const { id } = await ok('POST', '', wanted);
  assert.equal((await ok('PATCH', `/${id}`, { host: 'other.example.edu', password })).hasSecret, true);
  const byKey = await ok('POST', '', {
    ...wanted,
    dataset: 'contacts',
    password: undefined,
    generateKey: 'ssh-ed25519',
  });
  const after = await ok('PATCH', `/${byKey.id}`, { host: 'other.example.edu' });
  assert.deepEqual(
    [after.hasSecret, after.keys[0].state, after.keys[0].fingerprint],
    [true, 'current', byKey.keys[0].fingerprint],
  );
});

test('a password in place of a key pair retires the pair, and a key pair in place of a password drops the password', async () => {
  const { ok } = await newInstitution(first.t);
  const { id } = await ok('POST', '', { ...wanted, password: undefined, generateKey: 'ssh-ed25519' });
  const byPassword = await ok('PATCH', `/${id}`, { password });
  assert.deepEqual([byPassword.auth, byPassword.hasSecret, byPassword.keys[0].state], ['password', true, 'retired']);
  const byKey = await ok('POST', `/${id}/regenerate-key`, {});
  assert.deepEqual(
    [byKey.auth, byKey.status, byKey.keys.map((one: Json) => one.state)],
    ['key', 'draft', ['current', 'retired']],
  );
});

test('what does not change the way there leaves a destination on, and a new time moves its next run', async () => {
  const d = await newInstitution(first.t);
  const { id } = await d.ok('POST', '', { ...wanted, checkFingerprint: false });
  await switchedOn(d, id);
  const renamed = await d.ok('PATCH', `/${id}`, { name: 'Slate', file: { header: false, delimiter: 'tab' } });
  assert.deepEqual(
    [renamed.status, renamed.name, renamed.file.header, renamed.file.quoting],
    ['on', 'Slate', false, 'as-needed'],
  );
  const moved = await d.ok('PATCH', `/${id}`, { frequency: 'Weekly:Mon', at: '03:30' });
  assert.deepEqual([moved.status, moved.frequency], ['on', 'weekly:mon']);
  const next = Temporal.Instant.from(moved.nextRunAt).toZonedDateTimeISO('America/New_York');
  assert.deepEqual([next.dayOfWeek, next.hour, next.minute], [1, 3, 30]);
  assert.equal((await d.ok('PATCH', `/${id}`, { path: '/elsewhere' })).status, 'draft');
});

test('a change that changes nothing leaves no trace', async () => {
  const d = await newInstitution(first.t, first.events);
  const made = await d.ok('POST', '', wanted);
  d.events.length = 0;
  assert.deepEqual(
    await d.ok('PATCH', `/${made.id}`, { host: 'SFTP.example.edu.', port: 22, file: { header: true } }),
    made,
  );
  assert.deepEqual(d.events, []);
});

test('checking that is switched on needs a confirmed fingerprint; each switch is told and audited', async () => {
  const d = await newInstitution(first.t, first.events);
  const { id } = await d.ok('POST', '', { ...wanted, checkFingerprint: false });
  await switchedOn(d, id);
  d.events.length = 0;
  const on = await d.ok('PATCH', `/${id}`, { checkFingerprint: true });
  assert.deepEqual([on.status, on.hostKeyState], ['draft', 'unverified']);
  await seen(d, id);
  await d.ok('POST', `/${id}/host-keys`, { sha256: key.sha256 });
  await switchedOn(d, id);
  const off = await d.ok('PATCH', `/${id}`, { checkFingerprint: false });
  const again = await d.ok('PATCH', `/${id}`, { checkFingerprint: true });
  assert.deepEqual([off.status, off.hostKeyState, again.status, again.hostKeyState], ['on', 'off', 'on', 'verified']);
  assert.deepEqual(
    d.events.map((event) => event.kind === 'destination.changed' && event.changed.join()),
    ['checkFingerprint', 'hostKeys', 'checkFingerprint', 'checkFingerprint'],
  );
});

test('a fingerprint is confirmed only when the server has shown it, in whichever form it is pasted', async () => {
  const d = await newInstitution(first.t);
  const { id } = await d.ok('POST', '', wanted);
  assert.equal((await d.call('POST', `/${id}/host-keys`, { sha256: key.sha256 })).body.code, 'host-key-not-seen');
  assert.equal((await d.call('POST', `/${id}/host-keys`, { sha256: 'MD5:00:11' })).body.code, 'md5-fingerprint');
  assert.equal((await d.call('POST', `/${id}/host-keys`, { sha256: 'yes' })).body.code, 'bad-fingerprint');
  await seen(d, id);
  const confirmed = await d.ok('POST', `/${id}/host-keys`, { sha256: ` ${key.sha256.replace('SHA256:', '')}\n` });
  assert.deepEqual(
    confirmed.hostKeys.map((one: Json) => [one.confirmed, one.state, one.confirmedBy, one.confirmedAt !== null]),
    [[true, 'confirmed', 'admin token', true]],
  );
  const again = await d.ok('POST', `/${id}/host-keys`, { sha256: key.sha256 });
  assert.deepEqual(again.hostKeys, confirmed.hostKeys);
});

test('to forget the last fingerprint makes a draft; the key stays known as one that was seen', async () => {
  const d = await newInstitution(first.t);
  const { id } = await d.ok('POST', '', wanted);
  await seen(d, id);
  await d.ok('POST', `/${id}/host-keys`, { sha256: key.sha256 });
  await switchedOn(d, id);
  const path = `/${id}/host-keys/${key.sha256.replace('SHA256:', '')}`;
  const after = await d.ok('DELETE', path);
  assert.deepEqual([after.status, after.hostKeyState, after.hostKeys[0].state], ['draft', 'unverified', 'detected']);
  assert.equal((await d.call('DELETE', path)).body.code, 'no-such-host-key');
});

test('what is not ready cannot be switched on, and the answer says what is missing', async () => {
  const d = await newInstitution(first.t);
  const { id } = await d.ok('POST', '', wanted);
  const missing = async () => {
    const answer = await d.call('POST', `/${id}/enable`);
    assert.deepEqual([answer.status, answer.body.code], [409, 'destination-not-ready']);
    return answer.body.fields.map((field: Json) => field.name).join();
  };
  assert.equal(await missing(), 'probe');
  await seen(d, id);
  assert.equal(await missing(), 'hostKeys,probe');
  await d.ok('PATCH', `/${id}`, { host: 'other.example.edu' });
  assert.equal(await missing(), 'password,probe');
  await seen(d, id);
  await d.ok('POST', `/${id}/host-keys`, { sha256: key.sha256 });
  assert.equal((await d.call('POST', `/${id}/probe`, {})).body.code, 'secret-needed');
});

test('deleting stops everything, wipes the secrets, and frees the dataset', async () => {
  const d = await newInstitution(first.t, first.events);
  const { id } = await d.ok('POST', '', { ...wanted, password: undefined, generateKey: 'ssh-ed25519' });
  await seen(d, id);
  await switchedOn(d, id);
  d.events.length = 0;
  const gone = await d.ok('DELETE', `/${id}`);
  assert.deepEqual([gone.status, gone.state, gone.nextRunAt, gone.hasSecret], ['off', 'Off', null, false]);
  const row = await d.t.deps.db.queryOne<Json>(
    `select d.password_sealed, k.private_key_sealed, d.revision > 1 as fenced, (select count(*) from destination_host_keys h
       where h.institution_id = d.institution_id) as seen
     from destinations d join destination_keys k on k.institution_id = d.institution_id and k.destination_id = d.id
     where d.institution_id = $1`,
    [d.institution.id],
  );
  assert.deepEqual(row, { password_sealed: null, private_key_sealed: null, fenced: true, seen: 1 });
  assert.deepEqual(
    d.events.map((event) => event.kind),
    ['destination.deleted'],
  );
  assert.deepEqual((await d.ok('GET', '')).items, []);
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'X' }],
    ['DELETE', '', undefined],
    ['POST', '/enable', undefined],
    ['POST', '/probe', {}],
    ['POST', '/regenerate-key', {}],
    ['GET', '/probes', undefined],
  ] as const)
    assert.equal((await d.call(method, `/${id}${path}`, body)).body.code, 'no-such-destination', method + path);
  assert.equal((await d.call('POST', '', wanted)).status, 201);
});

test('a new destination for the dataset goes on at the place of the deleted one', async () => {
  const d = await newInstitution(first.t);
  const { id } = await d.ok('POST', '', { ...wanted, since: '2026-01-01' });
  assert.deepEqual((await d.ok('GET', `/${id}`)).startsFrom, { kind: 'since', at: '2026-01-01' });
  await d.t.deps.db.execute(
    `insert into watermarks (institution_id, dataset, position, windows, files, first_to, moved_at) values ($1, 'connections', 7, 2, 2, 1, '2026-01-05T07:00:00Z')`,
    [d.institution.id],
  );
  await d.ok('DELETE', `/${id}`);
  const made = await d.ok('POST', '', wanted);
  assert.deepEqual(made.startsFrom, { kind: 'watermark', at: '2026-01-05T07:00:00.000Z' });
});

test('two changes at the same time are both kept', async () => {
  const { ok } = await newInstitution(first.t);
  const { id } = await ok('POST', '', wanted);
  await Promise.all([
    ok('PATCH', `/${id}`, { name: 'Slate' }),
    ok('PATCH', `/${id}`, { at: '05:00' }),
    ok('PATCH', `/${id}`, { file: { header: false } }),
    ok('PATCH', `/${id}`, { file: { done: true } }),
  ]);
  const { name, at, file } = await ok('GET', `/${id}`);
  assert.deepEqual([name, at, file.header, file.done], ['Slate', '05:00', false, true]);
});

test('a sealed secret of another institution’s row does not open here', async () => {
  const [a, b] = [await newInstitution(first.t), await newInstitution(first.t)];
  const [mine, theirs] = [
    await a.ok('POST', '', wanted),
    await b.ok('POST', '', { ...wanted, checkFingerprint: false }),
  ];
  await first.t.deps.db.execute(
    `update destinations set password_sealed = (select password_sealed from destinations where institution_id = $1 and id = $2)
     where institution_id = $3 and id = $4`,
    [a.institution.id, mine.id, b.institution.id, theirs.id],
  );
  const probe = await b.ok('POST', `/${theirs.id}/probe`, {});
  assert.deepEqual([probe.ok, probe.stages], [false, []]);
});

test('a server that shows ever new keys does not fill the list; what is confirmed stays', async () => {
  const d = await newInstitution(first.t);
  const made = await d.ok('POST', '', wanted);
  await seen(d, made.id);
  await d.ok('POST', `/${made.id}/host-keys`, { sha256: key.sha256 });
  const record = (from: number) =>
    d.t.deps.db.transaction((tx) => {
      const keys = Array.from({ length: 40 }, (_, at) => ({ ...key, sha256: `SHA256:${from + at}` }));
      return recordHostKeys(tx, d.institution.id, made.id, keys, 'offered', new Date(Date.now() + from));
    });
  for (const from of [1000, 2000, 3000]) assert.equal((await record(from)).size, 40);
  const { hostKeys } = await d.ok('GET', `/${made.id}`);
  assert.equal(hostKeys.length, 51);
  assert.deepEqual(
    [hostKeys.filter((one: Json) => one.confirmed).length, hostKeys[0].sha256.startsWith('SHA256:30')],
    [1, true],
  );
});
