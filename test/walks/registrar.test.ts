// The walk of the README, in a real browser and with a real SFTP client: from the first start to a file with every row in.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { hasPeer } from '../../scripts/debian-peers.ts';
import type { Feed } from '../../src/api/feeds.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { openPage, startBrowser } from '../kit/browser.ts';
import { type PeerLogin, peerClients } from '../peers/clients.ts';

const missing = ['Chromium', 'OpenSSH client'].filter((name) => !hasPeer(name));
const skip = missing.length > 0 ? `${missing.join(', ')} is not on this machine` : false;
const sample = join(import.meta.dirname, '../../samples/fall-roster.csv');

let app: TestApp;
let browser: Browser;
let page: Page;
let errors: string[];

before(async () => {
  if (skip) return;
  app = await startTestApp();
  browser = await startBrowser();
  ({ page, errors } = await openPage(browser, app.http));
});
after(async () => {
  await browser?.close();
  await app?.close();
});

test('a registrar sets up, maps, receives, reads the report, corrects the rows, and has them all in', {
  skip,
}, async () => {
  await setUp();
  await makeInstitution();
  const login = await takeLogin();
  await mapBySample();
  await switchOn();
  await sendBySftp(login, sample, 'fall-roster.csv');
  const rowsToFix = await readReport();
  await sendBySftp(login, await corrected(rowsToFix), 'corrected.csv');
  await page.goto('/i/harbor/imports');
  await page.getByRole('link', { name: 'corrected.csv', exact: true }).click();
  await page.getByText('Imported', { exact: true }).first().waitFor();
  assert.equal(await page.getByText('Row skipped').count(), 0);
  await page.goto('/i/harbor/contacts');
  await page.getByText('000117').waitFor();
  const contacts = await app.client.list('/institutions/harbor/contacts');
  assert.equal(contacts.length, 17);
  assert.deepEqual(errors, []);
});

async function setUp(): Promise<void> {
  await page.goto('/');
  await page.getByRole('heading', { name: 'Set up Causeway' }).waitFor();
  await page.getByLabel('One-time token').fill(app.app.setupToken ?? '');
  await page.getByLabel('Your name').fill('Robin Field');
  await page.getByLabel('E-mail address').fill('robin@harbor.example');
  await page.getByLabel(/^Password/).fill('a long enough phrase');
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await page.getByRole('link', { name: 'Create institution' }).first().click();
}

async function makeInstitution(): Promise<void> {
  await page.getByLabel(/^Name/).fill('Harbor');
  await choose('Time zone', 'America/New_York');
  await choose('Country', 'United States');
  await page.getByRole('button', { name: 'Create institution' }).click();
  await page.getByRole('heading', { name: 'Harbor' }).waitFor();
}

async function choose(label: string, option: string): Promise<void> {
  const input = page.getByRole('combobox', { name: label });
  await input.click();
  await input.fill(option);
  await page.getByRole('option', { name: option }).first().click();
}

/** Configures without a key, and reads the credentials off the page as a person would. */
async function takeLogin(): Promise<PeerLogin> {
  await page.getByRole('link', { name: 'SFTP inbound' }).first().click();
  await page.getByRole('button', { name: 'Configure' }).click();
  await page.getByRole('button', { name: 'Go on without a key' }).click();
  await page.getByRole('button', { name: 'Show the password' }).click();
  await page.getByRole('button', { name: 'Hide the password' }).waitFor();
  const shown = async (name: string) => {
    const value = page
      .locator('dt', { hasText: new RegExp(`^${name}$`) })
      .locator('xpath=following-sibling::dd[1]//code');
    return (await value.innerText()).trim();
  };
  const folder = join(app.folder, 'sender');
  await mkdir(folder);
  const { items } = await app.client.get<{ items: Feed[] }>('/institutions/harbor/feeds');
  return {
    host: await shown('Host'),
    port: Number(await shown('Port')),
    username: await shown('User name'),
    password: await shown('Password'),
    keys: { openssh: '', pem: '', ppk: '' },
    hostKeys: items[0]?.hostKeys ?? [],
    folder,
  };
}

async function mapBySample(): Promise<void> {
  await page.getByRole('link', { name: 'Mapping' }).first().click();
  await page.locator('input[type=file]').setInputFiles(sample);
  await page.getByRole('button', { name: 'Accept all' }).click();
  await page.getByRole('button', { name: 'Save the mapping' }).click();
  await page.getByText('All four required fields are mapped.').waitFor();
  await page.getByRole('button', { name: 'Save the mapping' }).waitFor({ state: 'detached' });
}

async function switchOn(): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'SFTP inbound' }).click();
  await page.getByRole('switch', { name: 'Import files from this feed' }).click();
  await page.getByText('Files are imported when they arrive.').waitFor();
}

async function sendBySftp(login: PeerLogin, file: string, name: string): Promise<void> {
  const openSsh = peerClients.find((client) => client.name === 'OpenSSH sftp');
  await openSsh?.upload(login, 'password', file, name);
}

/** The history shows the file by itself once it is there; gives the downloaded rows to fix. */
async function readReport(): Promise<string> {
  await page.getByRole('link', { name: 'Import history' }).first().click();
  await page.getByRole('link', { name: 'fall-roster.csv', exact: true }).click();
  await page.getByText('Imported with issues').first().waitFor();
  await page.getByText('17 rows, 12 created and 5 skipped').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the rows to fix' }).click();
  return readFile(await (await download).path(), 'utf8');
}

/** What a registrar would mend in a spreadsheet, cell by cell. */
async function corrected(rowsToFix: string): Promise<string> {
  const mends: [wrong: string, right: string][] = [
    ['mei.tanaka(at)example.edu', 'mei.tanaka@example.edu'],
    ['555-0104', '212-555-0104'],
    ['Decline to state', '212-555-0105'],
    ['000102,', '000117,'],
    ['212-555-0101', '212-555-0109'],
    ['000110,Noor,,,', '000110,Noor,,Haddad,'],
    ['13/45/2007', '2007-05-13'],
    ['pending', '3.1'],
  ];
  let text = rowsToFix;
  for (const [wrong, right] of mends) {
    assert.ok(text.includes(wrong), `the rows to fix do not hold “${wrong}”:\n${text}`);
    text = text.replace(wrong, right);
  }
  const file = join(app.folder, 'corrected.csv');
  await writeFile(file, text);
  return file;
}
