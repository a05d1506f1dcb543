// Every page, and every dialog, in real Chromium: axe finds nothing in either colour scheme, and nothing is wider than a phone.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { hasPeer } from '../../scripts/debian-peers.ts';
import { type PartnerServer, startPartnerServer } from '../../scripts/partner-server.ts';
import { sampleMapping } from '../../scripts/sample-installation.ts';
import { uploadBySftp } from '../../scripts/sftp-upload.ts';
import type { ConnectionLoadView, ConnectionView } from '../../src/api/connections.ts';
import type { Contact } from '../../src/api/contacts.ts';
import type { DestinationView, ProbeView } from '../../src/api/destinations.ts';
import type { TransferView } from '../../src/api/transfers.ts';
import { importOf, makeFeed, startTestApp, type TestApp } from '../kit/app.ts';
import { openPage, startBrowser } from '../kit/browser.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';
import { until } from '../kit/until.ts';

const skip = hasPeer('Chromium') ? false : 'Chromium is not on this machine';
const sample = join(import.meta.dirname, '../../samples/fall-roster.csv');
const operator = { name: 'Robin Field', email: 'robin@lakeside.example', password: 'a long enough phrase' };
const institution = '/i/lakeside';

let app: TestApp;
let browser: Browser;
let page: Page;
let errors: string[];
/** What stands for `REPORT`, `HELD`, `CONTACT`, `DESTINATION`, `DRAFT`, `DELIVERED`, `FAILED`, `STUDENT` and `LOAD` below. */
const ids: Record<string, string> = {};

before(async () => {
  if (skip) return;
  app = await startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8', CAUSEWAY_EGRESS_ADDRESSES: '198.51.100.7' });
  browser = await startBrowser();
  ({ page, errors } = await openPage(browser, app.http));
});
after(async () => {
  await browser?.close();
  await app?.close();
});

describe('before anybody is signed in', { skip }, () => {
  test('the set-up page is accessible', () => looksRight('/setup', 'Set up Causeway'));
  test('the sign-in page is accessible', async () => {
    await setUpByPage();
    await fillInstallation();
    await page.context().clearCookies();
    await looksRight('/sign-in', 'Sign in');
    await signIn();
  });
});

const pages: [address: string, heading: string][] = [
  ['/', 'All institutions'],
  ['/institutions/new', 'Create institution'],
  ['/users', 'All users'],
  ['/tokens', 'All API tokens'],
  ['/audit', 'Installation audit log'],
  ['/issues', 'Issue dictionary'],
  ['/profile', 'Your account'],
  ['/nowhere', 'There is no page at this address'],
  [institution, 'College lakeside'],
  [`${institution}/sftp`, 'SFTP inbound'],
  [`${institution}/sftp/guide`, 'Sending files to College lakeside by SFTP'],
  [`${institution}/sftp/sessions`, 'Session log'],
  [`${institution}/mapping`, 'Mapping'],
  [`${institution}/upload`, 'Upload a file'],
  [`${institution}/imports`, 'Import history'],
  [`${institution}/imports?file=none.csv&from=2026-01-01`, 'Import history'],
  [`${institution}/imports/REPORT`, 'fall-roster.csv'],
  [`${institution}/imports/REPORT/issues`, 'Issues'],
  [`${institution}/imports/REPORT/changes`, 'What changed'],
  [`${institution}/imports/HELD`, 'broken.csv'],
  [`${institution}/contacts`, 'Contacts'],
  [`${institution}/contacts/CONTACT`, 'Amara Okafor'],
  [`${institution}/connections`, 'Connections'],
  [`${institution}/connections/STUDENT`, 'Amara Okafor'],
  [`${institution}/connections/load`, 'Load connections'],
  [`${institution}/connections/loads`, 'Former loads'],
  [`${institution}/connections/loads/LOAD`, 'Load of connections'],
  [`${institution}/connections/settings`, 'Majors and last export'],
  [`${institution}/fields`, 'Fields'],
  [`${institution}/settings`, 'Institution'],
  [`${institution}/users`, 'Users'],
  [`${institution}/tokens`, 'API tokens'],
  [`${institution}/audit`, 'Audit log'],
  [`${institution}/destinations`, 'SFTP data transfer'],
  [`${institution}/destinations/DESTINATION`, 'Nightly connections'],
  [`${institution}/destinations/DESTINATION/test`, 'Test'],
  [`${institution}/destinations/DESTINATION/edit?part=what`, 'What to send'],
  [`${institution}/destinations/DESTINATION/edit?part=server`, 'Server and login'],
  [`${institution}/destinations/DESTINATION/edit?part=schedule`, 'When to send'],
  [`${institution}/destinations/DRAFT`, 'Contacts'],
  [`${institution}/destinations/DRAFT/test`, 'Test and Save'],
  [`${institution}/destinations/DRAFT/edit?part=file`, 'The file'],
  [`${institution}/transfers`, 'Transfer history'],
  [`${institution}/transfers?status=empty&trigger=scheduled`, 'Transfer history'],
  [`${institution}/transfers/DELIVERED`, 'nightly-1.csv'],
  [`${institution}/transfers/FAILED`, 'nightly-2.csv'],
  ['/i/new-college/destinations', 'SFTP data transfer'],
  ['/i/new-college/destinations/new', 'Set up a transfer'],
  ['/i/new-college/destinations/new?step=server', 'Set up a transfer'],
  ['/i/new-college/transfers', 'Transfer history'],
  ['/i/new-college', 'New College'],
  ['/i/new-college/sftp', 'SFTP inbound'],
  ['/i/new-college/imports', 'Import history'],
  ['/i/new-college/contacts', 'Contacts'],
  ['/i/new-college/connections', 'Connections'],
];

describe('pages', { skip }, () => {
  for (const [address, heading] of pages)
    test(`the page ${address} is accessible in both schemes and fits a phone`, () => looksRight(address, heading));
});

const steps: [name: string, address: string, open: () => Promise<void>][] = [
  ['Configure', '/i/new-college/sftp', () => press('Configure')],
  ['adding a key', `${institution}/sftp`, () => press('Add a key')],
  ['deleting a key', `${institution}/sftp`, () => press(/^Delete the key/)],
  ['making new credentials', `${institution}/sftp`, () => press('Make new credentials')],
  ['the shown password', `${institution}/sftp`, () => press('Show the password')],
  ['switching the feed off', `${institution}/sftp`, () => page.getByRole('switch', { name: /^Import files/ }).click()],
  ['the mapping with a sample and open rules', `${institution}/mapping`, mapWithSample],
  ['leaving an unsaved mapping', `${institution}/mapping`, leaveUnsaved],
  ['the columns of an upload', `${institution}/upload`, dropUpload],
  ['the rehearsal of an upload', `${institution}/upload`, rehearse],
  ['discarding an import', `${institution}/imports/HELD`, () => press('Discard')],
  ['the files of an import', `${institution}/imports/REPORT`, () => press('Files')],
  ['the details of an import', `${institution}/imports/REPORT`, () => page.getByText('Details for engineers').click()],
  ['editing a contact', `${institution}/contacts/CONTACT`, () => press('Edit')],
  ['creating a field', `${institution}/fields`, () => press('Create a field')],
  ['comparing a fingerprint', `${institution}/destinations/DRAFT?ask=fingerprint`, compareFingerprints],
  ['how a file looks', `${institution}/destinations/DRAFT/edit?part=file`, openFileOptions],
  ['another server', `${institution}/destinations/DESTINATION/edit?part=server`, writeAnotherHost],
  ['what would be sent', `${institution}/destinations/DESTINATION`, previewNextFile],
  ['exporting and marking', `${institution}/destinations/DESTINATION`, () => press('Export and mark')],
  ['a planned host key', `${institution}/destinations/DESTINATION`, () => press('Add a planned key')],
  ['forgetting a fingerprint', `${institution}/destinations/DESTINATION`, () => press(/^Forget the/)],
  ['a new key pair', `${institution}/destinations/DRAFT`, () => press('Delete & regenerate')],
  ['deleting a destination', `${institution}/destinations/DESTINATION`, () => press('Delete')],
  ['sending a file again', `${institution}/transfers/DELIVERED`, () => press('Send again')],
  ['the public key that is shown once', '/i/new-college/destinations/new?step=server', makeKeyPair],
  ['creating a user', '/users', () => press('Create a user')],
  ['the token that is shown once', `${institution}/tokens`, createToken],
  ['the account menu', institution, () => press(/account menu/)],
];

describe('steps', { skip }, () => {
  for (const [name, address, open] of steps)
    test(`${name} is accessible in both schemes`, async () => {
      await visit(address);
      await open();
      await isAccessible();
    });
  test('no page wrote an error to the console', () => assert.deepEqual(errors, []));
});

/** One visit: both schemes, then the width of a phone. */
async function looksRight(address: string, heading: string): Promise<void> {
  await visit(address);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await isAccessible();
  await page.setViewportSize({ width: 390, height: 844 });
  // The navigation slides away first.
  const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
  await until(() => page.evaluate<boolean>(fits), { what: 'a page that is no wider than a phone', seconds: 10 });
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function visit(address: string): Promise<void> {
  await page.goto(
    address.replace(/REPORT|HELD|CONTACT|DESTINATION|DRAFT|DELIVERED|FAILED|STUDENT|LOAD/, (name) => ids[name] ?? name),
  );
  await page.getByRole('heading', { level: 1 }).waitFor();
}

async function isAccessible(): Promise<void> {
  // Colours are judged when they have arrived: whatever fades in or turns is brought to its end.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`Promise.all(document.getAnimations().flatMap((one) =>
      one.effect?.getComputedTiming().endTime === Infinity ? [] : [one.finished.catch(() => undefined)]))`);
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
    // Only colours differ between the schemes.
    const { violations } = await (colorScheme === 'light' ? axe : axe.withRules('color-contrast')).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => [colorScheme, id, node.html.slice(0, 200)]),
    );
    assert.deepEqual(found, []);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function press(name: string | RegExp): Promise<void> {
  await page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click();
  if (await page.getByRole('dialog').count()) await page.getByRole('dialog').waitFor();
}

async function setUpByPage(): Promise<void> {
  await page.getByLabel('One-time token').fill(app.app.setupToken ?? '');
  await page.getByLabel('Your name').fill(operator.name);
  await page.getByLabel('E-mail address').fill(operator.email);
  await page.getByLabel(/^Password/).fill(operator.password);
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await page.getByRole('heading', { name: 'All institutions' }).waitFor();
}

async function signIn(): Promise<void> {
  await page.getByLabel('E-mail address').fill(operator.email);
  await page.getByLabel(/^Password/).fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'All institutions' }).waitFor();
}

/** Two institutions: a fresh one, and one with imports of every kind, a key, a field, a user and a token. */
async function fillInstallation(): Promise<void> {
  const { client, folder } = app;
  const fresh = { name: 'New College', slug: 'new-college', timeZone: 'America/Chicago', country: 'US' };
  await client.send('POST', '/institutions', fresh);
  const { feed } = await makeFeed(app, 'lakeside', sampleMapping);
  const key = await makeSshKey('ssh-ed25519');
  const keyFile = join(folder, 'sender-key');
  await writeFile(keyFile, key.privateKey, { mode: 0o600 });
  await client.send('POST', `/institutions/lakeside/feeds/${feed.id}/keys`, { key: key.publicKey });
  await client.send('POST', '/institutions/lakeside/fields', { name: 'HighSchool', type: 'text' });
  await client.send('POST', '/users', {
    ...operator,
    email: 'v@lakeside.example',
    role: 'viewer',
    institution: 'lakeside',
  });
  await client.send('POST', '/tokens', { name: 'nightly upload', role: 'admin', institution: 'lakeside' });
  const login = { ...app.sftp, username: feed.username, keyFile, fingerprints: feed.hostKeys.map((one) => one.sha256) };
  const send = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    await uploadBySftp(login, join(folder, name), folder);
    return importOf(app, 'lakeside', name);
  };
  await uploadBySftp(login, sample, folder);
  ids.REPORT = (await importOf(app, 'lakeside', 'fall-roster.csv')).id;
  const header = 'Student ID,First Name,Last Name,Cell Phone,Email\r\n';
  await send('changed.csv', `${header}000101,Amara,Okafor,212-555-0101,amara.new@example.edu\r\n`);
  ids.HELD = (await send('broken.csv', `${header}000201,Ann,"Open,212-555-0201,\r\n000202,Bo,Ng,212-555-0202,\r\n`)).id;
  await send('wrong.csv', 'A,B\r\n1,2\r\n');
  await send('notes.txt', 'no table at all');
  const [contact] = await client.list<Contact>('/institutions/lakeside/contacts', { crmId: '000101' });
  ids.CONTACT = contact?.id ?? '';
  await fillOutbound();
  await fillConnections();
}

/** A load with rows that were rejected and cells that were left out. */
async function fillConnections(): Promise<void> {
  const { client } = app;
  const path = '/institutions/lakeside/connections';
  const students = join(import.meta.dirname, '../../samples/connections.csv');
  ids.LOAD = (await client.upload<ConnectionLoadView>(path, students, {})).id;
  const [student] = await client.list<ConnectionView>(path, { externalId: 'CX-1001' });
  ids.STUDENT = student?.id ?? '';
}

/** A destination that has delivered and then failed, and a draft whose fingerprint nobody has confirmed. */
async function fillOutbound(): Promise<void> {
  const { client, folder, http, token } = app;
  await using partner = await startPartner(join(folder, 'partner'));
  const list = '/institutions/lakeside/destinations';
  const server = { host: partner.host, port: partner.port, username: partner.username };
  const draft = await client.send<DestinationView>('POST', list, {
    ...server,
    dataset: 'contacts',
    generateKey: 'ssh-rsa',
  });
  await client.send<ProbeView>('POST', `${list}/${draft.id}/probe`, {});
  const made = await client.send<DestinationView>('POST', list, {
    ...server,
    name: 'Nightly connections',
    dataset: 'connections',
    password: partner.password,
    file: { nameTemplate: 'nightly-{number}.csv' },
  });
  const sha256 = partner.fingerprint;
  await client.send('POST', `${list}/${made.id}/probe`, {});
  await client.send('POST', `${list}/${made.id}/host-keys`, { sha256 });
  const probe = await client.send<ProbeView>('POST', `${list}/${made.id}/probe`, { enable: true });
  assert.equal(probe.status, 'passed', JSON.stringify(probe.failure));
  const load = async (externalId: string) => {
    const connection = { externalId, connectedAt: '2026-11-20', firstName: 'Amara', email: 'amara@example.edu' };
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
    const request = { method: 'POST', headers, body: JSON.stringify(connection) };
    assert.ok((await fetch(`${http}/api/v1/institutions/lakeside/connections`, request)).ok);
  };
  const run = async () => (await client.send<TransferView>('POST', `${list}/${made.id}/run`, { wait: true })).id;
  await load('c-1');
  ids.DELIVERED = await run();
  await load('c-2');
  await partner.stop();
  ids.FAILED = await run();
  ids.DESTINATION = made.id;
  ids.DRAFT = draft.id;
}

async function startPartner(folder: string): Promise<PartnerServer & AsyncDisposable> {
  const partner = await startPartnerServer(folder);
  return { ...partner, [Symbol.asyncDispose]: () => partner.stop() };
}

async function compareFingerprints(): Promise<void> {
  const field = page.getByRole('textbox', { name: 'What your IT department sent' });
  await field.fill('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
  await page.getByText('Not the same.').waitFor();
}

async function openFileOptions(): Promise<void> {
  for (const title of ['Format', /^Columns/, 'Delivery and encryption'])
    await page.locator('summary').filter({ hasText: title }).click();
}

async function writeAnotherHost(): Promise<void> {
  await page.getByRole('textbox', { name: 'Host' }).fill('other.example.edu');
  await page.getByText('This is another server to Causeway').waitFor();
}

async function previewNextFile(): Promise<void> {
  await press('Show what would be sent');
  await page.getByText('would be sent now').waitFor();
}

async function makeKeyPair(): Promise<void> {
  await page.getByRole('textbox', { name: 'Host' }).fill('files.example.edu');
  await page.getByRole('textbox', { name: 'User name' }).fill('causeway');
  await press('Save and go on');
  await page.getByText('It is shown only now.').waitFor();
}

async function mapWithSample(): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(sample);
  await page.getByText('17 rows looked at').waitFor();
  await press('Rules for Phone');
  await press('Rules for Date of Birth');
  await press('Add mapping');
  await page.getByRole('combobox', { name: 'Field', exact: true }).press('Escape');
}

async function leaveUnsaved(): Promise<void> {
  await page.getByRole('combobox', { name: 'Label in the file for Phone' }).fill('Mobile');
  await page.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('dialog').waitFor();
}

async function dropUpload(): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(sample);
  await page.getByRole('region', { name: 'First rows of the file' }).waitFor();
}

async function rehearse(): Promise<void> {
  await dropUpload();
  await press('Rehearse: show what would change');
  await page.getByRole('button', { name: 'Import it now' }).waitFor();
}

async function createToken(): Promise<void> {
  await press('Create a token');
  await page.getByRole('textbox', { name: 'Name' }).fill('reports');
  await press('Create the token');
  await page.getByText('This token is shown only now.').waitFor();
}
