// The embedded PostgreSQL when all goes well, and what it refuses: first start, clean stop, locked and damaged folders.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
} from '../../test/kit/embedded.ts';
import { DatabaseStartError } from './database-error.ts';
import { dataFiles } from './embedded/data-files.ts';
import { startEmbedded } from './embedded.ts';
import { openPool } from './pool.ts';

afterEach(cleanUp);

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DatabaseStartError, `expected a DatabaseStartError, got ${String(error)}`);
  return error.message;
}

test('the first start makes the database: durable, on a socket only, and the application is no superuser', async () => {
  const folder = join(emptyFolder(tmpdir()), 'made', 'by the start, "quoted"');
  const db = await openEmbedded(folder);
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

test('a data folder that cannot be made is refused with a sentence, not a stack', async () => {
  const file = join(emptyFolder(), 'a-file');
  writeFileSync(file, '');
  const said = await Promise.all([file, join(file, 'below')].map((folder) => refusal(openEmbedded(folder))));
  for (const sentence of said) assert.match(sentence, /a-file.* cannot be used: .*CAUSEWAY_DATA/);
});

test('a first start that broke off is done again', async () => {
  const folder = emptyFolder();
  const { base } = dataFiles(folder);
  mkdirSync(join(base, 'cluster.new', 'base'), { recursive: true });
  writeFileSync(join(base, 'initdb-password'), 'left behind');
  writeFileSync(`${dataFiles(folder).passwords}.new`, '{"super');
  const db = await openEmbedded(folder);
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
  const db = await openEmbedded(folder);
  assert.deepEqual(await db.query('SELECT current_user AS me'), [{ me: 'causeway' }]);
  await db.close();
});

test('a clean stop leaves no process, no stale file, and an unlocked folder', { skip: notLinux }, async () => {
  const folder = await dataFolder();
  for (const round of [1, 2]) {
    const db = await openEmbedded(folder);
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
  const sentence = await refusal(openEmbedded(folder));
  assert.ok(sentence.includes(`(process ${ledger.child.pid}) already uses the data folder ${folder}`), sentence);
  await kill(ledger);
  const db = await openEmbedded(folder);
  assert.match(await refusal(openEmbedded(folder)), new RegExp(`process ${process.pid}`));
  await db.close();
});

test('Ctrl-C in a terminal reaches Causeway only', { skip: notLinux }, async () => {
  const folder = await dataFolder();
  const db = await openEmbedded(folder);
  const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[2];
  assert.notEqual(groupOf(postmaster(folder)), groupOf(process.pid));
  await db.close();
});

test('the environment of Causeway, where secrets are, does not reach PostgreSQL', { skip: notLinux }, async () => {
  const folder = await dataFolder();
  process.env.CAUSEWAY_MASTER_KEY = 'a secret';
  const db = await openEmbedded(folder);
  delete process.env.CAUSEWAY_MASTER_KEY;
  assert.ok(!readFileSync(`/proc/${postmaster(folder)}/environ`, 'utf8').includes('CAUSEWAY'));
  await db.close();
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
    assert.match(await refusal(openEmbedded(folder)), words);
    assert.match(await refusal(openEmbedded(folder)), words);
  });
}
