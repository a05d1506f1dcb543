// The embedded PostgreSQL over its whole life: first start, crashes of either process, refusals, clean stop.
import assert from 'node:assert/strict';
import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, test } from 'node:test';
import { preparedDataFolder, scratchFolder } from '../../test/kit/database-server.ts';
import { type Database, openDatabase } from './connection.ts';
import { DatabaseError, DatabaseStartError } from './database-error.ts';
import { packagedBinaries } from './embedded/binaries.ts';
import { dataFiles } from './embedded/data-files.ts';
import { chooseLauncher } from './embedded/launcher.ts';
import { startEmbedded } from './embedded.ts';
import { openPool } from './pool.ts';

const isLinux = process.platform === 'linux' ? false : 'needs /proc';
const program = join(import.meta.dirname, '../../test/kit/ledger-program.ts');
const folders: string[] = [];
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A data folder with a finished database; removed after the test. */
async function dataFolder(): Promise<string> {
  const folder = await preparedDataFolder();
  folders.push(folder);
  return folder;
}

/** A folder that does not hold anything yet; removed after the test. */
function emptyFolder(below = scratchFolder()): string {
  const folder = mkdtempSync(join(below, 'causeway-first-'));
  folders.push(folder);
  return folder;
}

async function open(dir: string): Promise<Database> {
  const db = await openDatabase({ kind: 'embedded', dir });
  cleanups.push(() => db.close());
  return db;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DatabaseStartError, `expected a DatabaseStartError, got ${String(error)}`);
  return error.message;
}

/** The living processes whose working directory is the database of this folder. */
function postgresOf(folder: string): number[] {
  const { cluster } = dataFiles(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === cluster;
      } catch {
        return false;
      }
    });
}

function postmaster(folder: string): number {
  return Number.parseInt(readFileSync(join(dataFiles(folder).cluster, 'postmaster.pid'), 'utf8'), 10);
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); ) {
    assert.ok(Date.now() < deadline, 'the condition did not come true within twenty seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts the ledger program; resolves when it has the database open. `acknowledged` grows as it commits. */
async function startLedger(folder: string, mode = 'commit') {
  const child = spawn(process.execPath, [program, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const acknowledged: number[] = [];
  lines.on('line', (line) => {
    if (line !== 'ready') acknowledged.push(Number(line));
  });
  await once(lines, 'line', { signal: AbortSignal.timeout(20_000) });
  return { child, acknowledged, closed: once(child, 'close') };
}

async function kill(ledger: { child: ChildProcess; closed: Promise<unknown> }): Promise<void> {
  ledger.child.kill('SIGKILL');
  await ledger.closed;
}

test('the first start makes the database: durable, on a socket only, and the application is no superuser', async () => {
  const folder = join(emptyFolder(tmpdir()), 'made', 'by the start, "quoted"');
  const db = await open(folder);
  const facts =
    await db.query(`SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS commits, current_setting('full_page_writes') AS pages,
    current_setting('server_encoding') AS encoding, d.datlocprovider AS provider, d.datlocale AS locale, r.rolsuper AS super,
    r.rolcreatedb AS creates_databases, r.rolcreaterole AS creates_roles, d.datname AS name, d.datdba = r.oid AS owns_it
    FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`);
  await assert.rejects(db.execute(`COPY (SELECT 1) TO PROGRAM 'true'`), { code: '42501' });
  await db.close();
  assert.deepEqual(facts, [
    {
      ...{ addresses: '', fsync: 'on', commits: 'on', pages: 'on', encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8' },
      ...{ super: false, creates_databases: false, creates_roles: false, name: 'causeway', owns_it: true },
    },
  ]);
  assert.equal(statSync(dataFiles(folder).passwords).mode & 0o777, 0o600);
  assert.equal(statSync(dataFiles(folder).base).mode & 0o777, 0o700);
  assert.match(
    readFileSync(join(dataFiles(folder).cluster, 'pg_hba.conf'), 'utf8'),
    /^local +all +all +scram-sha-256$/m,
  );
});

test('a first start that broke off is done again', async () => {
  const folder = emptyFolder();
  const { base } = dataFiles(folder);
  mkdirSync(join(base, 'cluster.new', 'base'), { recursive: true });
  writeFileSync(join(base, 'initdb-password'), 'left behind');
  writeFileSync(`${dataFiles(folder).passwords}.new`, '{"super');
  const db = await open(folder);
  assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
  await db.close();
  assert.ok(!existsSync(join(base, 'cluster.new')) && !existsSync(join(base, 'initdb-password')));
});

test('a start that broke off between initdb and the application’s role is completed', async () => {
  const folder = await dataFolder();
  const server = await startEmbedded(folder);
  const admin = openPool(server.superuser);
  await admin.execute('DROP DATABASE causeway');
  await admin.execute('DROP ROLE causeway');
  await admin.close();
  await server.stop();
  const db = await open(folder);
  assert.deepEqual(await db.query('SELECT current_user AS me'), [{ me: 'causeway' }]);
  await db.close();
});

test('a clean stop leaves no process, no stale file, and an unlocked folder', { skip: isLinux }, async () => {
  const folder = await dataFolder();
  for (const round of [1, 2]) {
    const db = await open(folder);
    assert.deepEqual(await db.query('SELECT $1::int AS n', [round]), [{ n: round }]);
    assert.ok(postgresOf(folder).length > 0);
    await db.close();
    assert.deepEqual(postgresOf(folder), []);
    assert.ok(!existsSync(join(dataFiles(folder).cluster, 'postmaster.pid')));
  }
});

test('a second Causeway on the same folder is refused with a sentence that names the first', async () => {
  const folder = await dataFolder();
  const ledger = await startLedger(folder);
  const sentence = await refusal(open(folder));
  assert.ok(sentence.includes(`(process ${ledger.child.pid}) already uses the data folder ${folder}`), sentence);
  await kill(ledger);
  const db = await open(folder);
  assert.match(await refusal(open(folder)), new RegExp(`process ${process.pid}`));
  await db.close();
});

test('kill -9 during commits, again and again: the next start works and no acknowledged commit is lost', async () => {
  const folder = await dataFolder();
  const acknowledged: number[] = [];
  for (const commits of [0, 1, 5, 60, 300, 1000]) {
    const ledger = await startLedger(folder);
    await until(() => ledger.acknowledged.length >= commits);
    await kill(ledger);
    acknowledged.push(...ledger.acknowledged);
  }
  const db = await open(folder);
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
  const skip = isLinux || (!existsSync('/usr/bin/setpriv') && 'needs setpriv');
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
  cleanups.push(() => orphan.kill('SIGQUIT'));
  await until(() => existsSync(join(files.base, 'run', '.s.PGSQL.5432')));
  return orphan;
}

test('a PostgreSQL that outlived its Causeway is stopped, and a new one started', { skip: isLinux }, async () => {
  const folder = await dataFolder();
  const orphan = await startOrphan(folder);
  assert.equal(postmaster(folder), orphan.pid);
  const ended = once(orphan, 'exit');
  const db = await open(folder);
  await ended;
  assert.notEqual(postmaster(folder), orphan.pid);
  await db.close();
});

test('processes of a PostgreSQL whose head was killed are gone before a new one starts', {
  skip: isLinux,
}, async () => {
  const folder = await dataFolder();
  const orphan = await startOrphan(folder);
  const before = postgresOf(folder);
  const ended = once(orphan, 'exit');
  orphan.kill('SIGKILL');
  await ended;
  const db = await open(folder);
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
  test(`a postmaster.pid that names ${title} does not hinder the start`, { skip: isLinux }, async () => {
    const folder = await dataFolder();
    const { base, cluster } = dataFiles(folder);
    const child = stranger(script);
    cleanups.push(() => child.kill());
    const [line] = await once(child.stdout, 'data');
    const pid = Number(line);
    await until(() => isSo(pid));
    const file = [pid, cluster, 1_700_000_000, 5432, join(folder, 'nowhere'), '', '  1234567  1', 'ready'];
    writeFileSync(join(cluster, 'postmaster.pid'), `${file.join('\n')}\n`);
    mkdirSync(join(base, 'run'), { recursive: true });
    writeFileSync(join(base, 'run', '.s.PGSQL.5432.lock'), `${file.join('\n')}\n`);
    const db = await open(folder);
    assert.notEqual(postmaster(folder), pid);
    await db.close();
  });
}

test('when PostgreSQL dies it is started again, work goes on, and listeners hear of the gap', {
  skip: isLinux,
}, async () => {
  const folder = await dataFolder();
  const db = await open(folder);
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

test('Ctrl-C in a terminal reaches Causeway only', { skip: isLinux }, async () => {
  const folder = await dataFolder();
  const db = await open(folder);
  const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[2];
  assert.notEqual(groupOf(postmaster(folder)), groupOf(process.pid));
  await db.close();
});

test('the environment of Causeway, where secrets are, does not reach PostgreSQL', { skip: isLinux }, async () => {
  const folder = await dataFolder();
  process.env.CAUSEWAY_MASTER_KEY = 'a secret';
  const db = await open(folder);
  delete process.env.CAUSEWAY_MASTER_KEY;
  assert.ok(!readFileSync(`/proc/${postmaster(folder)}/environ`, 'utf8').includes('CAUSEWAY'));
  await db.close();
});

test('a data folder with a long path works, also after a crash, and its socket is private and removed', async () => {
  const prepared = await dataFolder();
  const folder = join(emptyFolder(), 'x'.repeat(60), 'ü'.repeat(40));
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  for (const name of readdirSync(prepared)) execFileSync('cp', ['-a', join(prepared, name), folder]);
  const ledger = await startLedger(folder);
  const earlierSocket = readFileSync(join(dataFiles(folder).cluster, 'postmaster.pid'), 'utf8').split('\n')[4] ?? '';
  process.kill(postmaster(folder), 'SIGSTOP');
  await kill(ledger);
  process.kill(postmaster(folder), 'SIGCONT');
  const server = await startEmbedded(folder);
  cleanups.push(() => server.stop());
  const socketFolder = String(server.application.host);
  assert.ok(Buffer.byteLength(`${socketFolder}/.s.PGSQL.5432`) <= 107);
  assert.equal(statSync(socketFolder).mode & 0o777, 0o700);
  assert.ok(!existsSync(earlierSocket));
  const db = openPool(server.application);
  cleanups.unshift(() => db.close());
  const killed = server.pid() ?? 0;
  process.kill(killed, 'SIGKILL');
  await until(() => server.pid() !== killed);
  assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
  await db.close();
  await server.stop();
  assert.ok(!existsSync(socketFolder));
});

const damages: [string, (folder: string) => void, RegExp][] = [
  [
    'by another version of PostgreSQL',
    (folder) => writeFileSync(join(dataFiles(folder).cluster, 'PG_VERSION'), '17\n'),
    /made by PostgreSQL 17, and this Causeway brings PostgreSQL 18/,
  ],
  ['without its passwords', (folder) => rmSync(dataFiles(folder).passwords), /postgres-passwords\.json is missing/],
  [
    'with the passwords of another one',
    (folder) => writeFileSync(dataFiles(folder).passwords, '{"superuser":"x","application":"y"}'),
    /do not belong together/,
  ],
  [
    'that PostgreSQL cannot read',
    (folder) => renameSync(join(dataFiles(folder).cluster, 'global'), join(dataFiles(folder).cluster, 'globe')),
    /does not start .*It says: .*global/,
  ],
];
for (const [title, damage, words] of damages) {
  test(`a database ${title} is refused with a sentence, and the folder is unlocked`, async () => {
    const folder = await dataFolder();
    damage(folder);
    assert.match(await refusal(open(folder)), words);
    assert.match(await refusal(open(folder)), words);
  });
}
