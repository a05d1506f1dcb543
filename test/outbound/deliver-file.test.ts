// A file is delivered to three servers that nobody here wrote: whole, under its name, and nothing else is left.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { attempt, bytesOf, csvDelivery, extras, filesIn, told } from '../kit/partners/deliveries.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { byKey, openSession } from '../kit/partners/open-session.ts';

for (const { name, start, missing } of everyPartner) {
  const skip = missing();

  test(`${name}: a file arrives under its name with its manifest and its marker, by password and by key`, {
    skip,
  }, async () => {
    await using partner = await start();
    for (const [at, secret] of [undefined, byKey(partner.key.privateKey)].entries()) {
      await using session = await openSession(partner, secret ? { secret } : {});
      const delivery = csvDelivery(partner.folder, {
        fileName: `students-${at}.csv`,
        readBack: true,
        extras,
        rows: 40_000,
      });
      const { outcome, stages, recorded } = await attempt(session, delivery);
      assert.deepEqual(outcome, { ok: true, fileName: `students-${at}.csv`, notes: [] });
      assert.deepEqual(told(stages), ['write ok', 'check ok', 'read-back ok', 'rename ok', 'manifest ok', 'done ok']);
      assert.deepEqual(recorded, [`students-${at}.csv`]);
      const files = await filesIn(partner);
      assert.deepEqual(files.get(`students-${at}.csv`), await bytesOf(delivery));
      assert.deepEqual(files.get(`students-${at}.csv.manifest.json`)?.toString(), `{"file":"students-${at}.csv"}\n`);
      assert.equal(files.size, 3 * (at + 1));
    }
  });

  test(`${name}: a name that is taken gets a number, or what has it is replaced`, { skip }, async () => {
    await using partner = await start();
    await using session = await openSession(partner);
    const taken = ['students.csv', 'students-2.csv', 'students.csv.done'];
    for (const file of taken) await writeFile(partner.local(`${partner.folder}/${file}`), 'of somebody else');
    await mkdir(partner.local(`${partner.folder}/students-3.csv`));

    const numbered = csvDelivery(partner.folder, { extras });
    const first = await attempt(session, numbered);
    assert.deepEqual(first.outcome, {
      ok: true,
      fileName: 'students-4.csv',
      notes: ['The name students.csv was taken on the server, so the file is called students-4.csv.'],
    });
    const between = await filesIn(partner);
    for (const file of taken) assert.equal(between.get(file)?.toString(), 'of somebody else');
    assert.deepEqual(between.get('students-4.csv'), await bytesOf(numbered));
    assert.ok(between.has('students-4.csv.done'));

    const replacing = csvDelivery(partner.folder, { sameName: 'replace', extras, rows: 7 });
    const second = await attempt(session, replacing);
    assert.deepEqual(second.outcome, {
      ok: true,
      fileName: 'students.csv',
      notes: ['A file of the same name was there and was replaced.'],
    });
    const after = await filesIn(partner);
    assert.deepEqual(after.get('students.csv'), await bytesOf(replacing));
    assert.equal(after.get('students.csv.done')?.length, 0);
    const left = [...after.keys()].filter((file) => file.startsWith('.'));
    assert.deepEqual(left, []);
  });

  test(`${name}: an empty file is a file`, { skip }, async () => {
    await using partner = await start();
    await using session = await openSession(partner);
    const delivery = { ...csvDelivery(partner.folder), size: 0, sha256: emptySha256, async *open() {} };
    const { outcome } = await attempt(session, { ...delivery, readBack: true });
    assert.equal(outcome.ok, true);
    assert.deepEqual(
      [...(await filesIn(partner))].map(([file, bytes]) => [file, bytes.length]),
      [['students.csv', 0]],
    );
  });
}

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('a stored file that is not what was recorded of it never gets its name', {
  skip: everyPartner[2]?.missing() ?? false,
}, async () => {
  const [, , rclone] = everyPartner;
  assert.ok(rclone);
  await using partner = await rclone.start();
  await using session = await openSession(partner);
  const delivery = { ...csvDelivery(partner.folder), sha256: emptySha256 };
  await assert.rejects(attempt(session, delivery), /not what was recorded/);
  assert.equal((await filesIn(partner)).size, 0);
});

test('a name with a slash is a bug, not a path', { skip: everyPartner[2]?.missing() ?? false }, async () => {
  const [, , rclone] = everyPartner;
  assert.ok(rclone);
  await using partner = await rclone.start();
  await using session = await openSession(partner);
  for (const fileName of ['../students.csv', 'a/b.csv', '..', ''])
    await assert.rejects(attempt(session, csvDelivery(partner.folder, { fileName })), /not the name of a file/);
  assert.equal((await filesIn(partner)).size, 0);
});
