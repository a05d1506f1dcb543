// Connections in a real browser: a file that is refused, one that is loaded in part, the records, and the settings of outbound.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { hasPeer } from '../../scripts/debian-peers.ts';
import type { OutboundSettings } from '../../src/api/connections.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { openPage, startBrowser } from '../kit/browser.ts';

const skip = hasPeer('Chromium') ? false : 'Chromium is not on this machine';
const samples = join(import.meta.dirname, '../../samples');

let app: TestApp;
let browser: Browser;
let page: Page;
let errors: string[];

before(async () => {
  if (skip) return;
  app = await startTestApp();
  browser = await startBrowser();
  ({ page, errors } = await openPage(browser, app.http));
  const wanted = { name: 'Harbor', slug: 'harbor', timeZone: 'America/New_York', country: 'US' };
  await app.client.send('POST', '/institutions', wanted);
  const person = { name: 'Robin Field', email: 'robin@harbor.example', password: 'a long enough phrase' };
  await app.client.send('POST', '/users', { ...person, role: 'admin', institution: 'harbor' });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel(/^Password/).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
});
after(async () => {
  await browser?.close();
  await app?.close();
});

test('an administrator loads a file, reads what was wrong, and finds the students', { skip }, async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Connections' }).click();
  await page.getByText('There are no connections yet').waitFor();
  await page.getByRole('link', { name: 'Load connections' }).first().click();
  await drop('fall-roster.csv');
  await page.getByText('The file has no columns “externalId” and “connectedAt”, which every row needs.').waitFor();
  await drop('connections.csv');
  await page.getByText('30 rows: 27 connections created and 3 rejected.').waitFor();
  const problems = page.getByRole('table', { name: 'Problems of the load' }).getByRole('row');
  assert.equal(await problems.count(), 8);
  assert.match(await problems.nth(2).innerText(), /Row 9\s+CX-1008\s+Row rejected\s+There is no phone/);
  await page.getByRole('link', { name: 'Load another file' }).click();
  await drop('connections.csv');
  await page.getByText('30 rows: 27 unchanged and 3 rejected.').waitFor();
  await page.getByRole('link', { name: 'Former loads' }).click();
  await page.getByRole('table', { name: 'Loads of connections' }).waitFor();
  assert.equal(await page.getByText('Loaded in part').count(), 2);

  await page.getByRole('navigation').getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill('leilani');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(/search=leilani/);
  await page.getByRole('link', { name: 'Leilani Kahale' }).click();
  await page.getByRole('heading', { name: 'Leilani Kahale' }).waitFor();
  await page.getByText('187 Cedar Street').waitFor();
  await page.goto('/i/harbor/connections?delivered=true');
  await page.getByText('No connection fits these filters').waitFor();
});

test('majors and the day of the last export are set by the page; majors are switched by operators only', {
  skip,
}, async () => {
  await page.goto('/i/harbor/connections/settings');
  assert.equal(await page.getByRole('switch', { name: 'Deliver majors' }).isDisabled(), true);
  await page.getByLabel('Majors that you offer').fill('Nursing\n\nBiology\nnursing');
  await page.getByRole('button', { name: 'Save the majors' }).click();
  await page.getByRole('button', { name: 'Save the majors' }).waitFor({ state: 'detached' });
  await page.getByLabel('Day of the last export').fill('2099-01-01');
  await page.getByRole('button', { name: 'Save the day' }).click();
  await page.getByText('The day of the last export lies in the future.').waitFor();
  await page.getByRole('textbox', { name: 'Day of the last export' }).fill('2026-08-31');
  await page.getByRole('button', { name: 'Save the day' }).click();
  await page.getByRole('button', { name: 'Save the day' }).waitFor({ state: 'detached' });
  const settings = await app.client.get<OutboundSettings>('/institutions/harbor/outbound-settings');
  assert.deepEqual(settings, {
    majorsEntitled: false,
    offeredMajors: ['Nursing', 'Biology'],
    connectionsLastExported: '2026-08-31',
    message: null,
  });
  // Refusals are answers of 400, which the browser logs; nothing else may be there.
  assert.deepEqual(
    errors.filter((error) => !error.includes('status of 400')),
    [],
  );
});

/** Chooses a file on the page that loads one. */
async function drop(name: string): Promise<void> {
  await page.getByRole('heading', { name: 'Load connections' }).waitFor();
  await page.locator('input[type=file]').setInputFiles(join(samples, name));
}
