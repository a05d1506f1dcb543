// Notifications by the API: what is shown, what is refused, and that institutions stay apart.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { InstitutionId } from '../../src/domain/ids.ts';
import { createNotify } from '../../src/notify/notify.ts';
import { makeInstitution, makeToken, makeUser } from '../kit/accounts.ts';
import { auditActions, openTestHttp, type TestHttp } from '../kit/http.ts';
import { events, tell } from '../kit/notifications.ts';

let t: TestHttp;
let alpha: InstitutionId;
let token: string;
let foreign: string;

before(async () => {
  t = await openTestHttp();
  t.deps.notify = createNotify(t.deps);
  alpha = (await makeInstitution(t.deps, 'alpha')).id;
  await makeInstitution(t.deps, 'beta');
  await makeUser(t.deps, 'admin', 'ann@alpha.example', 'alpha');
  await makeUser(t.deps, 'admin', 'bob@alpha.example', 'alpha');
  token = await makeToken(t.deps, 'admin', 'alpha');
  foreign = await makeToken(t.deps, 'admin', 'beta');
});
after(() => t.close());

const get = (path: string) => t.call('GET', `/institutions/alpha${path}`, { token });
const send = (method: string, path: string, json: unknown = {}) =>
  t.call(method, `/institutions/alpha${path}`, { token, json });

test('mails are listed newest first, by pages and by event, and read one by one', async () => {
  await tell(t.deps, alpha, events.created);
  await tell(t.deps, alpha, events.changed);
  const all = (await get('/mails')).body;
  assert.deepEqual([all.items.length, all.next], [4, null]);
  assert.deepEqual(
    all.items.map((mail: { event: string; status: string }) => [mail.event, mail.status]),
    [
      ['destination.changed', 'kept'],
      ['destination.changed', 'kept'],
      ['destination.created', 'kept'],
      ['destination.created', 'kept'],
    ],
  );
  const first = (await get('/mails?limit=3')).body;
  const second = (await get(`/mails?limit=3&cursor=${first.next}`)).body;
  assert.deepEqual([...first.items, ...second.items], all.items);
  assert.equal((await get('/mails?event=destination.created')).body.items.length, 2);
  const [mail] = all.items;
  const shown = (await get(`/mails/${mail.id}`)).body;
  assert.deepEqual(shown, mail);
  assert.match(shown.text, /What to do: /);
  assert.ok(!('html' in shown));
});

test('another institution sees none of them, and cannot tell them from what does not exist', async () => {
  const [mail] = (await get('/mails')).body.items;
  const made = (await send('POST', '/webhooks', { url: 'https://hooks.example.edu/', events: ['transfer.failed'] }))
    .body;
  for (const path of [`mails/${mail.id}`, `webhooks/${made.id}/deliveries`]) {
    const seen = await t.call('GET', `/institutions/beta/${path}`, { token: foreign });
    const missing = path.replace(/[0-9a-f-]{36}/, t.deps.newId());
    const none = await t.call('GET', `/institutions/beta/${missing}`, { token: foreign });
    assert.deepEqual([seen.status, seen.body], [404, none.body]);
  }
  for (const [method, path] of [
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/test'],
  ]) {
    const answer = await t.call(method ?? '', `/institutions/beta/webhooks/${made.id}${path}`, {
      token: foreign,
      ...(method === 'DELETE' ? {} : { json: {} }),
    });
    assert.equal(answer.status, 404);
  }
  assert.deepEqual((await t.call('GET', '/institutions/beta/mails', { token: foreign })).body.items, []);
  assert.equal((await get('/webhooks')).body.items[0]?.active, true);
});

test('a secret is in the answer that made the webhook and in no other; each change is audited', async () => {
  const wanted = { url: 'https://hooks.example.edu/x', events: ['transfer.failed', 'transfer.failed'] };
  const made = await send('POST', '/webhooks', wanted);
  assert.equal(made.status, 201);
  assert.match(made.body.secret, /^whsec_/);
  assert.deepEqual(made.body.events, ['transfer.failed']);
  const path = `/webhooks/${made.body.id}`;
  const changed = await send('PATCH', path, { active: false, events: ['import.held'] });
  assert.deepEqual(
    [changed.body.active, changed.body.events, changed.body.secret],
    [false, ['import.held'], undefined],
  );
  await send('PATCH', path, { active: false });
  const test = await send('POST', `${path}/test`);
  assert.deepEqual([test.status, test.body.event, test.body.status], [202, 'webhook.test', 'queued']);
  assert.equal((await get(`${path}/deliveries`)).body.items[0].id, test.body.id);
  assert.ok(!(await get('/webhooks')).text.includes('whsec_'));
  assert.equal((await t.call('DELETE', `/institutions/alpha${path}`, { token })).status, 204);
  const actions = (await auditActions(t, token, 'alpha')).filter((action) => action.startsWith('webhook'));
  assert.deepEqual(actions.slice(0, 3), ['webhook.deleted', 'webhook.updated', 'webhook.created']);
});

const refused: [method: string, path: string, json: unknown, code: string][] = [
  ['POST', '/webhooks', { url: 'https://x.example/', events: [] }, 'invalid-request'],
  ['POST', '/webhooks', { url: 'https://x.example/', events: ['nothing.known'] }, 'invalid-request'],
  ['POST', '/webhooks', { url: 'no address', events: ['transfer.failed'] }, 'invalid-request'],
  ['POST', '/webhooks', { url: 'ftp://x.example/', events: ['transfer.failed'] }, 'bad-webhook-address'],
  ['POST', '/webhooks', { url: 'http://x.example/', events: ['transfer.failed'] }, 'bad-webhook-address'],
  ['PATCH', '/digest', { enabled: true }, 'no-recipients'],
  ['PATCH', '/digest', { recipients: ['no address'] }, 'invalid-request'],
  ['PATCH', '/digest', { recipients: ['a@x.example\r\nBcc: b@x.example'] }, 'invalid-request'],
  ['PATCH', '/digest', { recipients: Array.from({ length: 51 }, (_, at) => `a${at}@x.example`) }, 'invalid-request'],
];
for (const [method, path, json, code] of refused)
  test(`${method} ${path} with ${JSON.stringify(json).slice(0, 70)} is refused as ${code}`, async () => {
    const answer = await send(method, path, json);
    assert.deepEqual([answer.status, answer.body.code], [400, code]);
  });

test('the digest says when it comes next, in which zone, and whether mail is sent at all', async () => {
  const off = { enabled: false, recipients: [], nextAt: null, timeZone: 'America/New_York', mailIsSent: false };
  assert.deepEqual((await get('/digest')).body, off);
  const on = (await send('PATCH', '/digest', { enabled: true, recipients: ['dean@alpha.example'] })).body;
  assert.deepEqual([on.enabled, on.recipients], [true, ['dean@alpha.example']]);
  const local = Temporal.Instant.from(on.nextAt).toZonedDateTimeISO('America/New_York');
  assert.deepEqual([local.dayOfWeek, local.hour, local.minute], [1, 8, 0]);
  assert.deepEqual((await send('PATCH', '/digest', { enabled: false })).body, {
    ...off,
    recipients: ['dean@alpha.example'],
  });
});
