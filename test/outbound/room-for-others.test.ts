// An institution whose servers hang, and another one: the transfers of the other go out meanwhile.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DestinationView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import { type Link, startLink } from '../kit/partners/link.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { until } from '../kit/until.ts';
import { openSchool, remoteFiles, startTransferApp, switchOn, type TransferApp } from './transfers-kit.ts';

const skip = sshdMissing();
let app: TransferApp;
let partner: SshdPartner;
let link: Link;
before(async () => {
  if (skip) return;
  [app, partner] = await Promise.all([startTransferApp({ CAUSEWAY_LOG_LEVEL: 'fatal' }), startSshd()]);
  link = await startLink(partner);
});
after(async () => {
  if (skip) return;
  link.cut();
  await app.close();
  await link.stop();
  await partner.stop();
});

test('while all transfers of an institution hang and more of them wait, those of another go out', {
  skip,
}, async () => {
  const slow = await openSchool(app, { ...partner, folder: partner.folder, host: link.host, port: link.port });
  const { host, port } = link;
  const { username, password, folder: path } = partner;
  const contacts = await app.client.send<DestinationView>('POST', `${slow.base}/destinations`, {
    ...{ dataset: 'contacts', host, port, username, password, path },
    file: { emptyFile: 'send' },
  });
  await switchOn(app.client, `${slow.base}/destinations/${contacts.id}`);
  const other = await openSchool(app, partner);
  await slow.load(1, 5_000);
  await other.load(1, 3);

  link.freezeAfter(200_000);
  const hanging = await slow.start();
  await until(() => link.isFrozen, { what: 'the middle of the upload' });
  const runs = `${slow.base}/destinations/${contacts.id}/run`;
  for (let count = 0; count < 3; count++) {
    await slow.start();
    await app.client.send('POST', runs, {});
  }
  await until(async () => (await slow.transfers()).filter((one) => one.status === 'running').length === 2, {
    what: 'two transfers that hang',
  });

  const sent = [await other.run(), await other.run()];
  assert.deepEqual(
    sent.map((one) => [one.status, one.rows]),
    [
      ['succeeded', 3],
      ['empty', 0],
    ],
  );
  assert.equal((await remoteFiles(partner, `${other.slug}-`)).size, 1);
  assert.equal((await app.client.get<TransferView>(`/transfers/${hanging.id}`)).status, 'running');
});
