// Migrations: what is applied, and which databases are refused with which sentence.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { DatabaseStartError } from './database-error.ts';
import { migrate } from './migrate.ts';
import { openPool } from './pool.ts';

const FIRST = 'CREATE TABLE one (n int);\nINSERT INTO one VALUES (1);\n';
const SECOND = 'ALTER TABLE one ADD m int;\n';

let fresh: FreshDatabase;
let folder = '';
before(async () => {
  fresh = await freshDatabase();
});
after(() => fresh.close());
beforeEach(() => fresh.db.execute('DROP TABLE IF EXISTS one; DROP TABLE schema_migrations'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a folder of migrations with these files, instead of the one before. */
function put(files: Record<string, string>): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(join(tmpdir(), 'causeway-migrations-'));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
}

const run = () => migrate(fresh.db, { folder });

test('missing migrations are applied in order, once', async () => {
  put({ '0002-second.sql': SECOND, '0001-first.sql': FIRST });
  assert.deepEqual(await run(), ['0001-first', '0002-second']);
  assert.deepEqual(await run(), []);
  assert.deepEqual(await fresh.db.query('SELECT n, m FROM one'), [{ n: 1, m: null }]);
  put({ '0001-first.sql': FIRST, '0002-second.sql': SECOND, '0005-third.sql': 'UPDATE one SET m = 5' });
  assert.deepEqual(await run(), ['0005-third']);
});

test('several processes may migrate at once: one works, the others wait', async () => {
  put({ '0001-first.sql': `SELECT pg_sleep(0.2);\n${FIRST}`, '0002-second.sql': SECOND });
  const nodes = [1, 2, 3].map(() => openPool({ connectionString: fresh.config.url }));
  const applied = await Promise.all(nodes.map((node) => migrate(node, { folder })));
  await Promise.all(nodes.map((node) => node.close()));
  assert.deepEqual(applied.flat().sort(), ['0001-first', '0002-second']);
});

test('a checkout with CRLF line ends is the same migration', async () => {
  put({ '0001-first.sql': FIRST });
  await run();
  put({ '0001-first.sql': FIRST.replaceAll('\n', '\r\n') });
  assert.deepEqual(await run(), []);
});

const refusals: [string, Record<string, string>, Record<string, string>, RegExp][] = [
  [
    'a database that a newer Causeway has migrated',
    { '0001-first.sql': FIRST, '0002-second.sql': SECOND },
    { '0001-first.sql': FIRST },
    /migrated to 0002-second by a newer Causeway; this one knows only up to 0001-first/,
  ],
  [
    'a migration that was changed after it was applied',
    { '0001-first.sql': FIRST },
    { '0001-first.sql': SECOND },
    /0001-first .*changed since/,
  ],
  [
    'a migration that was removed after it was applied',
    { '0001-first.sql': FIRST, '0002-second.sql': SECOND, '0003-third.sql': '' },
    { '0001-first.sql': FIRST, '0003-third.sql': '' },
    /0002-second .*removed since/,
  ],
  [
    'a migration that comes before one that was applied',
    { '0002-second.sql': FIRST },
    { '0001-late.sql': FIRST, '0002-second.sql': FIRST },
    /0001-late comes before 0002-second/,
  ],
  ['two migrations with one number', {}, { '0001-a.sql': '', '0001-b.sql': '' }, /number 1\./],
  ['a migration without a number', {}, { 'first.sql': '' }, /first\.sql is not named NNNN-name\.sql/],
];
for (const [title, earlier, now, words] of refusals) {
  test(`${title} is refused with a sentence`, async () => {
    put(earlier);
    await run();
    put(now);
    await assert.rejects(run(), (error: unknown) => {
      assert.ok(error instanceof DatabaseStartError);
      assert.match(error.message, words);
      return true;
    });
  });
}

test('a migration that fails leaves nothing of itself, and keeps those before it', async () => {
  put({ '0001-first.sql': FIRST, '0002-bad.sql': 'UPDATE one SET n = 2; SELECT missing FROM one;' });
  await assert.rejects(run(), /0002-bad could not be applied; nothing of it remains\. .*42703/);
  assert.deepEqual(await fresh.db.query('SELECT n FROM one'), [{ n: 1 }]);
  put({ '0001-first.sql': FIRST, '0002-good.sql': 'UPDATE one SET n = 3' });
  assert.deepEqual(await run(), ['0002-good']);
});

test('the migrations of this program apply to an empty database', async () => {
  await fresh.db.execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  assert.ok((await migrate(fresh.db)).length > 0);
  assert.deepEqual(await migrate(fresh.db), []);
});
