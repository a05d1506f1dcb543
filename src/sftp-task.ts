// What a process that serves SFTP is given by the main process to begin with.
// Invariant: plain JSON that goes by the channel between the two, never by arguments or the environment: it holds secrets.

import type { DatabaseLink } from './db/links.ts';

export type SftpTask = {
  /** What its links to the database are called. */
  databaseName: string;
  database: DatabaseLink;
  poolSize: number;
  filesDir: string;
  masterKey: string;
  /** Private keys. */
  hostKeys: string[];
  wideWindows: number;
  logLevel: string;
};

/** Free bytes that uploads may not eat up, so that the database can go on working. */
export const diskReserve = 64 * 1024 * 1024;
