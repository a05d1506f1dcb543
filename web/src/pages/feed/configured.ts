// Has somebody been through Configure? The feed tells by what it holds; a Configure without a key is remembered by the browser.

import type { Feed } from '@api/feeds.ts';

const name = (feedId: string) => `causeway-configured-${feedId}`;

export function isConfigured(feed: Feed): boolean {
  if (feed.enabled || feed.publicKeys.length > 0 || feed.columns.length > 0) return true;
  try {
    return localStorage.getItem(name(feed.id)) !== null;
  } catch {
    return false;
  }
}

/** Browsers that refuse to remember ask again: nothing is lost. */
export function rememberConfigured(feedId: string): void {
  try {
    localStorage.setItem(name(feedId), 'yes');
  } catch {
    return;
  }
}
