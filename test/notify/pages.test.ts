// The page Notifications in real Chromium, on the whole application: an administrator reads a mail that is kept, chooses who gets
// the digest, adds a webhook, tries it out, and deletes it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { hasPeer } from '../../scripts/debian-peers.ts';
import { startTestApp, type TestApp } from '../kit/app.ts';
import { openPage, startBrowser } from '../kit/browser.ts';
import { until } from '../kit/until.ts';
import { verifyWebhook } from '../kit/verify-webhook.ts';

const skip = hasPeer('Chromium') ? false : 'Chromium is not on this machine';
const admin = { name: 'Pat Rivera', email: 'pat@harbor.example', password: 'a long enough phrase' };
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
  response.writeHead(204).end();
});

let app: TestApp;
let browser: Browser;
let page: Page;
let errors: string[];

before(async () => {
  if (skip) return;
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  app = await startTestApp({ CAUSEWAY_ALLOW_NETWORKS: '127.0.0.0/8' });
  const { client } = app;
  const harbor = { name: 'Harbor', slug: 'harbor', timeZone: 'America/New_York', country: 'US' };
  await client.send('POST', '/institutions', harbor);
  await client.send('POST', '/users', { ...admin, role: 'admin', institution: 'harbor' });
  await client.send('POST', '/users', {
    ...admin,
    email: 'vera@harbor.example',
    role: 'viewer',
    institution: 'harbor',
  });
  browser = await startBrowser();
  ({ page, errors } = await openPage(browser, app.http));
});
after(async () => {
  await browser?.close();
  await app?.close();
  receiver.closeAllConnections();
  receiver.close();
});

async function signIn(email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel(/^Password/).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Harbor' }).waitFor();
}

/** Both schemes, and the width of a phone. */
async function looksRight(): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`Promise.all(document.getAnimations().flatMap((one) =>
      one.effect?.getComputedTiming().endTime === Infinity ? [] : [one.finished.catch(() => undefined)]))`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    assert.deepEqual(
      violations.flatMap(({ id, nodes }) => nodes.map((node) => [colorScheme, id, node.html.slice(0, 200)])),
      [],
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 844 });
  const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
  await until(() => page.evaluate<boolean>(fits), { what: 'a page that is no wider than a phone', seconds: 10 });
  await page.setViewportSize({ width: 1280, height: 900 });
}

test('an administrator reads what was mailed, chooses who gets the digest, and connects a program', {
  skip,
}, async () => {
  await signIn(admin.email);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Notifications' }).click();
  await page.getByText('Mail is kept here').waitFor();
  await page.getByText('No mail yet').waitFor();
  await looksRight();

  await app.client.send('POST', '/institutions/harbor/destinations', {
    dataset: 'connections',
    name: 'Campus <b>CRM</b>',
    host: 'sftp.harbor.example',
    port: 22,
    path: '/in',
    username: 'causeway',
    password: 'canary-password',
    frequency: 'daily',
  });
  await page.reload();
  await page.getByRole('link', { name: /^Destination created: “Campus <b>CRM/ }).click();
  await page.getByText('What to do: Nothing, if this was meant.').waitFor();
  await page.getByText('No mail server was set.').waitFor();
  assert.ok(!(await page.content()).includes('canary-password'));
  await looksRight();
  await page.getByRole('main').getByRole('link', { name: 'Notifications' }).click();

  await page.getByRole('switch', { name: /^Send the digest/ }).click();
  await page.getByRole('button', { name: 'Save the digest' }).click();
  await page.getByText('The digest is on, but nobody gets it.').waitFor();
  await page.getByLabel('Recipients').fill('dean@harbor.example\noffice@harbor.example');
  await page.getByRole('button', { name: 'Save the digest' }).click();
  await page.getByText(/The next one comes on Monday, .* at 8:00:00 AM E[SD]T/).waitFor();

  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  await page.getByLabel(/^Address/).fill('http://hooks.harbor.example/');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  await page.getByText('This address is not encrypted.').first().waitFor();
  await looksRight();
  await page.getByLabel(/^Address/).fill(url);
  await page.getByLabel('A destination is changed').check();
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  const secret = await page.getByRole('textbox', { name: 'The secret' }).inputValue();
  await page.getByRole('button', { name: 'Copy and close' }).click();
  const saved = page.getByLabel(/The browser does not allow copying/);
  const link = page.getByRole('link', { name: url });
  await saved.or(link).first().waitFor();
  if (await saved.isVisible()) {
    await saved.check();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  }
  await link.click();
  await page.getByText('Nothing has been sent yet').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('cell', { name: 'Delivered' }).waitFor();
  const [got] = received;
  assert.ok(got);
  await verifyWebhook(secret, got.headers, got.body, new Date());
  assert.equal(JSON.parse(got.body).data.url, `${app.http}/i/harbor/notifications`);
  await looksRight();
  await page.getByRole('switch', { name: /^Send to this webhook/ }).click();
  await until(
    async () => (await app.client.list<{ active: boolean }>('/institutions/harbor/webhooks'))[0]?.active === false,
  );
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the webhook' }).click();
  await page.getByText('No webhook', { exact: true }).waitFor();
  // The two that were refused on purpose are errors to the browser.
  assert.deepEqual(
    errors.filter((error) => !error.includes('status of 400')),
    [],
  );
});

test('a viewer has no entry for it, and the address says that an administrator can help', { skip }, async () => {
  await page.context().clearCookies();
  await signIn('vera@harbor.example');
  assert.equal(await page.getByRole('link', { name: 'Notifications' }).count(), 0);
  await page.goto('/i/harbor/notifications');
  await page.getByText('Your role does not allow this.').first().waitFor();
});
