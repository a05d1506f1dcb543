// Every route of the API × who asks. What may happen stands here a second time, written down by hand.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeInstitution, makeToken, makeUser } from '../../test/kit/accounts.ts';
import { type CallOptions, openTestHttp, type TestHttp } from '../../test/kit/http.ts';
import type { FeedId, InstitutionId } from '../domain/ids.ts';
import { type RouteName, routeTable } from './route-table.ts';
import type { Route } from './table/route.ts';

const who = ['none', 'viewer', 'admin', 'foreign admin', 'operator'] as const;
type Who = (typeof who)[number];

let t: TestHttp;
let tokens: Record<Who, string | undefined>;
let alpha: { id: InstitutionId; feedId: FeedId };
let importId: string;
let contactId: string;
let destinationId: string;
let transferId: string;
let serial = 0;

before(async () => {
  t = await openTestHttp();
  alpha = await makeInstitution(t.deps, 'alpha');
  await makeInstitution(t.deps, 'beta');
  tokens = {
    none: undefined,
    viewer: await makeToken(t.deps, 'viewer', 'alpha'),
    admin: await makeToken(t.deps, 'admin', 'alpha'),
    'foreign admin': await makeToken(t.deps, 'admin', 'beta'),
    operator: await makeToken(t.deps, 'operator'),
  };
  const upload = await t.call('POST', '/institutions/alpha/imports?fileName=a.csv', {
    token: tokens.admin ?? '',
    bytes: 'a,b\n',
  });
  importId = upload.body.id;
  const made = await t.call('POST', '/institutions/alpha/destinations', {
    token: tokens.admin ?? '',
    json: { ...newDestination, dataset: 'contacts' },
  });
  destinationId = made.body.id;
  transferId = t.deps.newId();
  await t.deps.db.execute(
    `insert into transfers (institution_id, id, destination_id, dataset, trigger, status, started_by, queued_at)
     values ($1, $2, $3, 'connections', 'manual', 'failed', 'A', now())`,
    [alpha.id, transferId, destinationId],
  );
  contactId = t.deps.newId();
  await t.deps.db.execute(
    `insert into contacts (institution_id, id, crm_id, first_name, last_name, created_at, updated_at) values ($1, $2, 'C-1', 'A', 'B', now(), now())`,
    [alpha.id, contactId],
  );
});
after(() => t.close());

/** What each of `who` is answered, in that order. */
type Expected = [number, number, number, number, number];
const everyone = (status: number): Expected => [status, status, status, status, status];
const signedIn = (status: number): Expected => [401, status, status, status, status];
const viewers = (status: number): Expected => [401, status, status, 404, status];
const admins = (status: number): Expected => [401, 403, status, 404, status];
const adminsOfTheirOwn = (status: number): Expected => [401, 403, status, status, status];
const operators = (status: number): Expected => [401, 403, 403, 403, status];

/** Nothing listens there, so that a test of it ends at once. */
const newDestination = { dataset: 'connections', host: '127.0.0.1', port: 1, username: 'u', password: 'p' };
const fingerprint = 'A'.repeat(43);

type Request = { path: string; options?: CallOptions };
const webhook = { url: 'https://hooks.example.edu/', events: ['transfer.failed'] };
/** The address of a new webhook, made by the admin; the one before it is deleted, so that the limit is not met. */
async function newWebhook(): Promise<string> {
  const path = '/institutions/alpha/webhooks';
  const token = tokens.admin;
  for (const one of (await t.call('GET', path, { token })).body.items)
    await t.call('DELETE', `${path}/${one.id}`, { token });
  return `${path}/${(await t.call('POST', path, { token, json: webhook })).body.id}`;
}
const feed = (rest = '') => `/institutions/alpha/feeds/${alpha.feedId}${rest}`;
const destination = (rest = '') => `/institutions/alpha/destinations/${destinationId}${rest}`;
const rows: Record<RouteName, [Expected, () => Request | Promise<Request>]> = {
  'setup.show': [everyone(200), () => ({ path: '/setup' })],
  'setup.finish': [
    everyone(403),
    () => ({
      path: '/setup',
      options: { json: { token: 'x', name: 'N', email: 'n@example.edu', password: 'a long password' } },
    }),
  ],
  'session.show': [signedIn(200), () => ({ path: '/session' })],
  'session.start': [
    everyone(401),
    () => ({ path: '/session', options: { json: { email: `nobody${++serial}@example.edu`, password: 'x' } } }),
  ],
  'session.end': [signedIn(204), () => ({ path: '/session' })],
  'session.password': [
    signedIn(409),
    () => ({ path: '/session/password', options: { json: { current: 'x', password: 'a long password' } } }),
  ],
  'server.show': [signedIn(200), () => ({ path: '/server' })],
  'users.list': [adminsOfTheirOwn(200), () => ({ path: '/users' })],
  'users.create': [
    [401, 403, 201, 404, 201],
    () => ({
      path: '/users',
      options: {
        json: {
          email: `u${++serial}@example.edu`,
          name: 'U',
          role: 'viewer',
          institution: 'alpha',
          password: 'a long password',
        },
      },
    }),
  ],
  'users.update': [
    admins(200),
    async () => {
      const user = await makeUser(t.deps, 'viewer', `v${++serial}@example.edu`, 'alpha');
      return { path: `/users/${user.id}`, options: { json: { active: false } } };
    },
  ],
  'tokens.list': [adminsOfTheirOwn(200), () => ({ path: '/tokens' })],
  'tokens.create': [
    [401, 403, 201, 404, 201],
    () => ({ path: '/tokens', options: { json: { name: 'T', role: 'viewer', institution: 'alpha' } } }),
  ],
  'tokens.revoke': [
    admins(200),
    async () => {
      const made = await t.call('POST', '/tokens', {
        token: tokens.admin ?? '',
        json: { name: 'gone', role: 'viewer' },
      });
      return { path: `/tokens/${made.body.token.id}/revoke` };
    },
  ],
  'audit.installation': [operators(200), () => ({ path: '/audit' })],
  'audit.institution': [admins(200), () => ({ path: '/institutions/alpha/audit' })],
  'dictionaries.issues': [signedIn(200), () => ({ path: '/dictionaries/issues' })],
  'institutions.list': [signedIn(200), () => ({ path: '/institutions' })],
  'institutions.create': [
    operators(201),
    () => ({
      path: '/institutions',
      options: { json: { name: 'New', slug: `new-${++serial}`, timeZone: 'Europe/London', country: 'GB' } },
    }),
  ],
  'institutions.show': [viewers(200), () => ({ path: '/institutions/alpha' })],
  'institutions.update': [admins(200), () => ({ path: '/institutions/alpha', options: { json: { name: 'Alpha' } } })],
  'institutions.overview': [signedIn(200), () => ({ path: '/overview' })],
  'fields.list': [viewers(200), () => ({ path: '/institutions/alpha/fields' })],
  'fields.create': [
    admins(201),
    () => ({ path: '/institutions/alpha/fields', options: { json: { name: `f${++serial}`, type: 'text' } } }),
  ],
  'feeds.list': [viewers(200), () => ({ path: '/institutions/alpha/feeds' })],
  'feeds.show': [viewers(200), () => ({ path: feed() })],
  'feeds.update': [admins(200), () => ({ path: feed(), options: { json: { strict: false } } })],
  'feeds.enable': [admins(409), () => ({ path: feed('/enable') })],
  'feeds.disable': [admins(200), () => ({ path: feed('/disable') })],
  'feeds.renew': [admins(200), () => ({ path: feed('/renew'), options: { json: {} } })],
  'feeds.reveal': [admins(200), () => ({ path: feed('/reveal') })],
  'feeds.add-key': [admins(400), () => ({ path: feed('/keys'), options: { json: { key: 'no key' } } })],
  'feeds.remove-key': [admins(404), () => ({ path: feed(`/keys/${t.deps.newId()}`) })],
  'feeds.save-mapping': [admins(200), () => ({ path: feed('/mapping'), options: { json: { columns: [] } } })],
  'feeds.change-mapping': [admins(200), () => ({ path: feed('/mapping'), options: { json: {} } })],
  'feeds.preview': [viewers(200), () => ({ path: feed('/preview'), options: { bytes: 'a,b\n1,2\n' } })],
  'feeds.sessions': [viewers(200), () => ({ path: feed('/sessions') })],
  'feeds.sample': [viewers(200), () => ({ path: feed('/sample.csv') })],
  'imports.list': [viewers(200), () => ({ path: '/institutions/alpha/imports' })],
  'imports.upload': [
    admins(202),
    () => ({ path: '/institutions/alpha/imports?fileName=b.csv', options: { bytes: 'a,b\n1,2\n' } }),
  ],
  'imports.show': [viewers(200), () => ({ path: `/imports/${importId}` })],
  'imports.issues': [viewers(200), () => ({ path: `/imports/${importId}/issues` })],
  'imports.issue-groups': [viewers(200), () => ({ path: `/imports/${importId}/issue-groups` })],
  'imports.issues-file': [viewers(200), () => ({ path: `/imports/${importId}/issues.csv` })],
  'imports.error-file': [viewers(404), () => ({ path: `/imports/${importId}/errors.csv` })],
  'imports.file': [viewers(200), () => ({ path: `/imports/${importId}/file` })],
  'imports.changes': [viewers(200), () => ({ path: `/imports/${importId}/changes` })],
  'imports.receipt': [viewers(404), () => ({ path: `/imports/${importId}/receipt` })],
  'imports.approve': [admins(409), () => ({ path: `/imports/${importId}/approve` })],
  'imports.discard': [admins(409), () => ({ path: `/imports/${importId}/discard` })],
  'imports.again': [admins(409), () => ({ path: `/imports/${importId}/again`, options: { json: {} } })],
  'imports.undo': [admins(501), () => ({ path: `/imports/${importId}/undo` })],
  'mails.list': [admins(200), () => ({ path: '/institutions/alpha/mails' })],
  'mails.show': [admins(404), () => ({ path: `/institutions/alpha/mails/${t.deps.newId()}` })],
  'webhooks.list': [admins(200), () => ({ path: '/institutions/alpha/webhooks' })],
  'webhooks.create': [admins(201), () => ({ path: '/institutions/alpha/webhooks', options: { json: webhook } })],
  'webhooks.update': [admins(200), async () => ({ path: await newWebhook(), options: { json: { active: false } } })],
  'webhooks.delete': [admins(204), async () => ({ path: await newWebhook() })],
  'webhooks.test': [admins(202), async () => ({ path: `${await newWebhook()}/test` })],
  'webhooks.deliveries': [admins(200), async () => ({ path: `${await newWebhook()}/deliveries` })],
  'digest.show': [admins(200), () => ({ path: '/institutions/alpha/digest' })],
  'digest.update': [admins(200), () => ({ path: '/institutions/alpha/digest', options: { json: { recipients: [] } } })],
  'contacts.list': [viewers(200), () => ({ path: '/institutions/alpha/contacts' })],
  'contacts.show': [viewers(200), () => ({ path: `/institutions/alpha/contacts/${contactId}` })],
  'contacts.update': [
    admins(200),
    () => ({ path: '/institutions/alpha/contacts/C-1', options: { json: { values: { city: 'X' } } } }),
  ],
  'contacts.changes': [viewers(200), () => ({ path: '/institutions/alpha/contacts/C-1/changes' })],
  'destinations.list': [viewers(200), () => ({ path: '/institutions/alpha/destinations' })],
  'destinations.create': [
    [401, 403, 201, 404, 409],
    () => ({ path: '/institutions/alpha/destinations', options: { json: newDestination } }),
  ],
  'destinations.show': [viewers(200), () => ({ path: destination() })],
  'destinations.update': [admins(200), () => ({ path: destination(), options: { json: { name: 'D' } } })],
  'destinations.delete': [admins(404), () => ({ path: `/institutions/alpha/destinations/${t.deps.newId()}` })],
  'destinations.enable': [admins(409), () => ({ path: destination('/enable') })],
  'destinations.disable': [admins(200), () => ({ path: destination('/disable') })],
  'destinations.regenerate-key': [admins(200), () => ({ path: destination('/regenerate-key'), options: { json: {} } })],
  'destinations.confirm-host-key': [
    admins(409),
    () => ({ path: destination('/host-keys'), options: { json: { sha256: fingerprint } } }),
  ],
  'destinations.forget-host-key': [admins(404), () => ({ path: destination(`/host-keys/${fingerprint}`) })],
  'destinations.probe': [admins(200), () => ({ path: destination('/probe'), options: { json: {} } })],
  'destinations.probes': [viewers(200), () => ({ path: destination('/probes') })],
  'destinations.show-probe': [viewers(404), () => ({ path: destination(`/probes/${t.deps.newId()}`) })],
  'connections.list': [viewers(200), () => ({ path: '/institutions/alpha/connections' })],
  'connections.load': [
    admins(200),
    () => ({ path: '/institutions/alpha/connections', options: { bytes: 'externalId,connectedAt,email\n' } }),
  ],
  'connections.show': [viewers(404), () => ({ path: `/institutions/alpha/connections/${t.deps.newId()}` })],
  'transfers.run': [admins(409), () => ({ path: destination('/run'), options: { json: {} } })],
  'transfers.list': [viewers(200), () => ({ path: '/institutions/alpha/transfers' })],
  'transfers.show': [viewers(200), () => ({ path: `/transfers/${transferId}` })],
  'transfers.resend': [admins(409), () => ({ path: `/transfers/${transferId}/resend`, options: { json: {} } })],
  'transfers.file': [viewers(404), () => ({ path: `/transfers/${transferId}/file` })],
  'transfers.preview': [viewers(200), () => ({ path: '/institutions/alpha/preview?dataset=contacts' })],
  'transfers.download': [viewers(200), () => ({ path: '/institutions/alpha/download?dataset=contacts' })],
  'transfers.export': [admins(200), () => ({ path: '/institutions/alpha/export?dataset=connections' })],
  'transfers.days': [viewers(200), () => ({ path: '/institutions/alpha/transfer-days' })],
  'transfers.manifest-key': [viewers(200), () => ({ path: '/institutions/alpha/manifest-key' })],
  'connection-loads.list': [viewers(200), () => ({ path: '/institutions/alpha/connection-loads' })],
  'connection-loads.show': [viewers(404), () => ({ path: `/institutions/alpha/connection-loads/${t.deps.newId()}` })],
  'outbound-settings.show': [viewers(200), () => ({ path: '/institutions/alpha/outbound-settings' })],
  'outbound-settings.update': [
    admins(200),
    () => ({ path: '/institutions/alpha/outbound-settings', options: { json: {} } }),
  ],
};

/** Codes of a 404 that say nothing of whether the thing exists. */
const closedDoors = ['no-such-institution', 'no-such-import', 'no-such-transfer', 'no-such-user', 'no-such-token'];

for (const [name, [expected, request]] of Object.entries(rows))
  test(`${name} answers ${who.map((one, at) => `${one} ${expected[at]}`).join(', ')}`, async () => {
    const { method } = routeTable[name as RouteName];
    const seen = [];
    for (const [at, one] of who.entries()) {
      const { path, options } = await request();
      // An address of its own for each request keeps the rate limits out of this test.
      const address = `198.51.${++serial >> 8}.${serial & 255}`;
      const answer = await t.call(method, path, { ...options, token: tokens[one], address });
      seen.push(answer.status);
      if (answer.status >= 400) assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      if (one === 'foreign admin' && expected[at] === 404)
        assert.ok(closedDoors.includes(answer.body.code), answer.text);
    }
    assert.deepEqual(seen, expected);
  });

test('every route of the table is in this test, and needs what the table says', () => {
  assert.deepEqual(Object.keys(rows).sort(), Object.keys(routeTable).sort());
  const first: Record<Route['access'], number> = { public: 0, 'signed-in': 1, viewer: 1, admin: 2, operator: 4 };
  for (const [name, route] of Object.entries(routeTable)) {
    const [expected] = rows[name as RouteName];
    assert.equal(
      expected.findIndex((status) => status !== 401 && status !== 403),
      name === 'setup.finish' || name === 'session.start' ? -1 : first[route.access],
      name,
    );
  }
});

test('an institution that is not one’s own cannot be told from one that does not exist', async () => {
  for (const path of ['', '/feeds', '/contacts', '/imports', '/audit', '/fields', '/destinations']) {
    const token = tokens['foreign admin'];
    const foreign = await t.call('GET', `/institutions/alpha${path}`, { token });
    const missing = await t.call('GET', `/institutions/nowhere${path}`, { token });
    assert.deepEqual([foreign.status, foreign.body], [missing.status, missing.body]);
  }
  const token = tokens['foreign admin'];
  const [foreign, missing] = [
    await t.call('GET', `/imports/${importId}`, { token }),
    await t.call('GET', `/imports/${t.deps.newId()}`, { token }),
  ];
  assert.deepEqual(foreign.body, missing.body);
});

test('ids of another institution below one’s own institution are not found', async () => {
  for (const [name, route] of Object.entries(routeTable as Record<string, Route>)) {
    if (!/\/:institution\/.*:/.test(route.path)) continue;
    const path = route.path
      .replace(':institution', 'beta')
      .replace(':contact', contactId)
      .replace(':keyId', t.deps.newId())
      .replace(':probeId', t.deps.newId())
      .replace(':sha256', fingerprint)
      .replace(':id', alpha.feedId);
    const [, request] = rows[name as RouteName];
    const { options } = await request();
    const answer = await t.call(route.method, path, { ...options, token: tokens['foreign admin'] });
    const expected = name === 'feeds.add-key' ? 400 : 404;
    assert.equal(answer.status, expected, `${name}: ${answer.text}`);
  }
});

test('an admin sees the own institution only, in every list that is not of one institution', async () => {
  const token = tokens.admin;
  const slugs = (items: { institution: string | null }[]) => [...new Set(items.map((one) => one.institution))];
  const institutions = await t.call('GET', '/institutions', { token });
  assert.deepEqual(
    institutions.body.items.map((one: { slug: string }) => one.slug),
    ['alpha'],
  );
  const overview = await t.call('GET', '/overview', { token });
  assert.equal(overview.body.items.length, 1);
  assert.deepEqual(slugs((await t.call('GET', '/users', { token })).body.items), ['alpha']);
  assert.deepEqual(slugs((await t.call('GET', '/tokens', { token })).body.items), ['alpha']);
  for (const path of ['/users?institution=beta', '/tokens?institution=beta'])
    assert.equal((await t.call('GET', path, { token })).body.code, 'no-such-institution');
});

test('nobody gives away more than they have', async () => {
  const role = async (token: string | undefined, wanted: string) => {
    const made = await t.call('POST', '/tokens', { token, json: { name: 'T', role: wanted } });
    return made.body.code ?? made.body.token.role;
  };
  assert.equal(await role(tokens.admin, 'operator'), 'role-not-allowed');
  assert.equal(await role(tokens.admin, 'admin'), 'admin');
  assert.equal(await role(tokens.operator, 'operator'), 'operator');
  assert.equal(await role(tokens.operator, 'admin'), 'institution-missing');
});

test('an operator’s reading of contacts is audited before it is answered, and nobody else’s is', async () => {
  const reads = async () => {
    const { body } = await t.call('GET', '/institutions/alpha/audit?limit=1000', { token: tokens.admin });
    return body.items.filter((event: { action: string }) => event.action === 'contacts.read').length;
  };
  const before = await reads();
  const shows = Object.entries(routeTable as Record<string, Route>).filter(([, route]) => route.showsContacts);
  assert.ok(shows.length >= 9);
  for (const [name, route] of shows) {
    const [, request] = rows[name as RouteName];
    const { path, options } = await request();
    const count = await reads();
    await t.call(route.method, path, { ...options, token: tokens.operator });
    assert.equal(await reads(), count + 1, name);
    await t.call(route.method, path, { ...options, token: tokens.admin });
    assert.equal(await reads(), count + 1, name);
  }
  assert.equal(await reads(), before + shows.length);
});
