// From an event to a mail at a real SMTP server: who gets one, what happens when the server says no, and what a crash leaves.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { updateUser } from '../../src/accounts/update-user.ts';
import { openMailTransport } from '../../src/adapters/smtp/mail-transport.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId, UserId } from '../../src/domain/ids.ts';
import type { MailTransport } from '../../src/domain/ports.ts';
import { createNotify } from '../../src/notify/notify.ts';
import { sendMail } from '../../src/notify/send-mail.ts';
import { listMails, type MailRecord } from '../../src/store/mails.ts';
import { makeInstitution, makeUser, openTestDeps, type TestDeps } from '../kit/accounts.ts';
import { startTestApp } from '../kit/app.ts';
import { type MailServer, SmtpAnswer, startMailServer } from '../kit/mail-server.ts';
import { events, jobsOf, openNotifications, tell } from '../kit/notifications.ts';
import { until } from '../kit/until.ts';

let smtp: MailServer;
let deps: TestDeps;
let serial = 0;

const neverSends: MailTransport = {
  send: () => assert.fail('a mail was sent'),
  close: () => undefined,
};

before(async () => {
  smtp = await startMailServer();
  deps = await openNotifications({
    mail: openMailTransport(smtp.url, { publicUrl: () => 'https://causeway.example.edu' }),
  });
});
after(async () => {
  await deps.close();
  await smtp.stop();
});

/** A new institution with these administrators. */
async function institution(t: TestContext, on: TestDeps, admins: readonly string[]) {
  serial += 1;
  const made = await makeInstitution(on, `school-${serial}`);
  for (const name of admins) await makeUser(on, 'admin', `${name}@school-${serial}.example`, `school-${serial}`);
  t.after(() => {
    smtp.onMail = () => undefined;
    smtp.mails.length = 0;
  });
  return { ...made, address: (name: string) => `${name}@school-${serial}.example` };
}

const mailsOf = (on: TestDeps, id: InstitutionId) => listMails(on.db, id, { event: null, before: null, limit: 100 });

async function settled(id: InstitutionId, count: number): Promise<MailRecord[]> {
  return until(
    async () => {
      const mails = await mailsOf(deps, id);
      return mails.length === count && mails.every((mail) => mail.status !== 'queued') ? mails : null;
    },
    { what: `${count} mails that are not queued` },
  );
}

test('every active administrator of the institution gets a mail, and nobody else', async (t) => {
  const school = await institution(t, deps, ['ann', 'bob', 'cut']);
  const other = await makeInstitution(deps, `other-${serial}`);
  await makeUser(deps, 'admin', `admin@other-${serial}.example`, other.slug);
  await makeUser(deps, 'viewer', `viewer@${school.slug}.example`, school.slug);
  await makeUser(deps, 'operator', `operator-${serial}@example.org`);
  const cut = (
    await deps.db.query<{ id: string }>(`select id from users where email = $1`, [school.address('cut')])
  )[0];
  await updateUser(deps, systemActor, cut?.id as UserId, { active: false });
  await tell(deps, school.id, events.changed);
  const sent = await settled(school.id, 2);
  assert.deepEqual(sent.map((mail) => [mail.recipient, mail.status, mail.attempts]).sort(), [
    [school.address('ann'), 'sent', 1],
    [school.address('bob'), 'sent', 1],
  ]);
  assert.deepEqual(smtp.mails.flatMap((mail) => mail.to).sort(), [school.address('ann'), school.address('bob')]);
  const [mail] = smtp.mails;
  assert.equal(mail?.email.subject, 'Destination changed: “Campus CRM” (connections)');
  const link = `https://causeway.example.edu/i/${school.slug}/destinations/`;
  assert.ok(mail?.email.text?.includes(link) && mail.email.html?.includes(link));
  assert.deepEqual(await mailsOf(deps, other.id), []);
});

test('what succeeded, and what somebody started, is not mailed', async (t) => {
  const school = await institution(t, deps, ['ann']);
  await tell(deps, school.id, events.succeeded);
  await tell(deps, school.id, { ...events.failed, scheduled: false });
  assert.deepEqual(await mailsOf(deps, school.id), []);
});

test('a mail exists exactly when the change does: a transaction that rolls back leaves neither mail nor job', async (t) => {
  const school = await institution(t, deps, ['ann']);
  const jobs = await jobsOf(deps, 'send-mail');
  await assert.rejects(
    deps.db.transaction(async (tx) => {
      await deps.notify(tx, school.id, events.changed);
      throw new Error('the change failed');
    }),
    /the change failed/,
  );
  assert.deepEqual([await mailsOf(deps, school.id), await jobsOf(deps, 'send-mail')], [[], jobs]);
});

test('a server that refuses for now gets the mail again; the tries are counted', async (t) => {
  const school = await institution(t, deps, ['ann']);
  let refusals = 0;
  smtp.onMail = () => {
    if (++refusals === 1) throw new SmtpAnswer(451, `4.7.1 try later, ${school.address('ann')}`);
  };
  await tell(deps, school.id, events.created);
  const [waiting] = await until(async () => {
    const mails = await mailsOf(deps, school.id);
    return mails[0] && mails[0].attempts > 0 ? mails : null;
  });
  assert.deepEqual(
    [waiting?.status, waiting?.lastError],
    ['queued', 'The mail server did not take the mail for now (451 4.7.1).'],
  );
  const [sent] = await settled(school.id, 1);
  assert.deepEqual([sent?.status, sent?.attempts, sent?.lastError], ['sent', 2, null]);
  assert.equal(smtp.mails.length, 1);
});

test('a server that goes on refusing for now ends in failed, with the reason', async (t) => {
  const school = await institution(t, deps, ['ann']);
  smtp.onMail = () => {
    throw new SmtpAnswer(451, '4.7.1 try later');
  };
  await tell(deps, school.id, events.created);
  const [failed] = await settled(school.id, 1);
  assert.deepEqual([failed?.status, failed?.attempts], ['failed', 3]);
});

test('a recipient that is refused for good is not tried again, and the others get theirs', async (t) => {
  const school = await institution(t, deps, ['ann', 'bob']);
  smtp.onMail = (mail) => {
    if (mail.to[0] === school.address('ann')) throw new SmtpAnswer(550, `5.1.1 ${mail.to[0]} unknown`);
  };
  await tell(deps, school.id, events.created);
  const mails = await settled(school.id, 2);
  assert.deepEqual(mails.map((mail) => [mail.recipient, mail.status, mail.attempts, mail.lastError]).sort(), [
    [school.address('ann'), 'failed', 1, 'The mail server refused the mail (550 5.1.1).'],
    [school.address('bob'), 'sent', 1, null],
  ]);
  assert.ok(!deps.lines.some((line) => line.includes(school.address('ann'))));
});

test('an administrator who was switched off while the mail waited does not get it', async (t) => {
  const idle = await openNotifications({ mail: neverSends, works: false });
  t.after(() => idle.close());
  const school = await institution(t, idle, ['ann']);
  await tell(idle, school.id, events.created);
  const [mail] = await mailsOf(idle, school.id);
  const [ann] = await idle.db.query<{ id: string }>('select id from users where role = $1', ['admin']);
  await updateUser(idle, systemActor, ann?.id as UserId, { active: false });
  assert.ok(mail);
  await sendMail(idle, { institutionId: school.id, mailId: mail.id }, { attempt: 0, last: false });
  const [ended] = await mailsOf(idle, school.id);
  assert.deepEqual(
    [ended?.status, ended?.attempts, ended?.lastError],
    ['failed', 0, 'The account of the recipient was switched off before the mail went out.'],
  );
});

test('without a mail server mails are kept, and no job is made', async (t) => {
  const quiet = await openNotifications({ works: false });
  t.after(() => quiet.close());
  const school = await institution(t, quiet, ['ann']);
  await tell(quiet, school.id, events.failed);
  const [mail] = await mailsOf(quiet, school.id);
  assert.deepEqual([mail?.status, mail?.event, await jobsOf(quiet, 'send-mail')], ['kept', 'transfer.failed', 0]);
  assert.ok(mail);
  quiet.mail = neverSends;
  await sendMail(quiet, { institutionId: school.id, mailId: mail.id }, { attempt: 0, last: false });
  assert.equal((await mailsOf(quiet, school.id))[0]?.status, 'kept');
});

test('of a run that fails again and again the first failure is mailed and the last one', async (t) => {
  const quiet = await openNotifications({ works: false });
  t.after(() => quiet.close());
  const school = await institution(t, quiet, ['ann']);
  const retryAt = new Date('2030-01-01T00:00:00Z');
  const transferId = await failedTransfers(quiet, school.id);
  await tell(quiet, school.id, { ...events.failed, retryAt, transferId: transferId(1) });
  await tell(quiet, school.id, { ...events.failed, retryAt, transferId: transferId(2) });
  await tell(quiet, school.id, { ...events.failed, retryAt, transferId: transferId(3) });
  assert.equal((await mailsOf(quiet, school.id)).length, 1);
  await tell(quiet, school.id, { ...events.failed, retryAt: null, transferId: transferId(4) });
  assert.equal((await mailsOf(quiet, school.id)).length, 2);
});

/** Rows of transfers as the attempts 1 to 4 of one slot; gives their ids by attempt. */
async function failedTransfers(on: TestDeps, id: InstitutionId) {
  const { destinationId } = events.failed;
  await on.db.execute(
    `insert into destinations (institution_id, id, dataset, name, status, host, port, path, username, auth, frequency, at, file,
       created_at, updated_at)
     values ($1, $2, 'connections', 'Campus CRM', 'on', 'h', 22, '/', 'u', 'password', 'daily', '02:00', '{}', now(), now())`,
    [id, destinationId],
  );
  const transfer = (attempt: number) =>
    `0197f000-0000-7000-8000-00000000000${attempt}` as typeof events.failed.transferId;
  for (const attempt of [1, 2, 3, 4])
    await on.db.execute(
      `insert into transfers (institution_id, id, destination_id, dataset, trigger, status, slot_attempt, started_by, queued_at)
       values ($1, $2, $3, 'connections', 'scheduled', 'failed', $4, 'Causeway', now())`,
      [id, transfer(attempt), destinationId, attempt],
    );
  return transfer;
}

test('a process that dies after the server took the mail sends it again under the same Message-ID, once', async (t) => {
  const idle = await openTestDeps({ publicUrl: 'https://causeway.example.edu' });
  t.after(() => idle.close());
  Object.assign(idle, { mail: neverSends, notify: createNotify(idle) });
  const school = await institution(t, idle, ['ann']);
  await tell(idle, school.id, events.changed);
  const [mail] = await mailsOf(idle, school.id);
  assert.ok(mail);
  const run = () => {
    const program = join(import.meta.dirname, '../kit/mail-program.ts');
    return spawn(process.execPath, [program, idle.databaseUrl, smtp.url, school.id, mail.id], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  };
  const first = run();
  // The server has the whole mail; its answer reaches nobody any more.
  smtp.onMail = () => void first.kill('SIGKILL');
  assert.deepEqual(await once(first, 'exit'), [null, 'SIGKILL']);
  assert.equal((await mailsOf(idle, school.id))[0]?.status, 'queued');
  smtp.onMail = () => undefined;
  await once(run(), 'exit');
  assert.equal((await mailsOf(idle, school.id))[0]?.status, 'sent');
  await once(run(), 'exit');
  const ids = (await smtp.taken(2)).map((taken) => taken.email.messageId);
  assert.deepEqual(ids, [`<${mail.id}@causeway.example.edu>`, `<${mail.id}@causeway.example.edu>`]);
});

test('the whole application mails its administrators when a destination is set up', async (t) => {
  const app = await startTestApp({ CAUSEWAY_SMTP_URL: smtp.url, CAUSEWAY_PUBLIC_URL: 'https://causeway.example.edu' });
  t.after(() => app.close());
  smtp.mails.length = 0;
  const { client } = app;
  const lakeside = { name: 'Lakeside', slug: 'lakeside', timeZone: 'America/New_York', country: 'US' };
  await client.send('POST', '/institutions', lakeside);
  const user = { email: 'pat@lakeside.example', name: 'Pat', role: 'admin', password: 'a long enough phrase' };
  await client.send('POST', '/users', { ...user, institution: 'lakeside' });
  await client.send('POST', '/institutions/lakeside/destinations', {
    dataset: 'connections',
    name: 'CRM\r\nBcc: everyone@example.org',
    host: 'sftp.lakeside.example',
    username: 'causeway',
    password: 'canary-password',
  });
  const [mail] = await smtp.taken(1);
  assert.deepEqual(mail?.to, ['pat@lakeside.example']);
  assert.match(mail?.email.subject ?? '', /^Destination created: “CRM.*” \(connections\)$/);
  assert.doesNotMatch(mail?.raw ?? '', /^Bcc/im);
  assert.ok(!mail?.raw.includes('canary-password'));
  const [shown] = await until(async () => {
    const mails = await client.list<{ status: string }>('/institutions/lakeside/mails');
    return mails[0]?.status === 'sent' ? mails : null;
  });
  assert.equal(shown?.status, 'sent');
});
