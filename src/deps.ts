// Types only: what a use case may ask for. A use case takes `Pick<Deps, …>` as its first argument.

import type { Logger } from 'pino';
import type { Database, Tx } from './db/connection.ts';
import type { WorkQueue } from './db/queue.ts';
import type { NotifyEvent } from './domain/events.ts';
import type { FeedId, InstitutionId } from './domain/ids.ts';
import type { Clock, Encrypter, FileStore, HttpPost, MailTransport, NewId, Sealer } from './domain/ports.ts';
import type { RemoteServers } from './domain/remote.ts';

/** What this installation is, as people and clients see it. */
export type Installation = {
  version: string;
  /** Host and port that institutions are shown; the port is known after listening. */
  publicSftp(): { host: string; port: number };
  publicUrl(): string;
  /** The addresses that destinations see us come from. */
  egressAddresses: readonly string[];
};

export type Deps = {
  db: Database;
  files: FileStore;
  clock: Clock;
  newId: NewId;
  sealer: Sealer;
  /** Files for an OpenPGP key. */
  encrypter: Encrypter;
  log: Logger;
  installation: Installation;
  /** Wakes the import worker of this process; others look by themselves within a second. */
  wakeImports(): void;
  /** Ends the open SFTP sessions of a feed, on every node, soon after it returns. */
  endSessions(feedId: FeedId): void;
  /** Jobs, queued in the transaction of the change that wants them. */
  queue: Pick<WorkQueue, 'send'>;
  /** The way to servers of others; it refuses addresses that this installation may not reach. */
  remote: RemoteServers;
  /** The way to webhooks, under the same address rules. */
  post: HttpPost;
  /** Sends mail; null where no SMTP server is set. */
  mail: MailTransport | null;
  /** Writes the mails and webhook deliveries of an event, and queues them, in the same transaction. Call it before the audit event. */
  notify(tx: Tx, institutionId: InstitutionId, event: NotifyEvent): Promise<void>;
};
