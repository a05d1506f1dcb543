// Distinctive values walk through the whole of Causeway: uploads, refusals, hand edits, a database that fails.
// Invariant: none of them stands afterwards where contact values and secrets have no business (hazard 21).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Client } from 'ssh2';
import type { ImportView } from '../../src/api/imports.ts';
import { importOf, makeFeed, plainMapping, startTestApp, type TestApp, type TestFeed } from '../kit/app.ts';
import type { Json } from '../kit/http.ts';
import { connectClient } from '../kit/sftp-peer.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';
import { until } from '../kit/until.ts';

const mapping = {
  ...plainMapping,
  Preferred: 'preferredName',
  Email: 'email',
  Born: 'dateOfBirth',
  Gender: 'gender',
  Race: 'raceEthnicity',
  GPA: 'gpa',
  School: 'school',
  Street: 'street',
  City: 'city',
  State: 'state',
  Zip: 'postalCode',
  Country: 'country',
  Majors: 'majors',
  Enrollment: 'enrollmentId',
  Note: 'custom.note',
};
const labels = Object.keys(mapping);

/** One contact: a value of its own in every field. */
const good = {
  'CRM ID': 'cnry-crm-1',
  'First Name': 'Cnryfirst',
  'Last Name': 'Cnrylast',
  Phone: '212-555-0143',
  Preferred: 'Cnrypreferred',
  Email: 'cnryemail@example.edu',
  Born: '1987-03-29',
  Gender: 'Cnrygender',
  Race: 'Cnryrace',
  GPA: '3.7193',
  School: 'Cnryschool',
  Street: 'Cnrystreet 7',
  City: 'Cnrycity',
  State: 'Cnrystate',
  Zip: '90317-4482',
  Country: 'Cnrycountry',
  Majors: 'Cnrymajors',
  Enrollment: 'cnry-enrollment',
  Note: 'Cnrynote',
};
const row = (changes: Record<string, string>) => ({ ...good, ...changes });
const taken = row({ 'CRM ID': 'cnry-crm-2', 'First Name': 'Cnryfirsttwo' });
const second = row({ 'CRM ID': 'cnry-crm-3', Phone: '212-555-0144', Email: 'cnrythree@example.edu' });
const bad = row({
  'CRM ID': 'cnry-crm-4',
  Phone: '212-555-0145',
  Email: 'cnrybademail',
  Born: 'cnrybaddate',
  GPA: 'cnrybadnumber',
});
const blank = row({ 'CRM ID': 'cnry-crm-5', 'First Name': '', Phone: '212-555-0146' });
const wrongPhone = row({ 'CRM ID': 'cnry-crm-6', Phone: 'cnrybadphone' });
const poison = row({ 'CRM ID': 'cnry-crm-7', 'Last Name': 'Cnrypoison', Phone: '212-555-0147' });

const csv = (...rows: Record<string, string>[]) =>
  [labels.join(','), ...rows.map((one) => labels.map((label) => one[label]).join(',')), ''].join('\r\n');

/** What the bad cells of the roster hold: receipts, error files and lists of issues may show these. */
const badValues = ['212-555-0143', 'cnrybademail', 'cnrybaddate', 'cnrybadnumber', 'cnrybadphone', 'cnry-crm-1'];
const contactValues = [
  ...new Set([good, taken, second, bad, blank, wrongPhone, poison].flatMap((one) => Object.values(one))),
  ...['2125550143', '2125550144', '2125550145', '2125550149', '(212) 555-01', '212-555-0149'],
  ...['Cnryedited', 'cnrybadedit', 'cnrysearch', 'cnry-unknown-crm'],
].filter((value) => value !== '');

const masterKey = `cnry-master-${randomBytes(24).toString('base64url')}`;
const userPassword = 'cnry user password';
const wrongPassword = 'cnry wrong password';
const lines: string[] = [];
const secrets: string[] = [masterKey, userPassword, wrongPassword, 'cnrywrongtoken', 'cnryprivatekey'];
/** Answers of 400 and more. */
const refusals: { what: string; text: string }[] = [];

let app: TestApp;
let feed: TestFeed;

before(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  app = await startTestApp({ CAUSEWAY_MASTER_KEY: masterKey }, { log });
  feed = await makeFeed(app, 'canary');
  await app.client.send('POST', '/institutions/canary/fields', { name: 'note', type: 'text' });
  await app.client.send('PATCH', `${path}/feeds/${feed.feed.id}/mapping`, { set: mapping });
  secrets.push(app.token, feed.password);
});
after(() => app?.close());

const path = '/institutions/canary';

type Init = { token?: string; cookie?: string; body?: string; type?: string };

/** One request; a refusal is kept for later. */
async function call(
  method: string,
  address: string,
  init: Init = {},
): Promise<{ status: number; body: Json; cookie: string }> {
  const answer = await fetch(`${app.http}/api/v1${address}`, {
    method,
    headers: {
      ...(init.cookie ? { cookie: init.cookie } : { authorization: `Bearer ${init.token ?? app.token}` }),
      ...(init.body === undefined ? {} : { 'content-type': init.type ?? 'application/json' }),
    },
    body: init.body ?? null,
  });
  const text = await answer.text();
  if (answer.status >= 400) refusals.push({ what: `${method} ${address}: ${answer.status}`, text });
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { status: answer.status, body: isJson ? JSON.parse(text) : text, cookie };
}

const edit = (contact: string, values: object, init: Init = {}) =>
  call('PATCH', `${path}/contacts/${contact}`, { ...init, body: JSON.stringify({ values }) });

async function upload(fileName: string, bytes: string): Promise<ImportView> {
  const made = await call('POST', `${path}/imports?fileName=${fileName}`, { body: bytes, type: 'text/csv' });
  assert.equal(made.status, 202);
  return importOf(app, 'canary', fileName);
}

function sftp<T>(
  client: Client,
  work: (wrapper: Json, done: (error: Error | undefined, value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    client.sftp((error, wrapper) => {
      if (error) return reject(error);
      work(wrapper, (failed, value) => (failed ? reject(failed) : resolve(value)));
    });
  });
}

const login = (t: TestContext, more: object = {}) =>
  connectClient(t, app.sftp.port, { username: feed.feed.username, password: feed.password, ...more });

/** The values that stand in the text. */
const foundIn = (text: string, values: readonly string[]) => values.filter((value) => text.includes(value));

test('a file by SFTP with every kind of bad row gives a receipt that holds only the values its issues are about', async (t) => {
  const client = await login(t);
  await sftp(client, (wrapper, done) =>
    wrapper.writeFile('roster.csv', csv(good, taken, second, bad, blank, wrongPhone, good), done),
  );
  const view = await importOf(app, 'canary', 'roster.csv');
  assert.deepEqual(view.counts, { rows: 7, created: 3, updated: 0, unchanged: 0, skipped: 4 });
  const receipt = await sftp<Buffer>(client, (wrapper, done) =>
    wrapper.readFile(`outbox/roster.csv.${view.id}.receipt.json`, done),
  );
  const { firstIssues, ...rest } = JSON.parse(receipt.toString());
  assert.deepEqual(foundIn(JSON.stringify(rest), contactValues), []);
  assert.deepEqual(foundIn(JSON.stringify(firstIssues), contactValues).sort(), [...badValues].sort());
  assert.deepEqual(foundIn(receipt.toString(), secrets), []);
});

test('logins that are refused, by password, dialogue and key', async (t) => {
  const { privateKey } = await makeSshKey('ssh-ed25519');
  for (const wrong of [
    { password: wrongPassword },
    { username: 'cnryuser', password: wrongPassword },
    { password: undefined, privateKey },
  ])
    await assert.rejects(login(t, wrong));
});

test('requests to pages and the API that are refused', async () => {
  const { cookie } = await signedIn('cnry-admin@example.edu');
  await call('POST', '/session', {
    body: JSON.stringify({ email: 'cnry-admin@example.edu', password: wrongPassword }),
  });
  await call('GET', '/session', { token: 'cnrywrongtoken' });
  const made = await call('POST', '/tokens', { cookie, body: JSON.stringify({ name: 'CRM', role: 'viewer' }) });
  secrets.push(made.body.secret);
  await call('GET', `${path}/contacts?search=cnrysearch`, { token: made.body.secret });
  await call('GET', `${path}/contacts/cnry-unknown-crm`, { cookie });
  await call('GET', `${path}/contacts/cnry-crm-1`, { cookie });
  await call('POST', `${path}/feeds/${feed.feed.id}/reveal`, { token: made.body.secret });
  const pem = '-----BEGIN OPENSSH PRIVATE KEY-----\ncnryprivatekey\n-----END OPENSSH PRIVATE KEY-----';
  await call('POST', `${path}/feeds/${feed.feed.id}/keys`, { cookie, body: JSON.stringify({ key: pem }) });
  await call('POST', '/session', { body: `{"email": "cnry-admin@example.edu", "password": ${wrongPassword}` });
  await call('POST', '/users', {
    cookie,
    body: JSON.stringify({ email: 'x', password: wrongPassword, extra: 'Cnryedited' }),
  });
  assert.equal(refusals.length, 7);
});

test('edits by hand, good ones and refused ones', async () => {
  const { cookie } = await signedIn('cnry-editor@example.edu');
  assert.equal((await edit('cnry-crm-1', { lastName: 'Cnryedited', phone: '212-555-0149' }, { cookie })).status, 200);
  assert.equal((await edit('cnry-crm-3', { phone: 'cnrybadedit', email: 'cnrybadedit' }, { cookie })).status, 400);
  for (const values of [{ phone: '212-555-0149' }, { crmId: 'cnry-crm-1' }])
    assert.equal((await edit('cnry-crm-3', values, { cookie })).status, 409);
});

test('a database that refuses a row ends the import with a bug in the log, and an edit with “internal error”', async () => {
  const { db } = app.app.deps;
  await db.execute(`alter table contacts add constraint no_poison check (last_name <> 'Cnrypoison')`);
  await db.execute(`create unique index no_two_cities on contacts (institution_id, city) where last_name = 'Cnrytwin'`);
  const view = await upload('poison.csv', csv(poison));
  assert.deepEqual([view.status, view.reason], ['failed', 'internal-error']);
  assert.equal((await edit('cnry-crm-3', { lastName: 'Cnrypoison' })).status, 500);
  assert.equal((await edit('cnry-crm-3', { lastName: 'Cnrytwin' })).status, 200);
  assert.equal((await edit('cnry-crm-4', { lastName: 'Cnrytwin' })).status, 500);
  const failures = lines.filter((line) => /no_poison|no_two_cities/.test(line));
  assert.ok(failures.length >= 4, 'the constraint is named in the log');
});

test('no log line holds a value of a contact or a secret', async () => {
  await until(() => lines.some((line) => line.includes('request answered')), { what: 'the request log' });
  const all = lines.join('\n');
  assert.deepEqual(foundIn(all, [...contactValues, 'Cnrytwin', ...secrets]), []);
  assert.deepEqual(all.match(/cnry\w*/gi), null);
});

test('no answer that refuses holds a value of a contact or a secret', () => {
  const leaks = refusals.flatMap(({ what, text }) =>
    foundIn(text, [...contactValues, 'Cnrytwin', ...secrets]).map((value) => [what, value]),
  );
  assert.deepEqual(leaks, []);
});

test('the database keeps values of contacts with contacts, their history and the issues only, and no secret at all', async () => {
  const { db } = app.app.deps;
  const tables = await db.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const holders: string[] = [];
  const hex = secrets.map((secret) => Buffer.from(secret).toString('hex'));
  for (const { name } of tables) {
    const rows = await db.query<{ text: string }>(`select t::text as text from ${name} t`);
    const text = rows.map((one) => one.text).join('\n');
    assert.deepEqual(foundIn(text, [...secrets, ...hex]), [], name);
    if (foundIn(text, contactValues).length > 0) holders.push(name);
  }
  assert.deepEqual(holders.sort(), ['contact_changes', 'contacts', 'import_issues']);
});

test('the audit log tells all of this without a value', async () => {
  const { items } = await app.client.get<{ items: Json[] }>(`${path}/audit`, { limit: 1000 });
  const actions = new Set(items.map((event) => event.action));
  for (const action of ['import.uploaded', 'contact.changed', 'token.created']) assert.ok(actions.has(action), action);
  const text = JSON.stringify([items, await app.client.get('/audit', { limit: 1000 })]);
  assert.deepEqual(foundIn(text, [...contactValues, ...secrets]), []);
});

/** Makes an administrator and signs in. */
async function signedIn(email: string): Promise<{ cookie: string }> {
  const user = { email, name: 'An Admin', role: 'admin', institution: 'canary', password: userPassword };
  await app.client.send('POST', '/users', user);
  const { status, cookie } = await call('POST', '/session', {
    body: JSON.stringify({ email, password: userPassword }),
  });
  assert.equal(status, 200);
  secrets.push(cookie.slice(cookie.indexOf('=') + 1));
  return { cookie };
}
