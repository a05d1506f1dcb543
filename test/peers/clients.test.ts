// Five clients that nobody here wrote, and ssh2's, upload the same roster by password and by key.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasPeer } from '../../scripts/debian-peers.ts';
import type { Contact } from '../../src/api/contacts.ts';
import { importOf, makeFeed, startTestApp, type TestApp } from '../kit/app.ts';
import { makeClientKeys, type PeerLogin, peerClients } from './clients.ts';

let app: TestApp;
let keys: Awaited<ReturnType<typeof makeClientKeys>>;

const rows = [
  ['000017', 'Zoë', 'Okafor', '212-555-0101', '+12125550101'],
  ['17', 'Luis', 'Fernández', '(212) 555-0102', '+12125550102'],
  ['A-3', 'Grace', 'St. John, Jr.', '+1 212 555 0103', '+12125550103'],
] as const;
const roster = `CRM ID,First Name,Last Name,Phone\r\n${rows
  .map(([id, first, last, phone]) => `${id},${first},"${last}",${phone}\r\n`)
  .join('')}`;

before(async () => {
  app = await startTestApp();
  const folder = join(app.folder, 'keys');
  await mkdir(folder);
  if (hasPeer('OpenSSH client') && hasPeer('PuTTY tools')) keys = await makeClientKeys(folder);
});
after(() => app.close());

for (const client of peerClients)
  for (const by of ['password', 'key'] as const) {
    const missing = [...client.needs, 'OpenSSH client', 'PuTTY tools'].filter((name) => !hasPeer(name));
    const skip = missing.length > 0 ? `${missing.join(', ')} is not on this machine` : false;
    test(`${client.name} uploads by ${by}, and the contacts are the file’s`, { skip }, async () => {
      const slug = `${client.name} ${by}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      const { feed, password } = await makeFeed(app, slug);
      for (const key of keys.publicKeys)
        await app.client.send('POST', `/institutions/${slug}/feeds/${feed.id}/keys`, { key });
      const folder = join(app.folder, slug);
      await mkdir(folder);
      const local = join(folder, 'roster.csv');
      await writeFile(local, roster);
      const login: PeerLogin = {
        ...app.sftp,
        username: feed.username,
        password,
        keys: keys.keys,
        hostKeys: feed.hostKeys,
        folder,
      };
      await client.upload(login, by, local, 'roster.csv');
      const view = await importOf(app, slug, 'roster.csv');
      assert.deepEqual([view.status, view.source, view.arrival.how], ['succeeded', 'sftp', 'close']);
      assert.deepEqual(view.counts, { rows: 3, created: 3, updated: 0, unchanged: 0, skipped: 0 });
      assert.deepEqual(view.issues, {});
      const contacts = await app.client.list<Contact>(`/institutions/${slug}/contacts`);
      assert.deepEqual(
        contacts.map((contact) => [contact.crmId, contact.firstName, contact.lastName, contact.phone]).toSorted(),
        rows.map(([id, first, last, , phone]) => [id, first, last, phone]).toSorted(),
      );
    });
  }
