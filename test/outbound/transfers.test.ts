// Transfers through the API to a real sshd: delivered, empty, one window after the other, again on request.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { TransferView } from '../../src/api/transfers.ts';
import { ProblemError } from '../../src/cli/client.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import {
  downloaded,
  ended,
  ids,
  idsOf,
  leftovers,
  openSchool,
  remoteFiles,
  sha256,
  startTransferApp,
  switchOn,
  type TransferApp,
  watermarkOf,
} from './transfers-kit.ts';

const skip = sshdMissing();
let app: TransferApp;
let partner: SshdPartner;
before(async () => {
  if (skip) return;
  [app, partner] = await Promise.all([startTransferApp(), startSshd()]);
});
after(async () => {
  if (skip) return;
  await app.close();
  await partner.stop();
});

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError);
  return [error.problem.status, error.problem.code];
};

test('what is new is delivered whole under its name, and the watermark moves with it', { skip }, async () => {
  const school = await openSchool(app, partner);
  await school.load(1, 500);
  const sent = await school.run();
  assert.equal(sent.failure, null);
  assert.deepEqual(
    [sent.status, sent.state, sent.trigger, sent.rows, sent.fileName, sent.windowNumber, sent.inDoubt],
    ['succeeded', 'Delivered', 'manual', 500, `${school.slug}-1.csv`, 1, false],
  );
  const files = await remoteFiles(partner, `${school.slug}-`);
  assert.deepEqual([...files.keys()], [sent.fileName]);
  const bytes = files.get(sent.fileName ?? '') ?? Buffer.alloc(0);
  assert.deepEqual(idsOf(bytes), ids(1, 500));
  assert.deepEqual([sent.bytes, sent.sha256], [bytes.length, sha256(bytes)]);
  assert.deepEqual(
    sent.stages.map((stage) => `${stage.name} ${stage.status}`),
    [
      'resolve ok',
      'connect ok',
      'banner ok',
      'key-exchange ok',
      'host-key ok',
      'login ok',
      'sftp ok',
      'folder ok',
      'write ok',
      'check ok',
      'rename ok',
    ],
  );
  assert.deepEqual(sent.window, { from: '0', to: String((await watermarkOf(app, school.slug))?.position) });
  assert.deepEqual(await downloaded(app, `/transfers/${sent.id}/file`), bytes);
  assert.deepEqual(await leftovers(partner), []);
});

test('windows follow one another: each change is in exactly one file, and an empty one moves the watermark and takes no number of a file', {
  skip,
}, async () => {
  const school = await openSchool(app, partner);
  const first = await school.run();
  assert.deepEqual([first.status, first.state, first.rows, first.fileName], ['empty', 'Nothing to send', 0, null]);
  await school.load(1, 10);
  const second = await school.run();
  await school.load(11, 15);
  await school.load(3, 4, 'changed');
  const third = await school.run();
  const fourth = await school.run();
  const status = (one: TransferView) => `${one.windowNumber} ${one.status} ${one.rows} ${one.fileName}`;
  assert.deepEqual([first, second, third, fourth].map(status), [
    '1 empty 0 null',
    `2 succeeded 10 ${school.slug}-1.csv`,
    `3 succeeded 7 ${school.slug}-2.csv`,
    '4 empty 0 null',
  ]);
  assert.deepEqual([second.window?.from, third.window?.from], [first.window?.to, second.window?.to]);
  const files = await remoteFiles(partner, `${school.slug}-`);
  assert.deepEqual(idsOf(files.get(`${school.slug}-2.csv`)), [...ids(3, 4), ...ids(11, 15)]);
  assert.equal((await watermarkOf(app, school.slug))?.windows, 4);
});

test('two runs that are asked for at once follow one another, and nothing is in both', { skip }, async () => {
  const school = await openSchool(app, partner);
  await school.load(1, 20);
  const started = await Promise.all([school.start(), school.start(), school.start()]);
  const all = await Promise.all(started.map((one) => ended(app.client, one.id)));
  assert.deepEqual(all.map((one) => one.status).sort(), ['empty', 'empty', 'succeeded']);
  assert.deepEqual([...(await remoteFiles(partner, `${school.slug}-`)).keys()], [`${school.slug}-1.csv`]);
  const windows = all.map((one) => one.windowNumber).sort();
  assert.deepEqual(windows, [1, 2, 3]);
});

test('a past window is sent again byte for byte under its name, and the watermark stays', { skip }, async () => {
  const school = await openSchool(app, partner, { file: { manifest: true, done: true } });
  await school.load(1, 30);
  const sent = await school.run();
  const before = await remoteFiles(partner, `${school.slug}-`);
  assert.deepEqual(
    [...before.keys()],
    ['', '.done', '.manifest.json'].map((ending) => `${school.slug}-1.csv${ending}`),
  );
  await school.load(1, 30, 'changed');
  await school.run();
  const position = await watermarkOf(app, school.slug);
  const place = partner.local(`${partner.folder}/${sent.fileName}`);
  await writeFile(place, 'spoilt');
  await rm(`${place}.done`);
  const again = await app.client.send<TransferView>('POST', `/transfers/${sent.id}/resend`, { wait: true });
  assert.deepEqual(
    [again.status, again.trigger, again.fileName, again.sha256, again.rows, again.windowOf],
    ['succeeded', 'resend', sent.fileName, sent.sha256, 30, sent.id],
  );
  const files = await remoteFiles(partner, `${school.slug}-1`);
  assert.deepEqual(files, before);
  assert.deepEqual(await watermarkOf(app, school.slug), position);
  const once = await app.client.send<TransferView>('POST', `/transfers/${again.id}/resend`, { wait: true });
  assert.deepEqual([once.status, once.windowOf], ['succeeded', sent.id]);
});

test('what cannot be sent again is refused with the reason', { skip }, async () => {
  const school = await openSchool(app, partner);
  const empty = await school.run();
  assert.deepEqual(await refusal(app.client.send('POST', `/transfers/${empty.id}/resend`, {})), [
    409,
    'nothing-to-resend',
  ]);
  await school.load(1, 5);
  const sent = await school.run();
  const path = `${school.base}/destinations/${school.destination.id}`;
  await app.client.send('POST', `${path}/disable`, {});
  assert.deepEqual(await refusal(app.client.send('POST', `/transfers/${sent.id}/resend`, {})), [
    409,
    'destination-not-on',
  ]);
  assert.deepEqual(await refusal(school.start()), [409, 'destination-not-on']);
  await app.client.send('DELETE', path);
  assert.deepEqual(await refusal(app.client.send('POST', `/transfers/${sent.id}/resend`, {})), [409, 'no-destination']);
  assert.deepEqual(await refusal(school.start()), [409, 'destination-deleted']);
  const { db } = app.app.deps;
  const stored = await db.queryOne<{ key: string }>(
    'select storage_key as key from stored_files f join transfers t on t.stored_file_id = f.id where t.id = $1',
    [sent.id],
  );
  const institution = await app.client.get<{ id: string }>(`/institutions/${school.slug}`);
  await app.app.deps.files.remove(institution.id as never, stored?.key ?? '');
  assert.deepEqual(await refusal(app.client.send('POST', `/transfers/${sent.id}/resend`, {})), [409, 'file-lost']);
  assert.deepEqual(await refusal(app.client.get(`/transfers/${sent.id}/file`)), [404, 'file-lost']);
});

test('a destination that is made anew goes on where the deleted one was', { skip }, async () => {
  const school = await openSchool(app, partner);
  await school.load(1, 5);
  await school.run();
  await app.client.send('DELETE', `${school.base}/destinations/${school.destination.id}`);
  await school.load(6, 8);
  const { host, port, username, password, folder } = partner;
  const wanted = { dataset: 'connections', host, port, username, password, path: folder };
  const made = await app.client.send<{ id: string }>('POST', `${school.base}/destinations`, {
    ...wanted,
    file: { nameTemplate: '{institution}-{number}.csv' },
  });
  await switchOn(app.client, `${school.base}/destinations/${made.id}`);
  const queued = await app.client.send<TransferView>('POST', `${school.base}/destinations/${made.id}/run`, {});
  const sent = await ended(app.client, queued.id);
  assert.deepEqual([sent.status, sent.rows, sent.windowNumber], ['succeeded', 3, 2]);
  assert.deepEqual(idsOf((await remoteFiles(partner, `${school.slug}-`)).get(`${school.slug}-2.csv`)), ids(6, 8));
});

test('the preview and the download by hand show the next file and move nothing', { skip }, async () => {
  const school = await openSchool(app, partner);
  await school.load(1, 25);
  const preview = await app.client.get<{ count: number; fileName: string }>(
    `${school.base}/preview?dataset=connections`,
  );
  assert.deepEqual([preview.count, preview.fileName], [25, `${school.slug}-1.csv`]);
  const byHand = await downloaded(app, `${school.base}/download?dataset=connections`);
  assert.equal(await watermarkOf(app, school.slug), null);
  const sent = await school.run();
  assert.equal(sent.sha256, sha256(byHand));
  const days = await app.client.get<{ days: { delivered: number; rows: number }[] }>(`${school.base}/transfer-days`);
  assert.equal(days.days.length, 30);
  assert.deepEqual(days.days.at(-1)?.rows, 25);
  const audit = await app.client.get<{ items: { action: string }[] }>(`${school.base}/audit`);
  const actions = audit.items.map((event) => event.action);
  for (const action of ['transfer.requested', 'transfer.downloaded-by-hand'])
    assert.ok(actions.includes(action), action);
});
