// The embedded PostgreSQL when either process is killed: nothing acknowledged is lost, and the next start always works.
import assert from 'node:assert/strict';
import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, test } from 'node:test';
import {
  cleanUp,
  dataFolder,
  emptyFolder,
  kill,
  notLinux,
  openEmbedded,
  postgresOf,
  postmaster,
  startLedger,
  until,
  whenDone,
} from '../../test/kit/embedded.ts';
import { DatabaseError } from './database-error.ts';
import { packagedBinaries } from './embedded/binaries.ts';
import { dataFiles } from './embedded/data-files.ts';
import { chooseLauncher } from './embedded/launcher.ts';
import { startEmbedded } from './embedded.ts';
import { openPool } from './pool.ts';

afterEach(cleanUp);

test('kill -9 during commits, again and again: the next start works and no acknowledged commit is lost', async () => {
  const folder = await dataFolder();
  const acknowledged: number[] = [];
  for (const commits of [0, 1, 5, 60, 300, 1000]) {
    const ledger = await startLedger(folder);
    await until(() => ledger.acknowledged.length >= commits);
    await kill(ledger);
    acknowledged.push(...ledger.acknowledged);
  }
  const db = await openEmbedded(folder);
  const kept = new Set((await db.query<{ number: number }>('SELECT number FROM ledger')).map((row) => row.number));
  await db.close();
  assert.deepEqual(
    acknowledged.filter((number) => !kept.has(number)),
    [],
  );
  // At most the four that were under way at each kill.
  assert.ok(kept.size - acknowledged.length <= 6 * 4);
});

for (const end of ['kill -9', 'process.exit'] as const) {
  const skip = notLinux || (!existsSync('/usr/bin/setpriv') && 'needs setpriv');
  test(`PostgreSQL does not outlive Causeway after ${end}`, { skip }, async () => {
    const folder = await dataFolder();
    const ledger = await startLedger(folder, end === 'kill -9' ? 'commit' : 'exit');
    if (end === 'kill -9') await kill(ledger);
    else await ledger.closed;
    await until(() => postgresOf(folder).length === 0);
  });
}

/** Starts PostgreSQL on the folder without Causeway around it, as one whose parent was killed; gives its process. */
async function startOrphan(folder: string): Promise<ChildProcess> {
  const launcher = await chooseLauncher(folder, packagedBinaries());
  const files = dataFiles(folder);
  const server = await startEmbedded(folder);
  await server.stop();
  const orphan = launcher.launch('postgres', [
    '-D',
    files.cluster,
    '-c',
    'listen_addresses=',
    '-k',
    join(files.base, 'run'),
  ]);
  whenDone(() => orphan.kill('SIGQUIT'));
  await until(() => existsSync(join(files.base, 'run', '.s.PGSQL.5432')));
  return orphan;
}

test('a PostgreSQL that outlived its Causeway is stopped, and a new one started', { skip: notLinux }, async () => {
  const folder = await dataFolder();
  const orphan = await startOrphan(folder);
  assert.equal(postmaster(folder), orphan.pid);
  const ended = once(orphan, 'exit');
  const db = await openEmbedded(folder);
  await ended;
  assert.notEqual(postmaster(folder), orphan.pid);
  await db.close();
});

test('processes of a PostgreSQL whose head was killed are gone before a new one starts', {
  skip: notLinux,
}, async () => {
  const folder = await dataFolder();
  const orphan = await startOrphan(folder);
  const before = postgresOf(folder);
  const ended = once(orphan, 'exit');
  orphan.kill('SIGKILL');
  await ended;
  const db = await openEmbedded(folder);
  assert.deepEqual(
    postgresOf(folder).filter((pid) => before.includes(pid)),
    [],
  );
  await db.close();
});

/** A process as the user of PostgreSQL: to numbers of other users PostgreSQL itself pays no attention. */
function stranger(script: string): ChildProcessByStdio<null, Readable, null> {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  return spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], ...user });
}

const strangers: [string, string, (pid: number) => boolean][] = [
  ['a process that is gone', 'echo $$', (pid) => !existsSync(`/proc/${pid}`)],
  ['another program that has the number now', 'echo $$; exec sleep 60', () => true],
  [
    'a zombie',
    // The shell becomes `sleep`, which never looks after the child that the shell had.
    'sleep 0.1 & echo $!; exec sleep 60',
    (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '),
  ],
];
for (const [title, script, isSo] of strangers) {
  test(`a postmaster.pid that names ${title} does not hinder the start`, { skip: notLinux }, async () => {
    const folder = await dataFolder();
    const { base, cluster } = dataFiles(folder);
    const child = stranger(script);
    whenDone(() => child.kill());
    const [line] = await once(child.stdout, 'data');
    const pid = Number(line);
    await until(() => isSo(pid));
    const file = [pid, cluster, 1_700_000_000, 5432, join(folder, 'nowhere'), '', '  1234567  1', 'ready'];
    writeFileSync(join(cluster, 'postmaster.pid'), `${file.join('\n')}\n`);
    mkdirSync(join(base, 'run'), { recursive: true });
    writeFileSync(join(base, 'run', '.s.PGSQL.5432.lock'), `${file.join('\n')}\n`);
    const db = await openEmbedded(folder);
    assert.notEqual(postmaster(folder), pid);
    await db.close();
  });
}

test('when PostgreSQL dies it is started again, work goes on, and listeners hear of the gap', {
  skip: notLinux,
}, async () => {
  const folder = await dataFolder();
  const db = await openEmbedded(folder);
  const gap = Promise.withResolvers<void>();
  await db.listen('news', () => undefined, gap.resolve);
  await db.execute('CREATE TABLE ledger (number int)');
  for (const victim of ['head', 'one backend'] as const) {
    const before = postmaster(folder);
    const [row] = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const underWay = db.query('SELECT pg_sleep(60)');
    process.kill(victim === 'head' ? before : (row?.pid ?? 0), 'SIGKILL');
    await assert.rejects(underWay, (error) => error instanceof DatabaseError && error.transient);
    // No waiting and no retry here: that is the pool's part.
    await db.transaction((tx) => tx.execute('INSERT INTO ledger VALUES (1)'));
    assert.equal(postmaster(folder) === before, victim === 'one backend');
  }
  await gap.promise;
  assert.deepEqual(await db.query('SELECT count(*) AS n FROM ledger'), [{ n: 2 }]);
  await db.close();
  assert.deepEqual(postgresOf(folder), []);
});

test('a data folder with a long path works, also after a crash, and its socket is private and removed', async () => {
  const prepared = await dataFolder();
  const folder = join(emptyFolder(), 'x'.repeat(60), 'ü'.repeat(40));
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  for (const name of readdirSync(prepared)) execFileSync('cp', ['-a', join(prepared, name), folder]);
  await kill(await startLedger(folder));
  const server = await startEmbedded(folder);
  whenDone(() => server.stop());
  const socketFolder = String(server.application.host);
  assert.ok(Buffer.byteLength(`${socketFolder}/.s.PGSQL.5432`) <= 107);
  assert.equal(statSync(socketFolder).mode & 0o777, 0o700);
  const db = openPool(server.application);
  whenDone(() => db.close());
  const killed = server.pid() ?? 0;
  process.kill(killed, 'SIGKILL');
  await until(() => server.pid() !== killed);
  assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
  await db.close();
  await server.stop();
  assert.ok(!existsSync(socketFolder));
});
