// Positions survive a backup that is restored into another server, whose transaction ids have nothing to do with the first's.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { hasPeer } from '../../scripts/debian-peers.ts';
import { openDatabase } from '../../src/db/connection.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openPool } from '../../src/db/pool.ts';
import type { Deps } from '../../src/deps.ts';
import { takeBatch } from '../../src/store/dataset-positions.ts';
import { insertInstitution } from '../../src/store/institutions.ts';
import { startDebianPostgres } from '../kit/debian-postgres.ts';
import { institutionOf, openWindowKit, putConnections } from './windows-kit.ts';
import {
  checkWindows,
  type Ledger,
  poorClock,
  runSender,
  runWriter,
  type SentWindow,
  seeded,
} from './windows-writers.ts';

test('across a backup restored into another server, every record is in exactly one window', {
  skip: hasPeer('PostgreSQL 15') ? false : 'PostgreSQL 15 is not on this machine',
  timeout: 300_000,
}, async () => {
  await using kit = await openWindowKit();
  const { institution } = kit;
  await using servers = new AsyncDisposableStack();
  const start = async () => {
    const server = await startDebianPostgres();
    if (!server) throw new Error('there is no PostgreSQL of Debian');
    servers.defer(() => server.stop());
    return server.url;
  };
  const [first, second] = [await start(), await start()];
  const random = seeded(11);
  const ledger: Ledger = new Map();
  const sent: SentWindow[] = [];
  const work = async (url: string, name: string) => {
    await using db = openPool({ connectionString: url }, { poolSize: 24 });
    const deps = { ...kit.deps, db, clock: poorClock(random) };
    let over = false;
    const sending = runSender(deps, institution, sent, { isOver: () => over, random });
    const writers = Array.from({ length: 20 }, (_, at) =>
      runWriter(deps, institution, ledger, { name: `${name}${at}`, transactions: 6, random }),
    );
    try {
      await Promise.all(writers);
    } finally {
      over = true;
      await sending;
    }
  };

  {
    await using db = await openDatabase({ kind: 'postgres', url: first });
    await migrate(db);
    await db.transaction((tx) => insertInstitution(tx, institution));
    await useUpTransactionIds(db);
  }
  await work(first, 'before');
  await using source = await openDatabase({ kind: 'postgres', url: first });
  // Two writers are in the middle of their work when the backup is taken: the one has its number, the other has not.
  const unfinished = new Error('never committed');
  await source
    .transaction(async (tx) => {
      const batch = await takeBatch(tx, institution.id, 'connections');
      await putConnections(tx, kit.deps, institution.id, batch, [{ externalId: 'unfinished' }]);
      await backup(first, second);
      throw unfinished;
    })
    .catch((error: unknown) => assert.equal(error, unfinished));
  await using restored = await openDatabase({ kind: 'postgres', url: second });
  assert.ok((await transactionId(restored)) + 50_000 < (await transactionId(source)), 'transaction ids began anew');
  assert.deepEqual(await institutionOf(restored, institution.id), institution);
  await work(second, 'after');
  checkWindows(ledger, sent);
  const ids = new Set([...ledger.values()].flatMap((written) => [...written.keys()]));
  for (const when of ['before', 'after'])
    assert.ok(
      [...ids].filter((id) => id.startsWith(when)).length > 100,
      `many records were written ${when} the restore`,
    );
});

async function transactionId(db: Deps['db']): Promise<number> {
  const row = await db.queryOne<{ id: string }>('select pg_current_xact_id()::text as id');
  return Number(row?.id);
}

/** Each block with an exception handler that writes takes a transaction id of its own. */
async function useUpTransactionIds(db: Deps['db']): Promise<void> {
  await db.execute('create table used_up (n int)');
  await db.execute(`do $$ begin
    for n in 1..100000 loop
      begin insert into used_up values (n); exception when division_by_zero then null; end;
    end loop; end $$`);
  await db.execute('drop table used_up');
}

/** pg_dump of the one server into psql of the other. */
async function backup(from: string, to: string): Promise<void> {
  const folder = '/usr/lib/postgresql/15/bin';
  const dump = spawn(`${folder}/pg_dump`, [from], { stdio: ['ignore', 'pipe', 'inherit'] });
  const restore = spawn(`${folder}/psql`, ['-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', to], {
    stdio: [dump.stdout, 'inherit', 'inherit'],
  });
  const ended = await Promise.all([once(dump, 'exit'), once(restore, 'exit')]);
  assert.deepEqual(
    ended.map(([code]) => code as unknown),
    [0, 0],
  );
}
