// Types only: what a use case may ask for. A use case takes `Pick<Deps, …>` as its first argument.

import type { Logger } from 'pino';
import type { Database } from './db/connection.ts';
import type { FeedId } from './domain/ids.ts';
import type { Clock, FileStore, NewId, Sealer } from './domain/ports.ts';

/** What this installation is, as people and clients see it. */
export type Installation = {
  version: string;
  /** Host and port that institutions are shown; the port is known after listening. */
  publicSftp(): { host: string; port: number };
  publicUrl(): string;
};

export type Deps = {
  db: Database;
  files: FileStore;
  clock: Clock;
  newId: NewId;
  sealer: Sealer;
  log: Logger;
  installation: Installation;
  /** Wakes the import worker of this process; others look by themselves within a second. */
  wakeImports(): void;
  /** Ends the open SFTP sessions of a feed, on every node, soon after it returns. */
  endSessions(feedId: FeedId): void;
};
