// Which servers are refused or warned of. The facts are given here, because no server as old or as unsafe is at hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryableOf } from './driver-client.ts';
import { checkServer } from './server-check.ts';

const good = { version: '150004', encoding: 'UTF8', fsync: 'on', full_page_writes: 'on' };

async function check(facts: Partial<typeof good>): Promise<string[]> {
  const warnings: string[] = [];
  const ignore = () => undefined;
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (fields: object) => void warnings.push(JSON.stringify(fields)),
  };
  const db = queryableOf(async () => ({ rows: [{ ...good, ...facts }], rowCount: 1, command: 'SELECT' }));
  await checkServer(db, { connectionString: 'postgres://user:geheim@db.example:6543/causeway' }, log);
  return warnings;
}

test('PostgreSQL 15 and later are accepted in silence', async () => {
  assert.deepEqual([await check({}), await check({ version: '180004' })], [[], []]);
});

const refusals: [string, Partial<typeof good>, RegExp][] = [
  [
    'a PostgreSQL older than 15',
    { version: '140012' },
    /^The PostgreSQL at db\.example:6543\/causeway is version 14, /,
  ],
  ['a database that is not in UTF-8', { encoding: 'SQL_ASCII' }, /has the encoding SQL_ASCII, and Causeway needs UTF8/],
];
for (const [title, facts, words] of refusals) {
  test(`${title} is refused with a sentence`, () => assert.rejects(check(facts), { message: words }));
}

test('a server that may lose data when power fails is warned of', async () => {
  assert.deepEqual(await check({ fsync: 'off' }), ['{"fsync":"off","full_page_writes":"on"}']);
});
