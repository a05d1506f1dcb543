// A fresh installation with one institution, a mapped and enabled feed, and a key to log in with: for demo and dev.
// Invariant: everything is made through the API, as a person or a program outside would.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Feed } from '../src/api/feeds.ts';
import type { Institution } from '../src/api/institutions.ts';
import { type Client, openClient } from '../src/cli/client.ts';
import { encodeOpenSshPrivateKey } from '../src/domain/openssh-private-keys.ts';
import type { SftpLogin } from './sftp-upload.ts';
import { type ServerProcess, startServer } from './start-server.ts';

export type SampleInstallation = {
  server: ServerProcess;
  /** What it was started with, for starting it again. */
  settings: Record<string, string>;
  client: Client;
  token: string;
  institution: Institution;
  feed: Feed;
  login: SftpLogin;
  admin: { email: string; password: string };
};

/** The mapping of the sample: what an administrator would have set up before the header of the file changed a little. */
export const sampleMapping: Record<string, string> = {
  'Student ID': 'crmId',
  'First Name': 'firstName',
  'Preferred Name': 'preferredName',
  'Last Name': 'lastName',
  'Cell Phone': 'phone',
  Email: 'email',
  'Date of Birth': 'dateOfBirth',
  'Graduation Year': 'graduationYear',
  GPA: 'gpa',
  School: 'school',
  City: 'city',
  State: 'state',
};

/** Starts a server on `folder` and sets everything up. `settings` go on top of free ports and a short settle time. */
export async function startSampleInstallation(
  folder: string,
  settings: Record<string, string>,
  output: 'inherit' | 'ignore',
): Promise<SampleInstallation> {
  const token = randomBytes(32).toString('base64url');
  const allSettings = {
    CAUSEWAY_DATA: folder,
    CAUSEWAY_HTTP_PORT: '0',
    CAUSEWAY_SFTP_PORT: '0',
    CAUSEWAY_SETTLE_SECONDS: '1',
    CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8',
    CAUSEWAY_LOG_LEVEL: 'warn',
    ...settings,
    CAUSEWAY_BOOTSTRAP_TOKEN: token,
  };
  const server = await startServer(allSettings, output);
  const client = openClient({ url: server.ready.http, token });
  const institution = await client.send<Institution>('POST', '/institutions', {
    name: 'Lakeside College',
    slug: 'lakeside',
    timeZone: 'America/New_York',
    country: 'US',
  });
  const base = '/institutions/lakeside';
  const admin = { email: 'admin@lakeside.example', password: randomBytes(12).toString('base64url') };
  await client.send('POST', '/users', {
    ...admin,
    name: 'Lakeside administrator',
    role: 'admin',
    institution: 'lakeside',
  });
  const { items } = await client.get<{ items: Feed[] }>(`${base}/feeds`);
  const [first] = items;
  if (!first) throw new Error('a new institution has no feed');
  const path = `${base}/feeds/${first.id}`;
  const pair = generateKeyPairSync('ed25519');
  const { text, blob } = encodeOpenSshPrivateKey(pair.privateKey, pair.publicKey, 'sample sender');
  const keyFile = join(folder, 'sender-key');
  await writeFile(keyFile, text, { mode: 0o600 });
  await client.send('POST', `${path}/keys`, { key: `ssh-ed25519 ${blob.toString('base64')} sample sender` });
  await client.send('PATCH', `${path}/mapping`, { set: sampleMapping });
  const feed = await client.send<Feed>('POST', `${path}/enable`, {});
  const login = {
    ...server.ready.sftp,
    username: feed.username,
    keyFile,
    fingerprints: feed.hostKeys.map((key) => key.sha256),
  };
  return { server, settings: allSettings, client, token, institution, feed, login, admin };
}
