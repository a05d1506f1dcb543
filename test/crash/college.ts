// An institution that uploads: made through the API, with a key of its own, and what it has sent so far.
// Invariant: a path is used once, so that an upload and the rows of its history belong together without doubt.

import { generateKeyPairSync } from 'node:crypto';
import type { Feed } from '../../src/api/feeds.ts';
import { encodeOpenSshPrivateKey } from '../../src/domain/openssh-private-keys.ts';
import type { Installation } from './installation.ts';
import { labels } from './people.ts';
import type { Sent } from './upload.ts';

export type College = { slug: string; base: string; username: string; privateKey: string; sent: Sent[] };

export async function foundCollege({ client }: Installation, slug: string): Promise<College> {
  const base = `/institutions/${slug}`;
  await client.send('POST', '/institutions', { name: slug, slug, timeZone: 'America/New_York', country: 'US' });
  const { items } = await client.get<{ items: Feed[] }>(`${base}/feeds`);
  const [first] = items;
  if (!first) throw new Error('a new institution has no feed');
  const path = `${base}/feeds/${first.id}`;
  const pair = generateKeyPairSync('ed25519');
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'sender');
  await client.send('POST', `${path}/keys`, { key: `ssh-ed25519 ${blob.toString('base64')} sender` });
  await client.send('PATCH', `${path}/mapping`, { set: labels });
  const { username } = await client.send<Feed>('POST', `${path}/enable`, {});
  return { slug, base, username, privateKey: text, sent: [] };
}
