// Scheduled transfers with a clock that the test sets: slots in the institution's zone, missed ones, retries, mails.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { DestinationView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import { dueDestinations } from '../../src/outbound/due-destinations.ts';
import { type Link, startLink } from '../kit/partners/link.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { until } from '../kit/until.ts';
import {
  addAdmin,
  dueNow,
  mailsOf,
  openSchool,
  remoteFiles,
  type School,
  startTransferApp,
  type TransferApp,
} from './transfers-kit.ts';

const skip = sshdMissing();
let app: TransferApp;
let partner: SshdPartner;
let link: Link;
before(async () => {
  if (skip) return;
  [app, partner] = await Promise.all([startTransferApp(), startSshd()]);
  link = await startLink(partner);
});
beforeEach(() => {
  if (!skip) link.cut();
});
after(async () => {
  if (skip) return;
  await app.close();
  await link.stop();
  await partner.stop();
});

const behindLink = () => ({ ...partner, folder: partner.folder, host: link.host, port: link.port });
const nextRun = async (school: School) =>
  (await app.client.get<DestinationView>(`${school.base}/destinations/${school.destination.id}`)).nextRunAt;
const off = (school: School) =>
  app.client.send('POST', `${school.base}/destinations/${school.destination.id}/disable`, {});
const slotOf = (one: TransferView | undefined) => `${one?.trigger} ${one?.status} ${one?.rows} ${one?.slotAt}`;

test('a daily slot in New York comes on both sides of the change to summer time, each once', { skip }, async () => {
  app.set('2027-03-13T06:58:00Z');
  const school = await openSchool(app, partner, { frequency: 'daily', at: '02:30' });
  assert.equal(await nextRun(school), '2027-03-13T07:30:00.000Z');
  await school.load(1, 3);
  app.set('2027-03-13T07:30:00Z');
  const [first] = await school.ended(1);
  assert.equal(slotOf(first), 'scheduled succeeded 3 2027-03-13T07:30:00.000Z');
  assert.equal(await nextRun(school), '2027-03-14T07:00:00.000Z');
  app.set('2027-03-14T07:00:00Z');
  const [, second] = await school.ended(2);
  assert.equal(slotOf(second), 'scheduled empty 0 2027-03-14T07:00:00.000Z');
  assert.equal(await nextRun(school), '2027-03-15T06:30:00.000Z');
  await off(school);
});

test('slots that were missed are caught up once', { skip }, async () => {
  app.set('2027-06-01T00:00:00Z');
  const school = await openSchool(app, partner, { frequency: 'hourly', at: '00:05' }, 'Asia/Kathmandu');
  assert.equal(await nextRun(school), '2027-06-01T00:20:00.000Z');
  await school.load(1, 2);
  app.set('2027-06-03T12:00:00Z');
  const [caughtUp] = await school.ended(1);
  assert.equal(slotOf(caughtUp), 'scheduled succeeded 2 2027-06-01T00:20:00.000Z');
  assert.equal(await nextRun(school), '2027-06-03T12:20:00.000Z');
  app.set('2027-06-03T12:20:00Z');
  const all = await school.ended(2);
  assert.deepEqual(
    all.map((one) => one.status),
    ['succeeded', 'empty'],
  );
  await off(school);
});

test('a failed run is tried again within its slot with the same file; one mail says when', { skip }, async () => {
  app.set('2027-07-01T05:59:00Z');
  const school = await openSchool(app, behindLink(), { frequency: 'daily', at: '02:00' });
  await addAdmin(app, school);
  await school.load(1, 5_000);
  link.cutAfter(200_000);
  app.set('2027-07-01T06:00:00Z');
  const [first] = await school.ended(1);
  assert.ok(first?.retryAt && first.finishedAt);
  assert.deepEqual([first.status, first.state], ['failed', 'Failed, will retry at 02:05']);
  assert.equal(Date.parse(first.retryAt) - Date.parse(first.finishedAt), 5 * 60_000);
  const mailed = await until(async () => {
    const mails = await mailsOf(app, school);
    return mails.includes('transfer.failed') ? mails : null;
  });

  link.cutAfter(200_000);
  await school.load(5_001, 5_002);
  app.pass(5 * 60_000);
  await dueNow(app, 'retry-transfer');
  const [, second] = await school.ended(2);
  assert.deepEqual(
    [second?.trigger, second?.status, second?.rows, second?.sha256, second?.windowOf, second?.slotAt],
    ['retry', 'failed', 5_000, first.sha256, first.id, first.slotAt],
  );
  assert.match(second?.state ?? '', /^Failed, will retry at 02:2\d$/);
  assert.deepEqual(await mailsOf(app, school), mailed);

  app.pass(15 * 60_000);
  await dueNow(app, 'retry-transfer');
  const [before, , third] = await school.ended(3);
  assert.deepEqual(
    [third?.trigger, third?.status, third?.rows, third?.sha256, third?.windowNumber],
    ['retry', 'succeeded', 5_000, first.sha256, 1],
  );
  assert.equal(before?.state, 'Failed');
  assert.deepEqual([...(await remoteFiles(partner, `${school.slug}-`)).keys()], [`${school.slug}-1.csv`]);
  assert.deepEqual(await mailsOf(app, school), mailed);

  app.set('2027-07-02T06:00:00Z');
  const last = (await school.ended(4)).at(-1);
  assert.deepEqual([last?.trigger, last?.status, last?.rows, last?.windowNumber], ['scheduled', 'succeeded', 2, 2]);
  await off(school);
});

test('no retry reaches into the next slot, and a manual run in between takes its place', { skip }, async () => {
  app.set('2027-08-01T05:50:00Z');
  const school = await openSchool(app, behindLink(), { frequency: 'hourly', at: '00:00' });
  await school.load(1, 5_000);
  link.cutAfter(200_000);
  app.set('2027-08-01T06:55:00Z');
  const [first] = await school.ended(1);
  // Five minutes later would be the next slot.
  assert.deepEqual([first?.status, first?.retryAt, first?.state], ['failed', null, 'Failed, will retry at 03:00']);
  link.cutAfter(200_000);
  app.set('2027-08-01T07:00:00Z');
  const [, second] = await school.ended(2);
  assert.ok(second?.retryAt);
  const manual = await school.run();
  assert.equal(manual.status, 'succeeded');
  await dueNow(app, 'retry-transfer');
  await until(async () => (await app.client.get<TransferView>(`/transfers/${second.id}`)).retryAt === null);
  assert.equal((await school.ended(3)).length, 3);
  await off(school);
});

test('a column that was taken out after a failed run is not in the file of its retry', { skip }, async () => {
  app.set('2027-10-04T05:00:00Z');
  const school = await openSchool(app, behindLink(), { frequency: 'daily', at: '02:00' });
  await school.load(1, 5_000);
  link.cutAfter(200_000);
  app.set('2027-10-04T06:00:00Z');
  const [first] = await school.ended(1);
  assert.ok(first?.retryAt && first.sha256);
  const columns = [{ field: 'externalId', header: 'id' }];
  app.pass(60_000);
  await app.client.send('PATCH', `${school.base}/destinations/${school.destination.id}`, { file: { columns } });
  app.pass(5 * 60_000);
  await dueNow(app, 'retry-transfer');
  const [, second] = await school.ended(2);
  assert.deepEqual([second?.trigger, second?.status, second?.rows], ['retry', 'succeeded', 5_000]);
  const sent = (await remoteFiles(partner, `${school.slug}-`)).get(`${school.slug}-1.csv`);
  assert.match(String(sent), /^id\r\nC-/);
  assert.equal(String(sent).includes('Family'), false);
  await off(school);
});

test('when the zone of the institution changes, the slots are those of the new one', { skip }, async () => {
  app.set('2027-08-20T00:00:00Z');
  const school = await openSchool(app, partner, { frequency: 'daily', at: '02:00' });
  assert.equal(await nextRun(school), '2027-08-20T06:00:00.000Z');
  await app.client.send('PATCH', school.base, { timeZone: 'Asia/Tokyo' });
  await until(async () => (await nextRun(school)) === '2027-08-20T17:00:00.000Z', { what: 'the slot in Tokyo' });
  assert.deepEqual(await school.transfers(), []);
  await off(school);
});

test('what waits only for a person is not tried again within the slot', { skip }, async () => {
  app.set('2027-09-01T05:50:00Z');
  const school = await openSchool(app, partner, { frequency: 'daily', at: '02:00' });
  await school.load(1, 2);
  await partner.rotateHostKeys(['ssh-ed25519']);
  app.set('2027-09-01T06:00:00Z');
  const [refused] = await school.ended(1);
  assert.deepEqual(
    [refused?.status, refused?.failure?.code, refused?.retryAt, refused?.state],
    ['failed', 'host-key-changed', null, 'Failed, will retry at 02:00 on Thu 2 Sep'],
  );
  await off(school);
});

test('many nodes that look at once queue a slot once', { skip }, async () => {
  app.set('2027-10-01T05:50:00Z');
  await partner.rotateHostKeys(['ssh-ed25519']);
  const opened = await Promise.all([1, 2, 3].map(() => openSchool(app, partner, { frequency: 'daily', at: '02:00' })));
  app.set('2027-10-01T06:00:00Z');
  await Promise.all(Array.from({ length: 8 }, () => dueDestinations(app.app.deps)));
  for (const school of opened) {
    const all = await school.ended(1);
    assert.deepEqual(all.map(slotOf), ['scheduled empty 0 2027-10-01T06:00:00.000Z']);
    await off(school);
  }
});
