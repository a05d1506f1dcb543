// Deliveries that are interrupted anywhere and done again leave exactly what an undisturbed one leaves, byte for byte.

import assert from 'node:assert/strict';
import { chown, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Delivery } from '../../src/outbound/deliver-file.ts';
import {
  attempt,
  bytesOf,
  csvDelivery,
  deliveryOf,
  extras,
  filesIn,
  type TransferRow,
} from '../kit/partners/deliveries.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { startLink } from '../kit/partners/link.ts';
import { openSession } from '../kit/partners/open-session.ts';
import { type Partner, partnerUid } from '../kit/partners/partner.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';

type Scene = {
  name: string;
  skip: string | false;
  start(): Promise<Partner>;
  more?: Partial<Delivery>;
  /** Stands there before, of somebody else. */
  before?: Record<string, string>;
  /** One way to break each point, in turns; else both. */
  alternating?: boolean;
};

const refusing = (...refuse: string[]) => ({
  alternating: true,
  skip: sshdMissing(),
  start: () => startSshd({ refuse }),
});

const scenes: Scene[] = [
  ...everyPartner.map(({ name, start, missing }) => ({ name, start, skip: missing() })),
  { name: 'sshd, the name taken', ...refusing(), before: { 'students.csv': 'of somebody else' } },
  {
    name: 'sshd, what is there replaced',
    ...refusing(),
    more: { sameName: 'replace' },
    before: { 'students.csv': 'old' },
  },
  {
    name: 'sshd without posix-rename, what is there replaced',
    ...refusing('posix-rename'),
    more: { sameName: 'replace' },
    before: { 'students.csv': 'old' },
  },
  { name: 'sshd that forbids rename', ...refusing('posix-rename', 'rename') },
  { name: 'sshd that forbids rename and reading', ...refusing('posix-rename', 'rename', 'read') },
  {
    name: 'sshd that forbids rename, the name taken',
    ...refusing('posix-rename', 'rename'),
    before: { 'students.csv': 'x' },
  },
];

/** What the network does: everything breaks off, or the requests arrive and their replies are lost. */
const breaks = ['cut', 'replies lost'] as const;

for (const { name, skip, start, more, before = {}, alternating = false } of scenes)
  test(`${name}: interrupted in each step, by the network or by kill -9, then done again`, {
    skip,
    timeout: 300_000,
  }, async () => {
    await using partner = await start();
    const delivery = csvDelivery(partner.folder, { extras, readBack: true, rows: 60, ...more });
    await using link = await startLink(partner);
    const across = { host: link.host, port: link.port };

    await prepare(partner, before);
    const first = await openSession(partner, across);
    const begin = link.sent;
    const ends = [begin];
    const undisturbed = await attempt(first, delivery, {
      onStage: () => ends.push(link.sent),
      beforeRename: () => void ends.push(link.sent),
    });
    await first.close();
    assert.ok(undisturbed.outcome.ok, JSON.stringify(undisturbed.outcome));
    const expected = await filesIn(partner);

    // At the first byte of what each step sends, and in the middle of it.
    const points = ends.flatMap((end, at) => {
      const next = ends[at + 1];
      return next === undefined || next === end ? [] : [end + 1, Math.round((end + next) / 2)];
    });
    const seen = new Set<string>();
    for (const [at, point] of points.entries())
      for (const way of alternating ? [breaks[(at >> 1) % 2] ?? 'cut'] : breaks) {
        const killed = (at + breaks.indexOf(way)) % 2 === 0;
        await prepare(partner, before);
        const record: TransferRow = { fileName: delivery.fileName, inDoubt: false };
        const broken = await openSession(partner, across, way === 'cut' ? {} : { requestTime: 250 });
        if (way === 'cut') link.cutAfter(point - begin);
        else link.loseRepliesAfter(point - begin);
        const interrupted = await attempt(broken, delivery, { record, killed });
        await broken.close();
        link.cut();
        const { outcome } = interrupted;
        if (!outcome.ok) {
          seen.add(`${outcome.error.observation.stage} ${record.inDoubt}`);
          await repeat(partner, delivery, record);
        }
        const what = `${way} after ${point - begin} bytes, killed: ${killed}, ${JSON.stringify(record)}`;
        assert.deepEqual(await filesIn(partner), expected, what);
      }
    // The points have met all stages at which a link can be lost, before and after the doubt begins.
    for (const stage of ['write false', 'rename true', 'done true']) assert.ok(seen.has(stage), [...seen].join(', '));
  });

/** As a later run does it; once more when that is hit by what the broken attempt still does on the server. */
async function repeat(partner: Partner, delivery: Delivery, record: TransferRow): Promise<void> {
  for (let tries = 1; ; tries++) {
    await using session = await openSession(partner);
    const again = await attempt(session, delivery, { record });
    if (again.outcome.ok) return;
    assert.ok(tries < 3, JSON.stringify(again.outcome.error.observation));
  }
}

async function prepare(partner: Partner, before: { [name: string]: string }): Promise<void> {
  for (const name of (await filesIn(partner)).keys()) await rm(partner.local(`${partner.folder}/${name}`));
  for (const [name, text] of Object.entries(before)) {
    const file = partner.local(`${partner.folder}/${name}`);
    await writeFile(file, text);
    if (process.getuid?.() === 0) await chown(file, partnerUid, partnerUid);
  }
}

const skip = sshdMissing();

test('a process that the server kills in the middle of an upload: not in doubt, and nothing under the name', {
  skip,
}, async () => {
  await using partner = await startSshd();
  await using session = await openSession(partner);
  const delivery = csvDelivery('/upload', { rows: 100_000 });
  const slow: Delivery = {
    ...delivery,
    async *open() {
      let at = 0;
      for await (const chunk of delivery.open()) {
        if (at++ === 20) await partner.killSessions();
        yield chunk;
      }
    },
  };
  const { outcome, stages } = await attempt(session, slow);
  assert.ok(!outcome.ok);
  const { observation, inDoubt } = outcome.error;
  assert.deepEqual(
    [observation.stage, observation.kind, inDoubt, stages.at(-1)?.status],
    ['write', 'closed', false, 'failed'],
  );
  assert.ok(!(await filesIn(partner)).has('students.csv'));
});

test('the reply to the rename is lost, and somebody takes the file: it is sent again under its name, and that is said', {
  skip,
}, async () => {
  await using partner = await startSshd();
  const delivery = csvDelivery('/upload');
  const record = { fileName: delivery.fileName, inDoubt: true };
  await using session = await openSession(partner);
  const { outcome } = await attempt(session, delivery, { record });
  assert.ok(outcome.ok);
  assert.match(outcome.notes.join(), /did not stand under its name now, so it was sent again/);
});

test('in doubt, and the file of somebody else has the name: it is left alone', { skip }, async () => {
  await using partner = await startSshd();
  const delivery = csvDelivery('/upload');
  const same = (await bytesOf(delivery)).fill('x');
  for (const [at, bytes] of [same, same.subarray(0, 100), Buffer.concat([same, same])].entries()) {
    await prepare(partner, { 'students.csv': bytes.toString() });
    await using session = await openSession(partner);
    const { outcome } = await attempt(session, delivery, { record: { fileName: 'students.csv', inDoubt: true } });
    assert.deepEqual(outcome.ok && outcome.fileName, 'students-2.csv', String(at));
    const files = await filesIn(partner);
    assert.deepEqual(files.get('students.csv'), bytes);
    assert.deepEqual(files.get('students-2.csv'), await bytesOf(delivery));
  }
});

test('in doubt, and the file stands there whole: nothing is sent again, what goes beside it is made whole', {
  skip,
}, async () => {
  await using partner = await startSshd();
  const delivery = csvDelivery('/upload', { extras });
  await prepare(partner, {
    'students.csv': (await bytesOf(delivery)).toString(),
    'students.csv.manifest.json': '{"fi',
  });
  await using session = await openSession(partner);
  const { outcome, recorded } = await attempt(session, delivery, {
    record: { fileName: 'students.csv', inDoubt: true },
  });
  assert.deepEqual([outcome.ok, recorded], [true, []]);
  assert.match(String(outcome.ok && outcome.notes), /it was not sent again/);
  const files = await filesIn(partner);
  assert.deepEqual([...files.keys()], ['students.csv', 'students.csv.done', 'students.csv.manifest.json']);
  assert.equal(files.get('students.csv.manifest.json')?.toString(), '{"file":"students.csv"}\n');
});

test('a run that is stopped before the rename leaves nothing, and is not in doubt', { skip }, async () => {
  await using partner = await startSshd();
  await using session = await openSession(partner);
  class Stopped extends Error {}
  const record = { fileName: 'students.csv', inDoubt: false };
  const stopping = attempt(session, csvDelivery('/upload'), {
    record,
    beforeRename() {
      throw new Stopped();
    },
  });
  await assert.rejects(stopping, Stopped);
  assert.deepEqual([record.inDoubt, (await filesIn(partner)).size], [false, 0]);
});

test('somebody takes the name between the look and the rename: without posix-rename the next number is used', {
  skip,
}, async () => {
  await using partner = await startSshd({ refuse: ['posix-rename'] });
  await using session = await openSession(partner);
  const delivery = deliveryOf('/upload', Buffer.from('a,b\r\n1,2\r\n'));
  const { outcome, recorded } = await attempt(session, delivery, {
    beforeRename: (fileName) => (fileName === 'students.csv' ? prepareOne(partner) : undefined),
  });
  assert.deepEqual(outcome.ok && outcome.fileName, 'students-2.csv');
  assert.deepEqual(recorded, ['students.csv', 'students-2.csv']);
  assert.equal((await filesIn(partner)).get('students.csv')?.toString(), 'faster');
});

function prepareOne(partner: Partner): Promise<void> {
  return writeFile(partner.local('/upload/students.csv'), 'faster');
}
