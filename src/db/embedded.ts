// PostgreSQL that Causeway brings, starts and stops itself, with its data below the data folder.
// Invariant: the data folder is locked from before the first look at the files until PostgreSQL has ended.
import { realpathSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import type { DatabaseLog } from './connection.ts';
import { packagedBinaries } from './embedded/binaries.ts';
import { dataFiles, ensureCluster, handOver, makeDataFolder } from './embedded/data-files.ts';
import { lockFolder } from './embedded/folder-lock.ts';
import { chooseLauncher, type RunAs } from './embedded/launcher.ts';
import { ensureDatabase } from './embedded/provision.ts';
import { PostgresServer, type StopMode } from './embedded/server.ts';
import { makeSocketFolder } from './embedded/socket-folder.ts';

export interface EmbeddedPostgres {
  /** The link of the application: database `causeway`, which its role owns; the role is not a superuser. */
  readonly application: ClientConfig;
  /** The link of the superuser, to the database `postgres`: for provisioning and tests only. */
  readonly superuser: ClientConfig;
  readonly runAs: RunAs;
  /** The process number of PostgreSQL now; undefined while it is started again. */
  pid(): number | undefined;
  /** Whether PostgreSQL keeps this process alive (it does at first). */
  letProcessEnd(free: boolean): void;
  /** Stops PostgreSQL and unlocks the folder. Links must have ended, or they are cut. May be called twice. */
  stop(mode?: StopMode): Promise<void>;
}

interface EmbeddedOptions {
  log?: DatabaseLog | undefined;
  /** Changes to `serverSettings`, for tests. */
  settings?: Record<string, string>;
}

/** Starts PostgreSQL on the data folder, which is made when missing. Throws `DatabaseStartError` with a sentence for people. */
export async function startEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const binaries = packagedBinaries();
  makeDataFolder(folder);
  const files = dataFiles(realpathSync(folder));
  const unlock = lockFolder(files.folder);
  try {
    const launcher = await chooseLauncher(files.folder, binaries, options.log);
    handOver(files, launcher.owner);
    const { passwords, fresh } = await ensureCluster(files, launcher);
    const socket = makeSocketFolder(files, launcher.owner);
    const { settings, log } = options;
    const server = new PostgresServer({ launcher, files, socketFolder: socket.path, settings, log });
    const link = { host: socket.path, port: 5432 };
    const superuser = { ...link, user: 'postgres', password: passwords.superuser, database: 'postgres' };
    const application = { ...link, user: 'causeway', password: passwords.application, database: 'causeway' };
    try {
      await server.start();
      await ensureDatabase(superuser, application, fresh);
    } catch (error) {
      await server.stop();
      socket.remove();
      throw error;
    }
    let stopped: Promise<void> | undefined;
    const stop = async (mode: StopMode | undefined) => {
      await server.stop(mode);
      socket.remove();
      unlock();
    };
    return {
      application,
      superuser,
      runAs: launcher.runAs,
      pid: () => server.pid,
      letProcessEnd: (free) => server.letProcessEnd(free),
      stop: (mode) => (stopped ??= stop(mode)),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
