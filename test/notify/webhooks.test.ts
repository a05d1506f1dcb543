// Webhooks against real HTTP receivers that check, fail, redirect, hang and are gone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import { createHttpPost } from '../../src/adapters/http-post/http-post.ts';
import { createConnect } from '../../src/adapters/network/connect.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId, WebhookDeliveryId, WebhookId } from '../../src/domain/ids.ts';
import { queues } from '../../src/jobs/queues.ts';
import { createWebhook } from '../../src/notify/create-webhook.ts';
import { sendWebhook } from '../../src/notify/send-webhook.ts';
import { testWebhook } from '../../src/notify/test-webhook.ts';
import { deleteWebhook, updateWebhook } from '../../src/notify/update-webhook.ts';
import { listAuditEvents } from '../../src/store/audit.ts';
import { getWebhook, insertDelivery, listDeliveries, webhooksFor } from '../../src/store/webhooks.ts';
import { makeInstitution, type TestDeps } from '../kit/accounts.ts';
import { events, jobsOf, openNotifications, tell } from '../kit/notifications.ts';
import { until } from '../kit/until.ts';
import { verifyWebhook } from '../kit/verify-webhook.ts';

let deps: TestDeps;
let serial = 0;

before(async () => {
  deps = await openNotifications();
});
after(() => deps.close());

type Received = { path: string; headers: IncomingHttpHeaders; body: string };
type Answer = (response: ServerResponse, at: number) => void;

/** A receiver on a port of its own; it answers 204 unless told otherwise. */
async function receiver(t: TestContext, answer: Answer = (response) => response.writeHead(204).end()) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    answer(response, received.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=abc`, received };
}

async function institution() {
  serial += 1;
  return makeInstitution(deps, `school-${serial}`);
}

async function hook(id: InstitutionId, url: string, wanted: string[] = ['transfer.failed']) {
  return createWebhook(deps, systemActor, id, { url, events: wanted });
}

const deliveriesOf = (id: InstitutionId, webhook: WebhookId) =>
  listDeliveries(deps.db, id, webhook, { before: null, limit: 100 });

async function settled(id: InstitutionId, webhook: WebhookId, count = 1) {
  return until(
    async () => {
      const all = await deliveriesOf(id, webhook);
      return all.length === count && all.every((one) => one.status !== 'queued') ? all : null;
    },
    { what: `${count} deliveries that are not queued` },
  );
}

test('a delivery is signed as the Standard Webhooks say, and holds what the event is about', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t);
  const { webhook, secret } = await hook(school.id, url);
  await tell(deps, school.id, events.failed);
  const [delivery] = await settled(school.id, webhook.id);
  assert.deepEqual([delivery?.status, delivery?.attempts, delivery?.responseStatus], ['delivered', 1, 204]);
  const [got] = received;
  assert.ok(got && delivery);
  assert.equal(got.path, '/hook?key=abc');
  await verifyWebhook(secret, got.headers, got.body, deps.clock.now());
  await assert.rejects(verifyWebhook(secret, got.headers, `${got.body} `, deps.clock.now()), /signature/);
  assert.equal(got.headers['webhook-id'], delivery.id);
  assert.match(String(got.headers['content-type']), /^application\/json/);
  const payload = JSON.parse(got.body);
  assert.deepEqual([payload.type, payload.data.institution], ['transfer.failed', { id: school.id, slug: school.slug }]);
  assert.equal(payload.data.failure.code, 'port-refused');
  assert.equal(payload.data.destination.name, 'Campus CRM');
  assert.ok(!Number.isNaN(Date.parse(payload.timestamp)));
});

test('only active webhooks that want the event are told, and only those of the institution', async (t) => {
  const school = await institution();
  const other = await institution();
  const { url, received } = await receiver(t);
  const wants = await hook(school.id, url, ['transfer.succeeded', 'destination.changed']);
  const wantsOther = await hook(school.id, url, ['transfer.failed']);
  const off = await hook(school.id, url, ['transfer.succeeded']);
  await updateWebhook(deps, systemActor, school.id, off.webhook.id, { active: false });
  const foreign = await hook(other.id, url, ['transfer.succeeded']);
  await tell(deps, school.id, events.succeeded);
  await settled(school.id, wants.webhook.id);
  for (const [id, one] of [
    [school.id, wantsOther],
    [school.id, off],
    [other.id, foreign],
  ] as const)
    assert.deepEqual(await deliveriesOf(id, one.webhook.id), []);
  assert.equal(received.length, 1);
});

test('a receiver that fails gets the same id and the same bytes again, signed anew', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t, (response, at) => response.writeHead(at === 1 ? 503 : 200).end('x'));
  const { webhook, secret } = await hook(school.id, url);
  await tell(deps, school.id, events.failed);
  const [delivery] = await settled(school.id, webhook.id);
  assert.deepEqual([delivery?.status, delivery?.attempts, delivery?.responseStatus], ['delivered', 2, 200]);
  const [first, second] = received;
  assert.ok(first && second);
  assert.equal(second.headers['webhook-id'], first.headers['webhook-id']);
  assert.equal(second.body, first.body);
  for (const got of received) await verifyWebhook(secret, got.headers, got.body, deps.clock.now());
});

test('a receiver that goes on failing ends in failed, with what it answered', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t, (response) => response.writeHead(500).end('stack trace with secrets'));
  const { webhook } = await hook(school.id, url);
  await tell(deps, school.id, events.failed);
  const [delivery] = await settled(school.id, webhook.id);
  assert.deepEqual(
    [delivery?.status, delivery?.attempts, delivery?.responseStatus, delivery?.lastError],
    ['failed', 3, 500, 'Answered 500 instead of 2xx.'],
  );
  assert.equal(received.length, 3);
  assert.equal((await getWebhook(deps.db, school.id, webhook.id))?.lastDelivery?.status, 'failed');
});

test('a redirect is not followed', async (t) => {
  const school = await institution();
  const target = await receiver(t);
  const { url, received } = await receiver(t, (response) => response.writeHead(307, { location: target.url }).end());
  const { webhook } = await hook(school.id, url);
  await tell(deps, school.id, events.failed);
  const [delivery] = await settled(school.id, webhook.id);
  assert.deepEqual([delivery?.status, delivery?.responseStatus], ['failed', 307]);
  assert.match(delivery?.lastError ?? '', /Redirects are not followed/);
  assert.deepEqual([received.length, target.received.length], [3, 0]);
});

test('410 Gone switches the webhook off, with a word in the audit log; what was queued ends', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t, (response) => response.writeHead(410).end());
  const { webhook } = await hook(school.id, url);
  await deps.db.transaction(async (tx) => {
    for (let count = 0; count < 3; count++) await deps.notify(tx, school.id, events.failed);
  });
  const all = await settled(school.id, webhook.id, 3);
  assert.ok(all.every((one) => one.status === 'failed' && one.attempts <= 1));
  assert.equal((await getWebhook(deps.db, school.id, webhook.id))?.active, false);
  const [audit] = await listAuditEvents(deps.db, school.id, { before: null, limit: 1 });
  assert.deepEqual(
    [audit?.action, audit?.subject, audit?.actor.name],
    ['webhook.switched-off', webhook.id, 'Causeway'],
  );
  const before = received.length;
  await tell(deps, school.id, events.failed);
  assert.deepEqual([(await deliveriesOf(school.id, webhook.id)).length, received.length], [3, before]);
});

test('an address that this installation may not reach is refused at each delivery, and said so', async () => {
  const school = await institution();
  // Tests allow 127.0.0.0/8 only.
  const { webhook } = await hook(school.id, 'http://192.168.7.7:9/');
  await testWebhook(deps, school.id, webhook.id);
  const [delivery] = await settled(school.id, webhook.id);
  assert.deepEqual([delivery?.status, delivery?.responseStatus], ['failed', null]);
  assert.equal(delivery?.lastError, 'The address is not one that this installation may reach.');
});

test('a test is sent once, also by a webhook that is off', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t, (response, at) => response.writeHead(at === 1 ? 500 : 200).end());
  const { webhook, secret } = await hook(school.id, url);
  await testWebhook(deps, school.id, webhook.id);
  const [failed] = await settled(school.id, webhook.id);
  assert.deepEqual([failed?.event, failed?.status, failed?.attempts], ['webhook.test', 'failed', 1]);
  await updateWebhook(deps, systemActor, school.id, webhook.id, { active: false });
  await testWebhook(deps, school.id, webhook.id);
  const [delivered] = await settled(school.id, webhook.id, 2);
  assert.equal(delivered?.status, 'delivered');
  const got = received[1];
  assert.ok(got);
  await verifyWebhook(secret, got.headers, got.body, deps.clock.now());
  assert.equal(JSON.parse(got.body).type, 'webhook.test');
});

test('a transaction that rolls back tells nobody', async (t) => {
  const school = await institution();
  const { url, received } = await receiver(t);
  const { webhook } = await hook(school.id, url);
  const jobs = await jobsOf(deps, 'send-webhook');
  await assert.rejects(
    deps.db.transaction(async (tx) => {
      await deps.notify(tx, school.id, events.failed);
      throw new Error('the change failed');
    }),
  );
  assert.deepEqual(await deliveriesOf(school.id, webhook.id), []);
  assert.deepEqual([await jobsOf(deps, 'send-webhook'), received.length], [jobs, 0]);
});

test('a webhook that is deleted between being found and being written for does not break the change', async (t) => {
  const school = await institution();
  const { url } = await receiver(t);
  const { webhook } = await hook(school.id, url);
  let deleting: Promise<void> | undefined;
  let deleted = false;
  await deps.db.transaction(async (tx) => {
    assert.deepEqual(await webhooksFor(tx, school.id, 'transfer.failed'), [webhook.id]);
    deleting = deleteWebhook(deps, systemActor, school.id, webhook.id).then(() => {
      deleted = true;
    });
    await until(async () => deleted || (await waitsForLock()));
    const row = { id: deps.newId<WebhookDeliveryId>(), webhookId: webhook.id, event: 'x', body: '{}' };
    await insertDelivery(tx, school.id, { ...row, createdAt: deps.clock.now() });
    assert.equal(deleted, false);
  });
  await deleting;
  assert.equal(await getWebhook(deps.db, school.id, webhook.id), null);
  await tell(deps, school.id, events.failed);
});

async function waitsForLock(): Promise<boolean> {
  return (await deps.db.query('select 1 from pg_locks where not granted')).length > 0;
}

test('a receiver that hangs is given up on, and gets the delivery again later', async (t) => {
  const hanging = await openNotifications({ works: false });
  t.after(() => hanging.close());
  const connect = createConnect({ allowNetworks: ['127.0.0.0/8'] });
  hanging.post = createHttpPost({ connect, time: 200 });
  const school = await makeInstitution(hanging, 'hanging');
  const { url } = await receiver(t, () => undefined);
  const { webhook } = await createWebhook(hanging, systemActor, school.id, { url, events: ['transfer.failed'] });
  await tell(hanging, school.id, events.failed);
  const deliveries = () => listDeliveries(hanging.db, school.id, webhook.id, { before: null, limit: 10 });
  const [queued] = await deliveries();
  assert.ok(queued);
  const ids = { institutionId: school.id, deliveryId: queued.id };
  await assert.rejects(sendWebhook(hanging, ids, { attempt: 0, last: false }), /not delivered yet/);
  const [waiting] = await deliveries();
  assert.deepEqual(
    [waiting?.status, waiting?.attempts, waiting?.lastError, waiting?.finishedAt],
    ['queued', 1, 'No answer came in time.', null],
  );
  await sendWebhook(hanging, ids, { attempt: 1, last: true });
  assert.equal((await deliveries())[0]?.status, 'failed');
});

test('receivers of an institution that never answer do not hold up those of another', async (t) => {
  const crowded = await openNotifications();
  t.after(() => crowded.close());
  const connect = createConnect({ allowNetworks: ['127.0.0.0/8'] });
  // Whoever hangs does so for longer than this test takes.
  crowded.post = createHttpPost({ connect, time: 600_000 });
  const hanging = await makeInstitution(crowded, 'hanging');
  const prompt = await makeInstitution(crowded, 'prompt');
  const held: ServerResponse[] = [];
  let over = false;
  for (let count = 0; count < 3; count++) {
    const { url } = await receiver(t, (response) => void (over ? response.writeHead(204).end() : held.push(response)));
    await createWebhook(crowded, systemActor, hanging.id, { url, events: ['transfer.failed'] });
  }
  const { url, received } = await receiver(t);
  await createWebhook(crowded, systemActor, prompt.id, { url, events: ['transfer.failed'] });
  for (let count = 0; count < 10; count++) await tell(crowded, hanging.id, events.failed);
  await until(() => held.length > 0, { what: 'a receiver that hangs' });
  for (let count = 0; count < 3; count++) await tell(crowded, prompt.id, events.failed);
  await until(() => received.length === 3, { what: 'the deliveries of the other institution' });
  assert.equal(held.length, queues['send-webhook'].share);
  over = true;
  for (const response of held) response.writeHead(204).end();
});

test('a secret is in no log and in no other answer, and is sealed for its own row', async (t) => {
  const school = await institution();
  const { url } = await receiver(t);
  const { secret, webhook } = await hook(school.id, url);
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  await testWebhook(deps, school.id, webhook.id);
  await settled(school.id, webhook.id);
  const kept = await deps.db.query<{ text: string }>(
    `select row_to_json(w)::text as text from webhooks w union all select row_to_json(d)::text from webhook_deliveries d
     union all select row_to_json(a)::text from audit_events a`,
  );
  const seen = [...deps.lines, ...kept.map((row) => row.text)].join('\n');
  assert.ok(!seen.includes(secret) && !seen.includes(secret.slice(6)));
  // The rest of the address may be a secret too: the audit log has the host only.
  assert.ok(!kept.some(({ text }) => text.includes('"action"') && text.includes('key=abc')));
});

const addresses: [url: string, code: string | null][] = [
  ['https://hooks.example.edu/path?x=1', null],
  ['http://127.0.0.1:8080/', null],
  ['http://localhost:8080/', null],
  ['http://[::1]:8080/', null],
  ['http://10.1.2.3/', null],
  ['http://2130706433/', null],
  ['http://hooks.example.edu/', 'bad-webhook-address'],
  ['http://93.184.216.34/', 'bad-webhook-address'],
  ['http://localhost.example.edu/', 'bad-webhook-address'],
  ['https://user:secret@hooks.example.edu/', 'bad-webhook-address'],
  ['https://user@hooks.example.edu/', 'bad-webhook-address'],
  ['ftp://hooks.example.edu/', 'bad-webhook-address'],
  ['file:///etc/passwd', 'bad-webhook-address'],
  ['javascript:alert(1)', 'bad-webhook-address'],
  ['not an address', 'bad-webhook-address'],
];
test('an address of a webhook is https, or http to a private address, without credentials', async () => {
  const school = await institution();
  for (const [url, code] of addresses) {
    const outcome = await hook(school.id, url).then(
      () => null,
      (error: { code: string }) => error.code,
    );
    assert.equal(outcome, code, url);
  }
});

test('an institution has at most twenty webhooks', async () => {
  const school = await institution();
  for (let count = 0; count < 20; count++) await hook(school.id, 'https://hooks.example.edu/');
  await assert.rejects(hook(school.id, 'https://hooks.example.edu/'), { code: 'too-many-webhooks' });
});
