// What is open in this process: per feed, the files being written by any session, and the order of changes to its files.
// Invariant: of one feed, one change at a time is made by this process; other processes are kept out by a lock in the database.

import type { FeedId } from '../domain/ids.ts';
import { parentOf } from '../domain/virtual-files.ts';
import type { Upload } from './upload.ts';

/** The open files of one feed, oldest first. */
export class OpenFeed {
  readonly #uploads = new Set<Upload>();
  #last: Promise<unknown> = Promise.resolve();

  /** Runs work that changes the feed's files after all such work that was asked for before. */
  change<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  add(upload: Upload): void {
    this.#uploads.add(upload);
  }

  remove(upload: Upload): void {
    this.#uploads.delete(upload);
  }

  get isIdle(): boolean {
    return this.#uploads.size === 0;
  }

  /** The uploads that stand at a path, whether they changed anything yet or not. */
  at(path: string): Upload[] {
    return [...this.#uploads].filter((upload) => !upload.unlinked && upload.path === path);
  }

  /** What others see at a path before it is closed: the latest writer's bytes. */
  visibleAt(path: string): Upload | null {
    return this.at(path).findLast((upload) => upload.isVisible) ?? null;
  }

  /** The same for all that lies directly in a folder. */
  visibleIn(folder: string): Upload[] {
    const latest = new Map<string, Upload>();
    for (const upload of this.#uploads)
      if (upload.isVisible && parentOf(upload.path) === folder) latest.set(upload.path, upload);
    return [...latest.values()];
  }

  /** All uploads at any depth below a folder. */
  below(folder: string): Upload[] {
    return [...this.#uploads].filter((upload) => !upload.unlinked && upload.path.startsWith(`${folder}/`));
  }

  /** Is somebody writing to this path, besides the one that asks? */
  hasWriterAt(path: string, besides?: Upload): boolean {
    return this.at(path).some((upload) => upload !== besides);
  }
}

/** The open files of all feeds. One per process, made by whoever puts the application together. */
export class OpenFeeds {
  readonly #feeds = new Map<FeedId, { feed: OpenFeed; roots: number }>();

  /** For one root of a session; give it back with `leave`. */
  enter(feedId: FeedId): OpenFeed {
    const entry = this.#feeds.get(feedId) ?? { feed: new OpenFeed(), roots: 0 };
    entry.roots += 1;
    this.#feeds.set(feedId, entry);
    return entry.feed;
  }

  /** Has any session of this process the path open for writing? */
  hasWriterAt(feedId: FeedId, path: string): boolean {
    return this.#feeds.get(feedId)?.feed.hasWriterAt(path) ?? false;
  }

  leave(feedId: FeedId): void {
    const entry = this.#feeds.get(feedId);
    if (!entry) return;
    entry.roots -= 1;
    if (entry.roots <= 0) this.#feeds.delete(feedId);
  }
}
