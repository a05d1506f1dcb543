// A clock that stood far ahead and is put back: what was computed from the wrong time silences nothing and sends nothing wrong.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { DestinationView, ProbeView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import type { DestinationId, InstitutionId, ProbeId, TransferId } from '../../src/domain/ids.ts';
import { limitKeyOverlaps } from '../../src/outbound/limit-key-overlaps.ts';
import { newestIdAllInstitutions } from '../../src/store/newest-id.ts';
import { insertProbe } from '../../src/store/probes.ts';
import { insertTransfer } from '../../src/store/transfers.ts';
import { type Link, startLink } from '../kit/partners/link.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { until } from '../kit/until.ts';
import {
  dueNow,
  isEnded,
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
const pathOf = (school: School) => `${school.base}/destinations/${school.destination.id}`;
const show = (school: School) => app.client.get<DestinationView>(pathOf(school));
const nextRun = async (school: School) => (await show(school)).nextRunAt;
const off = (school: School) => app.client.send('POST', `${pathOf(school)}/disable`, {});
const actionsOf = async (school: School) =>
  (await app.client.list<{ action: string }>(`${school.base}/audit`)).map(({ action }) => action);
const idOf = async (school: School) => {
  const row = await app.app.deps.db.queryOne<{ id: InstitutionId }>('select id from institutions where slug = $1', [
    school.slug,
  ]);
  return row?.id ?? assert.fail();
};

test('a daily destination that ran a year ahead sends at the next slot all the same', { skip }, async () => {
  app.set('2028-03-01T12:00:00Z');
  const school = await openSchool(app, partner, { frequency: 'daily', at: '02:00' });
  app.set('2028-03-02T07:00:00Z');
  assert.equal((await school.ended(1)).length, 1);
  assert.equal(await nextRun(school), '2028-03-03T07:00:00.000Z');
  await school.load(1, 2);
  app.set('2027-03-01T12:00:00Z');
  await until(async () => (await nextRun(school)) === '2027-03-02T07:00:00.000Z', {
    what: 'the slot of the right time',
  });
  assert.ok((await actionsOf(school)).includes('destination.next-run-corrected'));
  app.set('2027-03-02T07:00:00Z');
  const [, sent, ...more] = await school.ended(2);
  assert.deepEqual([sent?.slotAt, sent?.status, sent?.rows], ['2027-03-02T07:00:00.000Z', 'succeeded', 2]);
  assert.deepEqual(more, []);
  assert.equal(await nextRun(school), '2027-03-03T07:00:00.000Z');
  await off(school);
});

test('a clock that goes back over a slot does not give the slot a second transfer', { skip }, async () => {
  app.set('2027-04-01T05:59:00Z');
  const school = await openSchool(app, partner, { frequency: 'daily', at: '02:00' });
  const witness = await openSchool(app, partner, { frequency: 'daily', at: '02:00' });
  app.set('2027-04-01T06:00:00Z');
  await Promise.all([school.ended(1), witness.ended(1)]);
  // The witness shows that the clock's step was noticed: its next run was wrong and becomes right.
  await app.app.deps.db.execute(`update destinations set next_run_at = '2028-01-01T00:00:00Z' where id = $1`, [
    witness.destination.id,
  ]);
  app.set('2027-04-01T05:59:50Z');
  await until(async () => (await nextRun(witness)) === '2027-04-02T06:00:00.000Z', { what: 'a look at the schedules' });
  assert.equal(await nextRun(school), '2027-04-02T06:00:00.000Z');
  app.set('2027-04-01T06:00:10Z');
  app.pass(60_000);
  assert.equal((await school.ended(1)).length, 1);
  assert.ok(!(await actionsOf(school)).includes('destination.next-run-corrected'));
  await Promise.all([off(school), off(witness)]);
});

test('a retry that was promised for next year is made now, and is not taken for an old one', { skip }, async () => {
  app.set('2028-05-02T05:59:00Z');
  const school = await openSchool(app, behindLink(), { frequency: 'daily', at: '02:00' });
  await school.load(1, 5_000);
  link.cutAfter(200_000);
  app.set('2028-05-02T06:00:00Z');
  const [failed] = await school.ended(1);
  assert.match(failed?.retryAt ?? '', /^2028-05-02T06:05/);
  app.set('2027-05-02T12:00:00Z');
  const [, second] = await school.ended(2);
  assert.deepEqual([second?.trigger, second?.status, second?.rows], ['retry', 'succeeded', 5_000]);
  assert.deepEqual([second?.sha256, second?.windowOf], [failed?.sha256, failed?.id]);
  await off(school);
});

test('a column that was taken out after the clock was put back is not in the file of the retry', { skip }, async () => {
  app.set('2028-06-02T05:59:00Z');
  const school = await openSchool(app, behindLink(), { frequency: 'daily', at: '02:00' });
  await school.load(1, 5_000);
  link.cutAfter(200_000);
  app.set('2028-06-02T06:00:00Z');
  const [failed] = await school.ended(1);
  assert.equal(failed?.status, 'failed');
  await app.app.deps.db.execute(`delete from pgboss.job where name = 'retry-transfer' and state = 'created'`);
  app.set('2027-06-02T12:00:00Z');
  await app.client.send('PATCH', pathOf(school), { file: { columns: [{ field: 'externalId', header: 'id' }] } });
  await app.app.deps.db.transaction(async (tx) =>
    app.app.deps.queue.send(tx, 'retry-transfer', {
      institutionId: await idOf(school),
      transferId: failed?.id ?? '',
    }),
  );
  await dueNow(app, 'retry-transfer');
  const [, second] = await school.ended(2);
  assert.deepEqual([second?.trigger, second?.status, second?.rows], ['retry', 'succeeded', 5_000]);
  const sent = String((await remoteFiles(partner, `${school.slug}-`)).get(`${school.slug}-1.csv`));
  assert.match(sent, /^id\r\nC-/);
  assert.equal(sent.includes('Family'), false);
  await off(school);
});

test('a transfer that was queued ahead, and whose job is gone, runs', { skip }, async () => {
  app.set('2027-07-01T12:00:00Z');
  const { deps } = app.app;
  const school = await openSchool(app, partner);
  const institutionId = await idOf(school);
  const id = deps.newId<TransferId>();
  await deps.db.transaction((tx) =>
    insertTransfer(tx, institutionId, {
      id,
      destinationId: school.destination.id as DestinationId,
      dataset: 'connections',
      trigger: 'manual',
      slotAt: null,
      slotAttempt: 1,
      windowOf: null,
      startedBy: 'somebody',
      queuedAt: new Date('2028-07-01T12:00:00Z'),
    }),
  );
  await until(async () => isEnded(await app.client.get<TransferView>(`/transfers/${id}`)), { what: 'its end' });
  await off(school);
});

test('ids of a process that starts later go on behind those of the wrong time', { skip }, async () => {
  const { deps } = app.app;
  const school = await openSchool(app, partner);
  const { id } = await school.run();
  assert.equal(await newestIdAllInstitutions(deps.db), id);
  const far = 'ffffffff-0000-7000-8000-000000000000';
  await deps.db.execute('update transfers set id = $1 where id = $2', [far, id]);
  assert.equal(await newestIdAllInstitutions(deps.db), far);
  await deps.db.execute('update transfers set id = $2 where id = $1', [far, id]);
  await off(school);
});

test('a test that began ahead, and whose process died, does not stand in the way of another', { skip }, async () => {
  app.set('2027-08-01T12:00:00Z');
  const { deps } = app.app;
  const school = await openSchool(app, partner);
  const id = deps.newId<ProbeId>();
  const institutionId = await idOf(school);
  await deps.db.transaction((tx) =>
    insertProbe(tx, institutionId, {
      id,
      destinationId: school.destination.id as DestinationId,
      startedBy: 'somebody',
      startedAt: new Date('2028-08-01T12:00:00Z'),
    }),
  );
  const left = await app.client.get<ProbeView>(`${pathOf(school)}/probes/${id}`);
  assert.equal(left.status, 'failed');
  assert.equal((await app.client.send<ProbeView>('POST', `${pathOf(school)}/probe`, {})).status, 'passed');
  await off(school);
});

test('an old key serves for fourteen days of the right time', { skip }, async () => {
  app.set('2028-09-01T12:00:00Z');
  const school = await openSchool(app, partner);
  const made = await app.client.send<DestinationView>('POST', `${school.base}/destinations`, {
    dataset: 'contacts',
    host: partner.host,
    port: partner.port,
    username: partner.username,
    generateKey: 'ssh-ed25519',
  });
  const path = `${school.base}/destinations/${made.id}`;
  await app.client.send('POST', `${path}/regenerate-key`, {});
  const oldKey = async () =>
    (await app.client.get<DestinationView>(path)).keys.find((key) => key.state === 'current')?.servesUntil ?? '';
  assert.match(await oldKey(), /^2028-09-15T12:00/);
  app.set('2027-09-01T12:00:00Z');
  assert.equal(await limitKeyOverlaps(app.app.deps), 1);
  assert.match(await oldKey(), /^2027-09-15T12:00/);
  assert.equal(await limitKeyOverlaps(app.app.deps), 0);
  await off(school);
});
