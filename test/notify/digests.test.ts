// The weekly digest: due on Monday at eight in the institution's zone, written once, to those who were chosen.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { updateUser } from '../../src/accounts/update-user.ts';
import { systemActor } from '../../src/domain/actor.ts';
import type { InstitutionId } from '../../src/domain/ids.ts';
import { correctDigests } from '../../src/notify/correct-digests.ts';
import { dueDigests } from '../../src/notify/due-digests.ts';
import { updateDigest } from '../../src/notify/update-digest.ts';
import { claimDigest, getDigest } from '../../src/store/digests.ts';
import type { InstitutionRecord } from '../../src/store/institutions.ts';
import { listMails } from '../../src/store/mails.ts';
import { makeInstitution, makeUser, type TestDeps } from '../kit/accounts.ts';
import { openNotifications } from '../kit/notifications.ts';

let deps: TestDeps;
let now = new Date();
let serial = 0;

before(async () => {
  deps = await openNotifications({ works: false });
  deps.clock = { now: () => now };
});
afterEach(() => deps.db.execute('update institutions set digest_enabled = false, digest_next_at = null'));
after(() => deps.close());

/** An institution in New York whose digest was switched on at `at`, for these people. */
async function digestOf(at: string, recipients: string[]): Promise<InstitutionRecord> {
  serial += 1;
  const institution = await makeInstitution(deps, `school-${serial}`);
  now = new Date(at);
  await updateDigest(deps, systemActor, institution, { enabled: true, recipients });
  return institution;
}

async function connect(id: InstitutionId, ...createdAt: string[]): Promise<void> {
  for (const at of createdAt)
    await deps.db.execute(
      `insert into connections (institution_id, id, external_id, batch, connected_at_text, connected_at, first_name, email,
         created_at, updated_at)
       values ($1, $2::uuid, $2::uuid::text, 1, $3::text, $3::text::timestamptz, 'Canary', 'canary@student.example', $3::text::timestamptz, $3::text::timestamptz)`,
      [id, deps.newId(), at],
    );
}

const mailsOf = (id: InstitutionId) => listMails(deps.db, id, { event: null, before: null, limit: 100 });

async function tickAt(at: string): Promise<number> {
  now = new Date(at);
  return dueDigests(deps);
}

const nextAt = async (id: InstitutionId) => (await getDigest(deps.db, id))?.nextAt?.toISOString() ?? null;

test('the digest comes on Monday at eight with the connections of each day, and not before', async () => {
  const school = await digestOf('2026-11-18T10:00:00Z', ['dean@lakeside.example', 'office@lakeside.example']);
  await connect(
    school.id,
    '2026-11-16T12:59:59Z',
    '2026-11-16T13:00:00Z',
    '2026-11-19T04:59:00Z',
    '2026-11-19T05:01:00Z',
    '2026-11-23T12:59:59Z',
    '2026-11-23T13:00:00Z',
  );
  assert.equal(await tickAt('2026-11-23T12:59:59Z'), 0);
  assert.deepEqual(await mailsOf(school.id), []);
  assert.equal(await tickAt('2026-11-23T13:00:20Z'), 1);
  const mails = await mailsOf(school.id);
  assert.deepEqual(mails.map((mail) => [mail.recipient, mail.event, mail.status]).sort(), [
    ['dean@lakeside.example', 'digest.weekly', 'kept'],
    ['office@lakeside.example', 'digest.weekly', 'kept'],
  ]);
  const text = mails[0]?.text ?? '';
  assert.match(text, /^4 new connections since Monday, November 16\./);
  for (const line of [/Monday, November 16: 1\n/, /Wednesday, November 18: 1\n/, /Thursday, November 19: 1\n/])
    assert.match(text, line);
  assert.match(text, /Monday, November 23: 1\n/);
  assert.doesNotMatch(`${text}${mails[0]?.html}`, /canary/i);
  assert.equal(await tickAt('2026-11-23T13:00:40Z'), 0);
  assert.equal(await nextAt(school.id), '2026-11-30T13:00:00.000Z');
});

test('the next digest goes on where the last one ended, also across the change of the clock', async () => {
  const school = await digestOf('2026-10-21T10:00:00Z', ['dean@lakeside.example']);
  await connect(
    school.id,
    '2026-10-26T11:59:00Z',
    '2026-10-26T12:00:00Z',
    '2026-11-02T12:30:00Z',
    '2026-11-02T13:00:00Z',
  );
  const totals = [];
  for (const at of ['2026-10-26T12:00:05Z', '2026-11-02T12:59:59Z', '2026-11-02T13:00:05Z', '2026-11-09T13:00:05Z'])
    totals.push(await tickAt(at));
  assert.deepEqual(totals, [1, 0, 1, 1]);
  const subjects = (await mailsOf(school.id)).map((mail) => mail.subject.split(':')[0]).reverse();
  assert.deepEqual(subjects, [
    '1 new connection since Monday, October 19',
    '2 new connections since Monday, October 26',
    '1 new connection since Monday, November 2',
  ]);
});

test('weeks that were missed are told of at once, and once', async () => {
  const school = await digestOf('2026-10-21T10:00:00Z', ['dean@lakeside.example']);
  await connect(
    school.id,
    '2026-10-20T12:00:00Z',
    '2026-11-01T12:00:00Z',
    '2026-11-10T12:00:00Z',
    '2026-11-17T12:00:00Z',
  );
  assert.equal(await tickAt('2026-11-18T09:00:00Z'), 1);
  assert.equal(await tickAt('2026-11-18T09:01:00Z'), 0);
  const [mail, ...more] = await mailsOf(school.id);
  assert.deepEqual(more, []);
  assert.match(mail?.subject ?? '', /^3 new connections since Monday, October 19/);
  assert.equal(await nextAt(school.id), '2026-11-23T13:00:00.000Z');
});

test('a week without new connections is told too', async () => {
  const school = await digestOf('2026-11-18T10:00:00Z', ['dean@lakeside.example']);
  await tickAt('2026-11-23T13:00:20Z');
  assert.match((await mailsOf(school.id))[0]?.subject ?? '', /^No new connections/);
});

test('several nodes at once write one digest', async () => {
  const school = await digestOf('2026-11-18T10:00:00Z', ['dean@lakeside.example']);
  now = new Date('2026-11-23T13:00:20Z');
  const written = await Promise.all([1, 2, 3, 4].map(() => dueDigests(deps)));
  assert.equal(
    written.reduce((sum, one) => sum + one, 0),
    1,
  );
  assert.equal((await mailsOf(school.id)).length, 1);
});

test('a recipient whose account was switched off gets none; the others do', async () => {
  const school = await digestOf('2026-11-18T10:00:00Z', ['Viewer@lakeside.example', 'dean@lakeside.example']);
  const viewer = await makeUser(deps, 'viewer', 'viewer@lakeside.example', school.slug);
  await updateUser(deps, systemActor, viewer.id, { active: false });
  await tickAt('2026-11-23T13:00:20Z');
  assert.deepEqual(
    (await mailsOf(school.id)).map((mail) => mail.recipient),
    ['dean@lakeside.example'],
  );
});

test('the digest is off until somebody switches it on, needs a recipient, and stops when it is switched off', async () => {
  const school = await makeInstitution(deps, 'quiet');
  assert.deepEqual(await getDigest(deps.db, school.id), { enabled: false, recipients: [], nextAt: null });
  await assert.rejects(updateDigest(deps, systemActor, school, { enabled: true }), { code: 'no-recipients' });
  now = new Date('2026-11-18T10:00:00Z');
  const recipients = ['a@x.example', 'A@x.example', 'b@x.example'];
  await updateDigest(deps, systemActor, school, { enabled: true, recipients });
  assert.deepEqual(await getDigest(deps.db, school.id), {
    enabled: true,
    recipients: ['A@x.example', 'b@x.example'],
    nextAt: new Date('2026-11-23T13:00:00Z'),
  });
  await assert.rejects(updateDigest(deps, systemActor, school, { recipients: [] }), { code: 'no-recipients' });
  await updateDigest(deps, systemActor, school, { enabled: false });
  await tickAt('2026-12-30T00:00:00Z');
  assert.deepEqual(await mailsOf(school.id), []);
  assert.equal(await nextAt(school.id), null);
});

test('a digest that fails does not hold up the others, and stays due', async () => {
  const broken = await digestOf('2026-11-18T10:00:00Z', ['dean@lakeside.example']);
  const school = await digestOf('2026-11-18T10:00:01Z', ['dean@lakeside.example']);
  await deps.db.execute(`update institutions set time_zone = 'Nowhere/Land' where id = $1`, [broken.id]);
  assert.equal(await tickAt('2026-11-23T13:00:20Z'), 1);
  assert.equal((await mailsOf(school.id)).length, 1);
  assert.equal(await nextAt(broken.id), '2026-11-23T13:00:00.000Z');
  assert.ok(deps.lines.some((line) => line.includes('a weekly digest was not written')));
});

test('a digest that was switched on a year ahead comes on the next Monday; one that is due in time stays', async () => {
  const far = await digestOf('2027-11-18T10:00:00Z', ['dean@lakeside.example']);
  const near = await digestOf('2026-11-16T13:00:01Z', ['dean@lakeside.example']);
  assert.deepEqual(
    [await nextAt(far.id), await nextAt(near.id)],
    ['2027-11-22T13:00:00.000Z', '2026-11-23T13:00:00.000Z'],
  );
  now = new Date('2026-11-16T13:00:02Z');
  assert.equal(await correctDigests(deps), 1);
  assert.deepEqual(
    [await nextAt(far.id), await nextAt(near.id)],
    ['2026-11-23T13:00:00.000Z', '2026-11-23T13:00:00.000Z'],
  );
  assert.equal(await correctDigests(deps), 0);
  assert.ok(deps.lines.some((line) => line.includes('a weekly digest was brought back')));
});

test('a change of contacts or transfers is not held up by a digest that is being written', async () => {
  const school = await digestOf('2026-11-18T10:00:00Z', ['dean@lakeside.example']);
  await deps.db.transaction(async (tx) => {
    assert.ok(await claimDigest(tx, school.id, new Date('2026-11-23T13:00:00Z')));
    // A row that points at the institution, from elsewhere, while the digest is locked.
    await connect(school.id, '2026-11-20T00:00:00Z');
    await deps.db.execute(
      `insert into dataset_positions (institution_id, dataset, last_batch) values ($1, 'connections', 1)`,
      [school.id],
    );
  });
});
