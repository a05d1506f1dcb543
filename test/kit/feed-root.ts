// What tests of a feed's virtual root stand on: real database and files, a feed, and sessions on it.
// Invariant: outcomes are read from the tables, not from what the code under test says of itself.

import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { FeedId, InstitutionId } from '../../src/domain/ids.ts';
import type { OpenFlags, VirtualFile, VirtualRoot } from '../../src/domain/virtual-files.ts';
import { OpenFeeds } from '../../src/inbound/open-feeds.ts';
import type { ReceiveDeps } from '../../src/inbound/root-context.ts';
import { openVirtualRoot } from '../../src/inbound/virtual-root.ts';
import { putSetting } from '../../src/store/settings.ts';
import { makeInstitution, openTestDeps, type TestDeps } from './accounts.ts';

export type TestFeed = { institutionId: InstitutionId; feedId: FeedId; deps: TestDeps & ReceiveDeps };

/** A feed of a new institution; everything ends with the test. */
export async function openTestFeed(t: TestContext, changes: Partial<ReceiveDeps> = {}): Promise<TestFeed> {
  const base = await openTestDeps();
  t.after(() => base.close());
  const deps = { ...base, openFeeds: new OpenFeeds(), reserveBytes: 0, ...changes };
  return addTestFeed(deps, 'north');
}

export async function addTestFeed(deps: TestFeed['deps'], slug: string): Promise<TestFeed> {
  const { id, feedId } = await makeInstitution(deps, slug);
  await putSetting(deps.db, 'settle_seconds', 3);
  return { institutionId: id, feedId, deps };
}

/** A session on a feed. */
export function openSession(feed: TestFeed): VirtualRoot {
  const session = { sessionId: randomUUID(), loginMethod: 'password', client: 'test client', address: '192.0.2.7' };
  return openVirtualRoot(feed.deps, feed, new Date(0), session);
}

export const flags = (letters: string): OpenFlags => ({
  read: letters.includes('r'),
  write: letters.includes('w'),
  append: letters.includes('a'),
  create: letters.includes('c'),
  truncate: letters.includes('t'),
  exclusive: letters.includes('x'),
});

/** OPEN as `letters` of `rwactx` say, WRITE, CLOSE. */
export async function put(root: VirtualRoot, path: string, text: string, letters = 'wct'): Promise<void> {
  const file = await root.open(path, flags(letters), {});
  await file.write([Buffer.from(text)], 0);
  await file.close();
}

export async function get(root: VirtualRoot, path: string): Promise<string> {
  const file = await root.open(path, flags('r'), {});
  const text = await contentOf(file);
  await file.close();
  return text;
}

export async function contentOf(file: VirtualFile): Promise<string> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(size + 10);
  return buffer.subarray(0, await file.read(buffer, buffer.length, 0)).toString();
}

/** The names in a folder, folders with a slash behind them, with their sizes, in the order of names. */
export async function listing(root: VirtualRoot, folder = '/'): Promise<string[]> {
  const entries = await root.list(folder);
  return entries.map(({ path, kind, size }) => (kind === 'folder' ? `${path}/` : `${path} ${size}`)).sort();
}

export type ImportRow = {
  path: string;
  status: string;
  reason: string | null;
  waitsFor: string | null;
  how: string;
  text: string;
  dryRun: boolean;
  /** Seconds from now until it is ready. */
  readyIn: number;
};

/** The imports of a feed in the order of the queue, with the text of their files. */
export async function importsOf(feed: TestFeed): Promise<ImportRow[]> {
  const { db, files, clock } = feed.deps;
  const rows = await db.query<Omit<ImportRow, 'text' | 'readyIn'> & { key: string; readyAt: Date }>(
    `select i.path, i.status, i.reason, i.waits_for as "waitsFor", a.how, i.dry_run as "dryRun", s.storage_key as key,
       i.ready_at as "readyAt"
     from imports i join arrivals a on a.id = i.arrival_id join stored_files s on s.id = i.stored_file_id
     where i.institution_id = $1 and i.feed_id = $2 order by i.queue_number`,
    [feed.institutionId, feed.feedId],
  );
  return Promise.all(
    rows.map(async ({ key, readyAt, ...row }) => {
      const parts: Uint8Array[] = [];
      for await (const part of files.stream(feed.institutionId, key)) parts.push(part);
      const readyIn = (readyAt.getTime() - clock.now().getTime()) / 1000;
      return { ...row, text: Buffer.concat(parts).toString(), readyIn };
    }),
  );
}

/** The same as short texts: `PATH STATUS REASON|WAITS "TEXT"`. */
export async function historyOf(feed: TestFeed): Promise<string[]> {
  const rows = await importsOf(feed);
  return rows.map(({ path, status, reason, waitsFor, text }) =>
    [path, status, reason ?? waitsFor, `"${text}"`].filter((part) => part !== null).join(' '),
  );
}

/** As a worker would: every queued import of the feed that is ready is taken, and ends as `status`. */
export async function takeAll(feed: TestFeed, status = 'succeeded'): Promise<number> {
  return feed.deps.db.execute(
    `update imports set status = $3, waits_for = null
     where institution_id = $1 and feed_id = $2 and status = 'queued' and waits_for is null`,
    [feed.institutionId, feed.feedId, status],
  );
}
