// Debian's Chromium for walks through the pages, and where it keeps quiet.
// Invariant: a page that logs an error fails the walk that looked at it.

import { type Browser, chromium, type Page } from 'playwright-core';

/** Started as tests may run: as root, without looking for anything outside this machine. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of its own browser context. `errors` fills with what the page throws or logs as an error. */
export async function openPage(browser: Browser, baseURL: string): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // Asking who is signed in answers 401 before anybody is.
    if (message.type() === 'error' && !message.location().url.endsWith('/api/v1/session')) errors.push(message.text());
  });
  return { page, errors };
}
