// A PostgreSQL from Debian's package, so that the tests can run on another one than the embedded.
// Invariant: it uses nothing of the machine's own clusters: a folder, a socket and a process of its own.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFiles, handOver, makeDataFolder } from '../../src/db/embedded/data-files.ts';
import { chooseLauncher } from '../../src/db/embedded/launcher.ts';
import { PostgresServer } from '../../src/db/embedded/server.ts';
import { makeSocketFolder } from '../../src/db/embedded/socket-folder.ts';
import { scratchFolder } from './database-server.ts';

interface DebianPostgres {
  /** For `CAUSEWAY_TEST_DATABASE_URL`. */
  url: string;
  /** The major version, such as `15`. */
  version: string;
  stop(): Promise<void>;
}

/** Starts the newest installed one (package `postgresql`); undefined where there is none. */
export async function startDebianPostgres(): Promise<DebianPostgres | undefined> {
  const installed = '/usr/lib/postgresql';
  if (!existsSync(installed)) return undefined;
  const version = readdirSync(installed)
    .filter((name) => existsSync(join(installed, name, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  if (version === undefined) return undefined;

  const parent = mkdtempSync(join(scratchFolder(), 'causeway-debian-'));
  chmodSync(parent, 0o711);
  const folder = join(parent, 'data');
  makeDataFolder(folder);
  const files = dataFiles(folder);
  const launcher = await chooseLauncher(folder, { root: join(installed, version), version });
  handOver(files, launcher.owner);
  const password = randomUUID();
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  const child = launcher.launch('initdb', [
    ...['-D', files.cluster, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
  ]);
  child.stdout.resume();
  child.stderr.pipe(process.stderr);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`initdb of PostgreSQL ${version} ended with ${code}`);
  const socket = makeSocketFolder(files, launcher.owner);
  const server = new PostgresServer({ launcher, files, socketFolder: socket.path });
  await server.start();
  return {
    url: `postgres://postgres:${password}@localhost:5432/postgres?host=${encodeURIComponent(socket.path)}`,
    version,
    async stop() {
      await server.stop('immediate');
      rmSync(parent, { recursive: true });
    },
  };
}
