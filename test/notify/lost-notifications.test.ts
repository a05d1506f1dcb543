// Mails and webhook deliveries whose process dies in the middle of a try, or whose job is gone: each comes to an end, on a real
// queue, at a real SMTP server and a real receiver.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PgBoss } from 'pg-boss';
import { createSealer } from '../../src/adapters/sealing/sealer.ts';
import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId } from '../../src/domain/ids.ts';
import { createWebhook } from '../../src/notify/create-webhook.ts';
import { recoverNotifications } from '../../src/notify/recover-notifications.ts';
import { testWebhook } from '../../src/notify/test-webhook.ts';
import { makeInstitution, makeUser, type TestDeps } from '../kit/accounts.ts';
import { startTestApp } from '../kit/app.ts';
import { type MailServer, SmtpAnswer, startMailServer } from '../kit/mail-server.ts';
import { events, openNotifications, tell } from '../kit/notifications.ts';
import { until } from '../kit/until.ts';

/** What both kinds have in common: a queue, a row that says how far it came, and somebody who gets it. */
type Kind = 'mail' | 'webhook';
const kinds: Record<Kind, { queue: string; table: string; done: string }> = {
  mail: { queue: 'send-mail', table: 'mails', done: 'sent' },
  webhook: { queue: 'send-webhook', table: 'webhook_deliveries', done: 'delivered' },
};

type Side = {
  deps: TestDeps;
  /** Makes one of the kind; its other kind is not made. */
  tell(): Promise<void>;
  /** How often it came. */
  taken: () => number;
  /** Called when it came, before it is answered; gives whether it is refused for now. */
  onTaken: (call: () => boolean) => void;
  /** What the row says: status, tries, reason. */
  row(): Promise<[status: string, attempts: number, lastError: string | null]>;
  /** A process that works the queue off. */
  worker(): ChildProcess;
  institutionId: InstitutionId;
  webhookUrl: string;
};

async function receiver(t: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** `works`: this process works the queue off too, with a mail server that is really there. */
async function open(t: TestContext, kind: Kind, { works = false } = {}): Promise<Side> {
  const smtp: MailServer = await startMailServer();
  t.after(() => smtp.stop());
  let count = 0;
  let onTaken: () => boolean = () => false;
  const taken = () => {
    count += 1;
    return onTaken();
  };
  smtp.onMail = () => {
    if (taken()) throw new SmtpAnswer(451, '4.7.1 try later');
  };
  const webhookUrl = await receiver(t, (response) => response.writeHead(taken() ? 503 : 204).end());
  const publicUrl = () => 'https://causeway.example.edu';
  const deps = await openNotifications({ mail: openMailTransport(smtp.url, { publicUrl }), works });
  t.after(() => deps.close());
  const key = randomBytes(32);
  deps.sealer = createSealer(key);
  const school = await makeInstitution(deps, 'lakeside');
  if (kind === 'mail') await makeUser(deps, 'admin', 'pat@lakeside.example', 'lakeside');
  else await createWebhook(deps, systemActor, school.id, { url: webhookUrl, events: ['destination.changed'] });
  return {
    deps,
    webhookUrl,
    institutionId: school.id,
    tell: () => tell(deps, school.id, events.changed),
    taken: () => count,
    onTaken: (call) => {
      onTaken = call;
    },
    row: async () => {
      const row = await deps.db.queryOne<{ status: string; attempts: number; error: string | null }>(
        `select status, attempts, last_error as error from ${kinds[kind].table}`,
      );
      assert.ok(row);
      return [row.status, row.attempts, row.error];
    },
    worker: () => {
      const program = join(import.meta.dirname, '../kit/notification-program.ts');
      const args = [program, deps.databaseUrl, smtp.url, key.toString('hex')];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      t.after(() => void child.kill('SIGKILL'));
      return child;
    },
  };
}

/** Works the queue off in a process that is killed the moment after the other side has the whole message. */
async function dieInTheMiddle(side: Side): Promise<void> {
  const child = side.worker();
  const exit = once(child, 'exit');
  side.onTaken(() => child.kill('SIGKILL'));
  assert.deepEqual(await exit, [null, 'SIGKILL']);
  side.onTaken(() => false);
}

/** The time in which a job may run has passed, and the queue has looked at it. */
async function expire({ deps }: Side, queue: string): Promise<void> {
  await deps.db.execute(
    `update pgboss.job set started_on = started_on - interval '1 hour' where name = $1 and state = 'active'`,
    [queue],
  );
  await deps.db.execute('update pgboss.queue set monitor_on = null, monitor_claim_on = null');
  const boss = new PgBoss({ connectionString: deps.databaseUrl, supervise: false, schedule: false, migrate: false });
  await boss.start();
  await boss.supervise(queue);
  await boss.stop();
}

const jobStates = async ({ deps }: Side, queue: string) =>
  (await deps.db.query<{ state: string }>('select state from pgboss.job where name = $1 order by state', [queue])).map(
    (job) => job.state,
  );

const cutShort = 'The last try was cut short, so it is not known whether it arrived. It is not tried again.';

for (const kind of ['mail', 'webhook'] as const) {
  const { queue, done } = kinds[kind];

  test(`a ${kind} whose process is killed in the middle of the last try ends as failed, and is not sent again`, async (t) => {
    const side = await open(t, kind);
    await side.tell();
    await side.deps.db.execute('update pgboss.job set retry_limit = 0 where name = $1', [queue]);
    await dieInTheMiddle(side);
    // As long as the process might still live, nothing is decided.
    assert.deepEqual([await recoverNotifications(side.deps), await jobStates(side, queue)], [0, ['active']]);
    await expire(side, queue);
    assert.deepEqual([await side.row(), await jobStates(side, queue)], [['queued', 0, null], ['failed']]);
    assert.equal(await recoverNotifications(side.deps), 1);
    assert.deepEqual([await side.row(), await jobStates(side, queue)], [['failed', 0, cutShort], ['failed']]);
    assert.equal(await recoverNotifications(side.deps), 0);
    assert.equal(side.taken(), 1);
  });

  test(`a ${kind} whose process is killed in the middle of a try that is not the last is left to the queue`, async (t) => {
    const side = await open(t, kind);
    await side.tell();
    await dieInTheMiddle(side);
    await expire(side, queue);
    assert.deepEqual([await recoverNotifications(side.deps), await jobStates(side, queue)], [0, ['retry']]);
    assert.equal((await side.row())[0], 'queued');
  });

  test(`a ${kind} whose job is gone is queued again, once, whoever looks, and arrives once`, async (t) => {
    const side = await open(t, kind);
    await side.tell();
    await side.deps.db.execute('delete from pgboss.job where name = $1', [queue]);
    const looks = await Promise.all([1, 2, 3].map(() => recoverNotifications(side.deps)));
    assert.deepEqual([looks.toSorted(), await jobStates(side, queue)], [[0, 0, 1], ['created']]);
    assert.equal(await recoverNotifications(side.deps), 0);
    side.worker();
    await until(async () => (await side.row())[0] === done, { what: `a ${kind} that was lost` });
    assert.deepEqual([side.taken(), (await side.row())[1]], [1, 1]);
  });

  test(`a ${kind} whose job is gone has only the tries that it had left`, async (t) => {
    const side = await open(t, kind, { works: true });
    side.onTaken(() => true);
    await side.deps.db.execute(`create function lose() returns trigger language plpgsql as $$
      begin delete from pgboss.job where name = '${queue}' and state = 'retry'; return null; end $$`);
    await side.deps.db.execute(`create trigger lose after update of state or insert on pgboss.job_common
      for each statement execute function lose()`);
    await side.tell();
    // Two of the three tries that tests give are made; the job is lost after each.
    for (const tries of [1, 2]) {
      await until(async () => (await side.row())[1] === tries && (await recoverNotifications(side.deps)) === 1, {
        what: `try ${tries}`,
      });
    }
    await until(async () => (await side.row())[0] === 'failed', { what: 'the end of the tries' });
    assert.deepEqual([side.taken(), (await side.row())[1]], [3, 3]);
    assert.notEqual((await side.row())[2], cutShort);
  });

  test(`a ${kind} that has waited for more than two days without a job is not sent any more`, async (t) => {
    const side = await open(t, kind);
    await side.tell();
    await side.deps.db.execute('delete from pgboss.job');
    side.deps.pass(49 * 60 * 60_000);
    assert.equal(await recoverNotifications(side.deps), 1);
    const reason = 'It waited for more than two days, so it is not sent any more.';
    assert.deepEqual([await side.row(), await jobStates(side, queue)], [['failed', 0, reason], []]);
  });
}

test('many processes that look at the same time queue each of many lost ones once', async (t) => {
  const side = await open(t, 'webhook');
  for (let count = 0; count < 80; count++) await side.tell();
  await side.deps.db.execute('delete from pgboss.job');
  // So many that a look takes long enough for another one to end meanwhile.
  await side.deps.db.execute(
    `insert into pgboss.job (name, state, data) select 'send-webhook', 'active', jsonb_build_object('deliveryId', n)
     from generate_series(1, 40000) n`,
  );
  const look = async () => {
    let found = 0;
    for (let count = 0; count < 10; count++) found += await recoverNotifications(side.deps);
    return found;
  };
  const found = await Promise.all([1, 2, 3, 4].map(look));
  const queued = (await jobStates(side, 'send-webhook')).filter((state) => state === 'created');
  assert.deepEqual([found.reduce((sum, one) => sum + one), queued.length], [80, 80]);
});

const testCutShort = 'The try was cut short, so it is not known whether it arrived. Send another test.';

test('a test of a webhook whose process is killed is not sent a second time', async (t) => {
  const side = await open(t, 'webhook');
  const { webhook } = await createWebhook(side.deps, systemActor, side.institutionId, {
    url: side.webhookUrl,
    events: ['transfer.failed'],
  });
  await testWebhook(side.deps, side.institutionId, webhook.id);
  await dieInTheMiddle(side);
  await expire(side, 'send-webhook');
  await side.deps.db.execute('update pgboss.job set start_after = now()');
  side.worker();
  await until(async () => (await side.row())[0] === 'failed', { what: 'the end of the test' });
  assert.deepEqual([await side.row(), side.taken()], [['failed', 0, testCutShort], 1]);
});

test('a test of a webhook whose job is gone ends, so that somebody can send another', async (t) => {
  const side = await open(t, 'webhook');
  const { webhook } = await createWebhook(side.deps, systemActor, side.institutionId, {
    url: side.webhookUrl,
    events: ['transfer.failed'],
  });
  await testWebhook(side.deps, side.institutionId, webhook.id);
  await side.deps.db.execute('delete from pgboss.job');
  assert.equal(await recoverNotifications(side.deps), 1);
  assert.deepEqual([await side.row(), side.taken()], [['failed', 0, testCutShort], 0]);
});

test('the running application looks for them by itself', async (t) => {
  let offset = 0;
  let arrived = 0;
  const url = await receiver(t, (response) => {
    arrived += 1;
    response.writeHead(204).end();
  });
  const app = await startTestApp(
    { CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8' },
    { clock: { now: () => new Date(Date.now() + offset) } },
  );
  t.after(() => app.close());
  const { client } = app;
  const { db } = app.app.deps;
  const lakeside = { name: 'Lakeside', slug: 'lakeside', timeZone: 'America/New_York', country: 'US' };
  await client.send('POST', '/institutions', lakeside);
  await client.send('POST', '/institutions/lakeside/webhooks', { url, events: ['destination.created'] });
  // The job is lost in the transaction that makes it, before a worker can see it.
  await db.execute(`create function lose() returns trigger language plpgsql as $$
    begin delete from pgboss.job where name = 'send-webhook'; return null; end $$`);
  await db.execute(`create trigger lose after insert on pgboss.job_common for each statement execute function lose()`);
  const destination = { dataset: 'connections', name: 'CRM', host: 'sftp.lakeside.example', username: 'causeway' };
  await client.send('POST', '/institutions/lakeside/destinations', { ...destination, password: 'a password' });
  await db.execute('drop trigger lose on pgboss.job_common');
  offset = 10 * 60_000;
  await until(() => arrived === 1, { what: 'a delivery whose job was lost' });
});
