// Servers that forbid rename, stat, delete or reading, or have no posix-rename: the file arrives all the same, and it is said how.

import assert from 'node:assert/strict';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { RemoteError, RemoteSession, Stage } from '../../src/domain/remote.ts';
import type { Delivery } from '../../src/outbound/deliver-file.ts';
import { tryFolder } from '../../src/outbound/try-folder.ts';
import { attempt, bytesOf, csvDelivery, extras, filesIn, temporaryName, told } from '../kit/partners/deliveries.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { openSession } from '../kit/partners/open-session.ts';
import { type Partner, partnerUid } from '../kit/partners/partner.ts';
import { proftpdMissing, startProftpd } from '../kit/partners/proftpd.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';

const skip = sshdMissing();
const rename = ['rename', 'posix-rename'];
const looks = ['stat', 'lstat', 'fstat'];
const directly =
  'The server does not allow renaming, so files are written directly under their names: whoever looks there meanwhile may see a part of one.';
const noSizes = 'The server does not show sizes, so the size of the file was not checked.';
const unread = 'The server does not let files be read, so the file was not read back.';
const leftover = `The server does not allow removing, so /upload/${temporaryName} is left there. It may be removed.`;
const taken = 'The name students.csv was taken on the server, so the file is called students-2.csv.';
const replaced = 'A file of the same name was there and was replaced.';

type Row = {
  refuse: readonly string[];
  /** A file of somebody else has the name already. */
  occupied?: boolean;
  more?: Partial<Delivery>;
  stages: string;
  notes: string[];
  /** Everything in the folder afterwards. */
  files: string[];
};

const whole = 'write ok, check ok, rename ok, manifest ok, done ok';
const own = ['students.csv', 'students.csv.done', 'students.csv.manifest.json'];
const second = ['students-2.csv', 'students-2.csv.done', 'students-2.csv.manifest.json', 'students.csv'];
const direct = 'write ok, check ok, rename limited, manifest limited, done limited';

const rows: Row[] = [
  { refuse: ['posix-rename'], stages: whole, notes: [], files: own },
  { refuse: ['posix-rename'], occupied: true, stages: whole, notes: [taken], files: second },
  {
    refuse: ['posix-rename'],
    occupied: true,
    more: { sameName: 'replace' },
    stages: whole,
    notes: [replaced],
    files: own,
  },
  { refuse: rename, stages: direct, notes: [directly], files: own },
  { refuse: rename, occupied: true, stages: direct, notes: [taken, directly], files: second },
  {
    refuse: rename,
    occupied: true,
    more: { sameName: 'replace' },
    stages: direct,
    notes: [replaced, directly],
    files: own,
  },
  {
    refuse: [...rename, 'remove'],
    stages: direct,
    notes: [directly, leftover],
    files: [temporaryName, ...own],
  },
  {
    refuse: ['posix-rename', 'remove'],
    occupied: true,
    more: { sameName: 'replace' },
    stages: direct,
    notes: [replaced, directly, leftover],
    files: [temporaryName, ...own],
  },
  { refuse: ['remove'], stages: whole, notes: [], files: own },
  // By opening it, it can be seen all the same whether a name is taken.
  {
    refuse: looks,
    stages: whole.replace('check ok', 'check limited').replaceAll(/(manifest|done) ok/g, '$1 ok'),
    notes: [noSizes],
    files: own,
  },
  {
    refuse: looks,
    occupied: true,
    stages: whole.replace('check ok', 'check limited'),
    notes: [noSizes, taken],
    files: second,
  },
  {
    refuse: [...looks, 'read'],
    more: { readBack: true },
    stages: 'write ok, check limited, read-back limited, rename ok, manifest ok, done ok',
    notes: [noSizes, unread],
    files: own,
  },
  {
    refuse: [...looks, ...rename, 'remove'],
    stages: direct.replace('check ok', 'check limited'),
    notes: [noSizes, directly, leftover],
    files: [temporaryName, ...own],
  },
];

for (const { refuse, occupied = false, more, stages, notes, files } of rows) {
  const what = `${refuse.join(', ')} refused${occupied ? ', the name taken' : ''}${more ? `, ${JSON.stringify(more)}` : ''}`;
  test(`sshd with ${what}: the file arrives, and it is said how`, { skip }, async () => {
    await using partner = await startSshd({ refuse });
    if (occupied) {
      await writeFile(partner.local('/upload/students.csv'), 'of somebody else');
      await chown(partner.local('/upload/students.csv'), partnerUid, partnerUid);
    }
    await using session = await openSession(partner);
    const delivery = csvDelivery('/upload', { extras, ...more });
    const result = await attempt(session, delivery);
    assert.deepEqual(result.outcome.ok && result.outcome.notes, notes);
    assert.deepEqual(told(result.stages).join(', '), stages);
    const found = await filesIn(partner);
    assert.deepEqual([...found.keys()], files.toSorted());
    assert.ok(result.outcome.ok);
    const { fileName } = result.outcome;
    assert.deepEqual(found.get(fileName), await bytesOf(delivery));
    assert.equal(found.get(`${fileName}.manifest.json`)?.toString(), `{"file":"${fileName}"}\n`);
    if (occupied && fileName !== 'students.csv')
      assert.equal(found.get('students.csv')?.toString(), 'of somebody else');
  });
}

const onProftpd: [refuse: string[], stages: string, notes: string[], files: string[]][] = [
  [['RNFR'], 'write ok, check ok, read-back ok, rename limited', [directly], ['students.csv']],
  [['DELE'], 'write ok, check ok, read-back ok, rename ok', [], ['students.csv']],
  [
    ['RNFR', 'DELE'],
    'write ok, check ok, read-back ok, rename limited',
    [directly, leftover],
    [temporaryName, 'students.csv'],
  ],
  [['STAT'], 'write ok, check limited, read-back ok, rename ok', [noSizes], ['students.csv']],
  [['RETR'], 'write ok, check ok, read-back limited, rename ok', [unread], ['students.csv']],
];
for (const [refuse, stages, notes, files] of onProftpd)
  test(`proftpd with ${refuse.join(', ')} refused: the file arrives, and it is said how`, {
    skip: proftpdMissing(),
  }, async () => {
    await using partner = await startProftpd({ refuse });
    await using session = await openSession(partner);
    const result = await attempt(session, csvDelivery('/upload', { readBack: true }));
    assert.deepEqual([result.outcome.ok && result.outcome.notes, told(result.stages).join(', ')], [notes, stages]);
    assert.deepEqual([...(await filesIn(partner)).keys()], files);
  });

test('a folder that has the name is never replaced', { skip }, async () => {
  await using partner = await startSshd();
  await mkdir(partner.local('/upload/students.csv'));
  await using session = await openSession(partner);
  const { outcome, recorded } = await attempt(session, csvDelivery('/upload', { sameName: 'replace' }));
  assert.deepEqual(!outcome.ok && [outcome.error.observation.kind, outcome.error.inDoubt], ['target-exists', false]);
  assert.deepEqual(recorded, []);
  assert.deepEqual([...(await filesIn(partner)).keys()], ['students.csv']);
});

for (const { name, start, missing } of everyPartner)
  test(`${name}: the test of a folder writes, renames and removes, and leaves nothing`, {
    skip: missing(),
  }, async () => {
    await using partner = await start();
    await using session = await openSession(partner);
    const stages: Stage[] = [];
    await tryFolder(session, partner.folder, (stage) => stages.push(stage));
    assert.deepEqual(told(stages), ['write ok', 'rename ok', 'delete ok']);
    assert.equal((await filesIn(partner)).size, 0);
  });

const probes: [refuse: string[], stages: string, left: number][] = [
  [['posix-rename'], 'write ok, rename ok, delete ok', 0],
  [rename, 'write ok, rename limited, delete ok', 0],
  [['remove'], 'write ok, rename ok, delete limited', 1],
  [looks, 'write limited, rename ok, delete ok', 0],
  [[...looks, ...rename, 'remove'], 'write limited, rename limited, delete limited', 1],
];
for (const [refuse, stages, left] of probes)
  test(`the test of a folder where ${refuse.join(', ')} is refused is limited, not failed`, { skip }, async () => {
    await using partner = await startSshd({ refuse });
    await using session = await openSession(partner);
    const seen: Stage[] = [];
    await tryFolder(session, '/upload', (stage) => seen.push(stage));
    assert.equal(told(seen).join(', '), stages);
    for (const { status, detail } of seen) if (status === 'limited') assert.match(detail, /[Tt]ransfer/);
    assert.equal((await filesIn(partner)).size, left);
  });

test('the test of a folder that cannot be written ends at the stage write', { skip }, async () => {
  await using partner = await startSshd({ folders: { archive: 'read', tiny: 4096 } });
  await using session = await openSession(partner);
  await chmod(partner.local('/archive'), 0o755);
  const seen: Stage[] = [];
  await assert.rejects(
    tryFolder(session, '/archive', (stage) => seen.push(stage)),
    (error: RemoteError) => error.observation.kind === 'permission-denied' && error.observation.stage === 'write',
  );
  assert.deepEqual(told(seen), ['write failed']);
});

test('something on the server takes new files away: the test of a folder fails at the rename, and says what takes them', {
  skip,
}, async () => {
  await using partner = await startSshd();
  await using session = await openSession(partner);
  const seen: Stage[] = [];
  const probing = tryFolder(takingAway(session, partner, /^\.causeway-test-/), '/upload', (stage) => seen.push(stage));
  await assert.rejects(
    probing,
    (error: RemoteError) => error.observation.kind === 'no-such-file' && error.observation.stage === 'rename',
  );
  assert.deepEqual(told(seen), ['write limited', 'rename failed']);
});

test('without rename a quick receiver may have the file before it is checked: that is a delivery, not a failure', {
  skip,
}, async () => {
  await using partner = await startSshd({ refuse: rename });
  await using session = await openSession(partner);
  const { outcome } = await attempt(takingAway(session, partner, /^students/), csvDelivery('/upload', { extras }));
  assert.ok(outcome.ok);
  assert.match(outcome.notes.join(' '), /whoever fetches files there was quick/);
});

/** The session of a server on which somebody takes files of such names as soon as they are closed. */
function takingAway(session: RemoteSession, partner: Partner, names: RegExp): RemoteSession {
  return {
    ...session,
    async put(path, source, onBytes) {
      await session.put(path, source, onBytes);
      if (names.test(basename(path))) await rm(partner.local(path));
    },
  };
}
