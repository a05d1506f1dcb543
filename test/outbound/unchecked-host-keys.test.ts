// A destination that does not check host keys: a transfer that met another key than the last time says so.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ProbeView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import { recordHostKeys } from '../../src/store/destination-host-keys.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { ended, openSchool, remoteFiles, startTransferApp, type TransferApp } from './transfers-kit.ts';

const skip = sshdMissing();
let app: TransferApp;
let partner: SshdPartner;
before(async () => {
  if (skip) return;
  [app, partner] = await Promise.all([startTransferApp(), startSshd({ hostKeys: ['ssh-ed25519'] })]);
});
after(async () => {
  if (skip) return;
  await app.close();
  await partner.stop();
});

const rotated = async () => {
  const old = partner.hostKeys[0]?.sha256 ?? '';
  await partner.rotateHostKeys(['ssh-ed25519']);
  return { old, now: partner.hostKeys[0]?.sha256 ?? '' };
};
const noteOf = ({ old, now }: { old: string; now: string }) =>
  `The server showed another host key than the last time: ${now} (ssh-ed25519), and before that ${old} (ssh-ed25519). This destination does not check the fingerprint, so the transfer went on. Ask your IT department whether the server was changed or moved.`;

test('a delivered file, its re-send and a failed run say it once each, and only of what they met themselves', {
  skip,
}, async () => {
  const school = await openSchool(app, partner, { checkFingerprint: false });
  const probe = `${school.base}/destinations/${school.destination.id}/probe`;
  await school.load(1, 2);
  assert.deepEqual((await school.run()).notes, []);

  const first = await rotated();
  await school.load(3, 4);
  const sent = await school.run();
  assert.deepEqual([sent.status, sent.notes], ['succeeded', [noteOf(first)]]);
  assert.equal((await remoteFiles(partner, `${school.slug}-`)).size, 2);

  const resent = await app.client.send<TransferView>('POST', `/transfers/${sent.id}/resend`, {});
  assert.deepEqual((await ended(app.client, resent.id)).notes, ['A file of the same name was there and was replaced.']);

  const second = await rotated();
  await app.client.send('PATCH', `${school.base}/destinations/${school.destination.id}`, { password: 'not this one' });
  await app.app.deps.db.execute(`update destinations set status = 'on' where id = $1`, [school.destination.id]);
  await school.load(5, 6);
  const refused = await school.run();
  assert.deepEqual([refused.failure?.code, refused.notes], ['authentication-failed', [noteOf(second)]]);

  await app.client.send('PATCH', `${school.base}/destinations/${school.destination.id}`, {
    password: partner.password,
  });
  assert.equal((await app.client.send<ProbeView>('POST', probe, { enable: true })).enabled, true);
  assert.deepEqual((await school.run()).notes, []);
});

test('a key that was seen before is told too when it is not that of the last time', { skip }, async () => {
  const school = await openSchool(app, partner, { checkFingerprint: false });
  const { deps } = app.app;
  const [institution] = await deps.db.query<{ id: Parameters<typeof recordHostKeys>[1] }>(
    'select id from institutions where slug = $1',
    [school.slug],
  );
  const id = school.destination.id as Parameters<typeof recordHostKeys>[2];
  const other = { type: 'ssh-ed25519', sha256: 'SHA256:other', md5: 'MD5:00', publicKey: 'ssh-ed25519 AAAA' };
  const key = partner.hostKeys[0] ?? assert.fail();
  // Seen while the clock of this machine stood ahead.
  const seen = new Date('2100-01-01T00:00:00Z');
  await deps.db.transaction((tx) =>
    recordHostKeys(tx, institution?.id ?? assert.fail(), id, [other], 'detected', seen),
  );
  await school.load(1, 2);
  assert.deepEqual((await school.run()).notes, [noteOf({ old: other.sha256, now: key.sha256 })]);
  await school.load(3, 4);
  assert.deepEqual((await school.run()).notes, []);
});

test('a server that shows a key of another type, which was seen together with the first, shows nothing new', {
  skip,
}, async () => {
  const both = await startSshd({ hostKeys: ['ssh-rsa', 'ssh-ed25519'] });
  try {
    const school = await openSchool(app, both);
    await app.client.send('PATCH', `${school.base}/destinations/${school.destination.id}`, { checkFingerprint: false });
    await school.load(1, 2);
    const sent = await school.run();
    assert.deepEqual([sent.status, sent.notes], ['succeeded', []]);
  } finally {
    await both.stop();
  }
});
