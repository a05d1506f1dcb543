// The walk of an administrator with a real browser and a real SFTP server of the institution: from the empty page to a
// delivered file, sent again; then a server whose key has changed, its remedy, and the end.

import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { hasPeer } from '../../scripts/debian-peers.ts';
import type { OutboundSettings } from '../../src/api/connections.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { openPage, startBrowser } from '../kit/browser.ts';
import { type SshdPartner, startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';

const skip = hasPeer('Chromium') ? sshdMissing() : 'Chromium is not on this machine';
const administrator = { name: 'Robin Field', email: 'robin@harbor.example', password: 'a long enough phrase' };

let app: TestApp;
let partner: SshdPartner;
let browser: Browser;
let page: Page;
let errors: string[];
/** The fingerprint of the server before its key was changed. */
let former: string;

before(async () => {
  if (skip) return;
  app = await startTestApp({
    CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8',
    CAUSEWAY_EGRESS_ADDRESSES: '198.51.100.7,198.51.100.8',
  });
  await app.client.send('POST', '/institutions', {
    name: 'Harbor',
    slug: 'harbor',
    timeZone: 'America/New_York',
    country: 'US',
  });
  for (const [role, email] of [
    ['admin', administrator.email],
    ['viewer', 'viewer@harbor.example'],
  ])
    await app.client.send('POST', '/users', { ...administrator, email, role, institution: 'harbor' });
  partner = await startSshd({ hostKeys: ['ssh-ed25519'] });
  browser = await startBrowser();
  ({ page, errors } = await openPage(browser, app.http));
});
after(async () => {
  await browser?.close();
  await partner?.stop();
  await app?.close();
});

test('an administrator sets a transfer up, compares the fingerprint, and sees a file delivered and sent again', {
  skip,
}, async () => {
  await signIn(page, administrator.email);
  await beginFromTheEmptyPage();
  await describeServer();
  await chooseWhen();
  await chooseFile();
  await testStopsAtTheFingerprint();
  await compareAndConfirm();
  await loadAndPreview();
  await runNow();
  await sendAgain();
  await historyFilters();
  assert.deepEqual(errors, []);
});

test('a changed host key needs a person, who finds the remedy on the overview', { skip }, async () => {
  former = partner.hostKeys[0]?.sha256 ?? '';
  await partner.rotateHostKeys(['ssh-ed25519']);
  await load(['Dara']);
  await openDestination();
  await button('Run now').click();
  await page.getByText('New fingerprint detected', { exact: false }).first().waitFor();
  await page.goto('/i/harbor');
  await page.getByText('1 destination waits for you.').waitFor();
  await page.getByRole('link', { name: 'Compare the fingerprint: Connections' }).click();
  await page.getByRole('dialog', { name: 'Is this your server?' }).waitFor();
  await page.getByText('The server shows a key that nobody has confirmed', { exact: true }).waitFor();
  const field = page.getByRole('textbox', { name: 'What your IT department sent' });
  await field.fill('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
  await page.getByText('Not the same.').waitFor();
  assert.equal(await button('Confirm and go on').isDisabled(), true);
  await field.fill(`256 ${partner.hostKeys[0]?.sha256} root@harbor (ED25519)`);
  await page.getByText('The same.').waitFor();
  await button('Confirm and go on').click();
  await page.getByText('The test passed', { exact: true }).waitFor();
  await openDestination();
  await page.getByRole('region', { name: 'State' }).getByText('On', { exact: true }).waitFor();
  assert.deepEqual(errors, []);
});

test('the old fingerprint is forgotten, a planned key is confirmed beforehand, and the change needs nobody', {
  skip,
}, async () => {
  await openDestination();
  await button(`Forget the Ed25519 fingerprint ${former}`).click();
  await button('Forget it').click();
  await page.getByText('The fingerprint was forgotten.').waitFor();
  const planned = await makeSshKey('ssh-ed25519');
  await button('Add a planned key').click();
  await page.getByRole('textbox', { name: 'Public key' }).fill(planned.publicKey);
  await button('Confirm this key').click();
  await page.getByText('The key is confirmed.', { exact: false }).waitFor();
  await partner.rotateHostKeys([planned]);
  await load(['Eli']);
  await button('Run now').click();
  await page.getByRole('region', { name: 'What happened' }).getByText('Delivered', { exact: true }).waitFor();
  assert.deepEqual(errors, []);
});

test('switching off stops sending and says so, switching on goes on', { skip }, async () => {
  await openDestination();
  const state = page.getByRole('region', { name: 'State' });
  const send = page.getByRole('switch', { name: 'Send on schedule' });
  await send.click();
  await button('Switch off').click();
  await state.getByText('Off', { exact: true }).waitFor();
  assert.equal(await button('Run now').count(), 0);
  await send.click();
  await state.getByText('On', { exact: true }).waitFor();
  await button('Run now').waitFor();
  assert.deepEqual(errors, []);
});

test('a viewer sees everything and changes nothing', { skip }, async () => {
  const viewer = await openPage(browser, app.http);
  await signIn(viewer.page, 'viewer@harbor.example');
  const [destination] = await app.client.list<{ id: string }>('/institutions/harbor/destinations');
  const [transfer] = await app.client.list<{ id: string }>('/institutions/harbor/transfers', { status: 'succeeded' });
  const changes = /Run now|Test|Set up|Change|Compare|Delete|Send again|Export and mark|Add a planned key|Save/;
  for (const address of [
    'destinations',
    `destinations/${destination?.id}`,
    `destinations/${destination?.id}/test`,
    `destinations/${destination?.id}/edit?part=server`,
    'destinations/new',
    'transfers',
    `transfers/${transfer?.id}`,
  ]) {
    await viewer.page.goto(`/i/harbor/${address}`);
    await viewer.page.getByRole('heading', { level: 1 }).waitFor();
    const main = viewer.page.getByRole('main');
    assert.deepEqual(await main.getByRole('button', { name: changes }).allInnerTexts(), [], address);
    assert.deepEqual(await main.getByRole('switch').allInnerTexts(), [], address);
  }
  await viewer.page.getByRole('link', { name: 'Download the file' }).waitFor();
  assert.deepEqual(viewer.errors, []);
  await viewer.page.context().close();
});

test('a key pair is made, its public half is shown once, and the way there works with it', { skip }, async () => {
  await openDestination();
  await page.getByRole('link', { name: 'Change: Server' }).click();
  await button('Log in with a key pair instead').click();
  await button('Make a key pair').click();
  await page.getByRole('dialog', { name: 'Pass this public key on' }).waitFor();
  const publicKey = await page.getByRole('textbox', { name: 'Public key' }).inputValue();
  assert.match(publicKey, /^ssh-ed25519 AAAA\S+ causeway-harbor$/);
  const close = page.getByRole('dialog', { name: 'Pass this public key on' }).getByRole('button', { name: 'Close' });
  assert.equal(await close.isDisabled(), true);
  await button('Copy the key alone').click();
  await close.click();
  await partner.authorize(publicKey);
  await openDestination();
  await page.getByRole('link', { name: 'Test and Save' }).first().click();
  await button('Test and Save').click();
  await page.getByText('The test passed', { exact: true }).waitFor();
  await openDestination();
  assert.equal((await page.locator('body').innerText()).includes(publicKey.split(' ')[1] ?? ''), false);
  await page.getByText('In use', { exact: true }).waitFor();
  assert.deepEqual(errors, []);
});

test('deleting says what stops and what stays, asks once, and the history remains', { skip }, async () => {
  await openDestination();
  await button('Delete').click();
  await page.getByText('the place up to which they were delivered', { exact: false }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Before you begin' }).waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Transfer history' }).click();
  await page.getByText('Delivered', { exact: true }).first().waitFor();
  assert.deepEqual(errors, []);
});

function button(name: string) {
  return page.getByRole('button', { name, exact: true });
}

async function signIn(on: Page, email: string): Promise<void> {
  await on.goto('/sign-in');
  await on.getByLabel('E-mail address').fill(email);
  await on.getByLabel(/^Password/).fill(administrator.password);
  await on.getByRole('button', { name: 'Sign in' }).click();
  await on.getByRole('heading', { name: 'Harbor' }).waitFor();
}

async function openDestination(): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'SFTP data transfer' }).click();
  await page.getByRole('table', { name: 'Destinations' }).getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
}

async function beginFromTheEmptyPage(): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'SFTP data transfer' }).click();
  await page.getByRole('heading', { name: 'Before you begin' }).waitFor();
  await page.getByText('198.51.100.7').waitFor();
  await page.getByRole('link', { name: 'Set up' }).click();
  await page.getByRole('radio', { name: 'Connections' }).check();
  await button('Go on').click();
}

async function describeServer(): Promise<void> {
  await page.getByRole('textbox', { name: 'Host' }).fill('sftp://127.0.0.1/upload');
  await page.getByRole('textbox', { name: 'Port' }).fill(String(partner.port));
  await page.getByRole('textbox', { name: 'User name' }).fill(partner.username);
  await page.getByRole('textbox', { name: 'Folder' }).fill(partner.folder);
  await page.getByRole('radio', { name: 'A password' }).check();
  await page.getByLabel(/^Password/).fill(partner.password);
  await button('Save and go on').click();
  // What is wrong is said beside the input, and what was typed stays.
  await page.getByText('Write 127.0.0.1 as the host and /upload as the folder.').first().waitFor();
  await page.getByRole('textbox', { name: 'Host' }).fill(partner.host);
  await button('Save and go on').click();
  errors.splice(0, errors.length, ...errors.filter((error) => !error.includes('status of 400')));
}

async function chooseWhen(): Promise<void> {
  await page.getByRole('heading', { name: 'When to send' }).waitFor();
  await page.getByText('New York time').first().waitFor();
  assert.equal(
    await page
      .getByRole('listitem')
      .filter({ hasText: /2:00.AM E[SD]T/ })
      .count(),
    3,
  );
  await button('Save and go on').click();
}

async function chooseFile(): Promise<void> {
  await page.getByRole('heading', { name: 'The file' }).waitFor();
  await page.getByRole('textbox', { name: 'File name' }).fill('harbor-{number}.csv');
  await page.getByText('harbor-1.csv').waitFor();
  await page.getByText(/^Columns \(19 of 19\)/).click();
  await page.getByRole('checkbox', { name: 'GPA' }).uncheck();
  await page.getByRole('textbox', { name: 'Name of School in the file' }).fill('High School');
  await page.getByRole('button', { name: 'Move Student ID up' }).click();
  await button('Save and go on').click();
}

async function testStopsAtTheFingerprint(): Promise<void> {
  await button('Test and Save').click();
  await page.getByRole('dialog', { name: 'Is this your server?' }).waitFor();
  assert.doesNotMatch(partner.log(), /Accepted|Failed password/);
  const command = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub';
  await page.getByRole('dialog').getByText(command).first().waitFor();
}

/** Enter confirms nothing; only the button does. Then the test goes on by itself. */
async function compareAndConfirm(): Promise<void> {
  const field = page.getByRole('textbox', { name: 'What your IT department sent' });
  await field.fill(partner.hostKeys[0]?.md5.slice('MD5:'.length) ?? '');
  await page.getByText('It was compared by MD5', { exact: false }).waitFor();
  await field.fill(partner.hostKeys[0]?.sha256 ?? '');
  await page.getByText('The same.').waitFor();
  await field.press('Enter');
  assert.equal(await page.getByRole('dialog').isVisible(), true);
  await button('Confirm and go on').click();
  await page.getByText('The test passed', { exact: true }).waitFor();
  assert.equal(
    await page
      .getByRole('listitem')
      .filter({ hasText: /^Delete it.*Done/s })
      .count(),
    1,
  );
  assert.deepEqual(await readdir(partner.local('/upload')), []);
  await page.getByRole('link', { name: 'To the destination' }).click();
  await page.getByRole('region', { name: 'State' }).getByText('On', { exact: true }).waitFor();
}

async function load(names: string[]): Promise<void> {
  const rows = names.map((firstName) =>
    JSON.stringify({
      externalId: `c-${firstName}`,
      connectedAt: '2026-11-20',
      firstName,
      email: `${firstName.toLowerCase()}@example.edu`,
      school: 'Harbor High',
    }),
  );
  const answer = await fetch(`${app.http}/api/v1/institutions/harbor/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/x-ndjson' },
    body: `${rows.join('\n')}\n`,
  });
  assert.equal(answer.ok, true, await answer.text());
}

async function loadAndPreview(): Promise<void> {
  await load(['Amara', 'Bo', 'Chen']);
  await button('Show what would be sent').click();
  await page.getByText('3 rows').waitFor();
  await page.getByRole('cell', { name: 'amara@example.edu' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download now' }).click();
  assert.equal((await readFile(await (await download).path(), 'utf8')).trim().split('\n').length, 4);

  await page.getByRole('button', { name: 'Export and mark' }).click();
  const exported = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download and mark' }).click();
  assert.equal((await readFile(await (await exported).path(), 'utf8')).trim().split('\n').length, 4);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const settings = '/institutions/harbor/outbound-settings';
  const marked = await app.client.get<OutboundSettings>(settings);
  assert.match(marked.connectionsLastExported ?? '', /^\d{4}-\d\d-\d\d$/);
  // A first transfer would start at that day, and the records are older.
  await app.client.send('PATCH', settings, { connectionsLastExported: null });

  const [destination] = await app.client.list<{ id: string }>('/institutions/harbor/destinations');
  const path = `/institutions/harbor/destinations/${destination?.id}`;
  const key = await app.client.get<{ fingerprint: string }>('/institutions/harbor/manifest-key');
  await app.client.send('PATCH', path, { file: { manifest: true } });
  await page.reload();
  await page.getByText(key.fingerprint).waitFor();
  await app.client.send('PATCH', path, { file: { manifest: false } });
  await page.reload();
  await button('Run now').waitFor();
}

async function runNow(): Promise<void> {
  await button('Run now').click();
  await page.getByRole('region', { name: 'What happened' }).getByText('Delivered', { exact: true }).waitFor();
  await page.getByRole('heading', { level: 1, name: 'harbor-1.csv' }).waitFor();
  assert.deepEqual(await readdir(partner.local('/upload')), ['harbor-1.csv']);
  const delivered = await readFile(partner.local('/upload/harbor-1.csv'), 'utf8');
  assert.match(delivered, /^externalId,studentId,connectedAt,/);
  assert.match(delivered, /,High School,/);
  assert.equal(delivered.includes('gpa'), false);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the file' }).click();
  assert.equal(await readFile(await (await download).path(), 'utf8'), delivered);
}

async function sendAgain(): Promise<void> {
  const first = page.url();
  const sent = partner.local('/upload/harbor-1.csv');
  const before = await readFile(sent, 'utf8');
  await rm(sent);
  await button('Send again').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
  await page.waitForURL((url) => url.href !== first);
  await page.getByText('Sent again, to').waitFor();
  await page.getByRole('region', { name: 'What happened' }).getByText('Delivered', { exact: true }).waitFor();
  assert.equal(await readFile(sent, 'utf8'), before);
}

async function historyFilters(): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: 'Transfer history' }).click();
  await page.getByRole('combobox', { name: 'Started' }).click();
  await page.getByRole('option', { name: 'Run now' }).click();
  await page.waitForURL(/trigger=manual/);
  const rows = page.getByRole('table', { name: 'Transfers' }).locator('tbody tr');
  await rows.nth(1).waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 1);
  await page.reload();
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
}
