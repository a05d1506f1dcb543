// What the rest of the program relies on when it talks to the database, on a real PostgreSQL.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { databaseErrorOf as errorOf } from '../../test/kit/database-errors.ts';
import { until } from '../../test/kit/embedded.ts';
import { type Database, openDatabase, type Tx } from './connection.ts';
import { DatabaseStartError, isUniqueViolation } from './database-error.ts';
import { openPool } from './pool.ts';

let fresh: FreshDatabase;
let db: Database;

before(async () => {
  fresh = await freshDatabase();
  db = fresh.db;
  await db.execute('CREATE TABLE person (id bigint PRIMARY KEY, phone text NOT NULL CONSTRAINT one_phone UNIQUE)');
});
after(() => fresh.close());

const SECRET = '+1 212 555 0143';

const values: [string, string, unknown][] = [
  ['a bigint is a number', '9007199254740991::bigint', 9007199254740991],
  ['count(*) is a number', 'count(*)', 1],
  ['a numeric is text', '1.50::numeric', '1.50'],
  ['a date is text', "'2026-03-08'::date", '2026-03-08'],
  ['a timestamptz is a Date', "'2026-03-08 02:30:00-05'::timestamptz", new Date('2026-03-08T07:30:00Z')],
  ['an array of bigint is numbers', 'ARRAY[1, NULL]::bigint[]', [1, null]],
  ['an array of date is text', "ARRAY['2026-03-08']::date[]", ['2026-03-08']],
  ['an array of numeric is text', 'ARRAY[0.10]::numeric[]', ['0.10']],
  [
    'an array of uuid is text',
    "ARRAY['00000000-0000-7000-8000-000000000000']::uuid[]",
    ['00000000-0000-7000-8000-000000000000'],
  ],
  ['json is parsed', `'{"a": [1]}'::jsonb`, { a: [1] }],
  ['bytea is a Buffer', "'\\x00ff'::bytea", Buffer.from([0, 255])],
];
for (const [title, expression, expected] of values) {
  test(title, async () => {
    assert.deepEqual(await db.query(`SELECT ${expression} AS value`), [{ value: expected }]);
  });
}

test('a bigint that no number can hold is an error, not a rounded number', async () => {
  const error = await errorOf(db.query('SELECT 9007199254740993::bigint'));
  assert.equal(error.code, '22003');
});

test('queryOne gives the row, or null, and refuses two', async () => {
  assert.deepEqual(await db.queryOne('SELECT 1 AS n'), { n: 1 });
  assert.equal(await db.queryOne('SELECT 1 WHERE false'), null);
  assert.equal((await errorOf(db.queryOne('SELECT generate_series(1, 2)'))).code, '21000');
});

const leaks: [string, string, string][] = [
  ['a violated unique constraint', `INSERT INTO person VALUES (1, '${SECRET}'), (2, '${SECRET}')`, '23505'],
  ['a value of the wrong type', 'SELECT $1::text::integer', '22P02'],
  ['a missing value', 'INSERT INTO person SELECT NULL, $1::text', '23502'],
];
for (const [title, sql, code] of leaks) {
  test(`${title} is reported by code and place, without the value`, async () => {
    const error = await errorOf(db.query(sql, sql.includes('$1') ? [SECRET] : undefined));
    assert.equal(error.code, code);
    assert.ok(!JSON.stringify([{ ...error, statement: '' }, error.message, error.stack]).includes(SECRET));
    assert.equal(error.cause, undefined);
  });
}

test('a unique violation is recognised by the name of its constraint', async () => {
  const error = await errorOf(db.execute('INSERT INTO person VALUES (1, $1), (2, $1)', [SECRET]));
  const answers = [isUniqueViolation(error, 'one_phone'), isUniqueViolation(error), isUniqueViolation(error, 'other')];
  assert.deepEqual([answers, error.table], [[true, true, false], 'person']);
});

const phones = async () =>
  (await db.query<{ phone: string }>('SELECT phone FROM person ORDER BY id')).map((row) => row.phone);

test('a transaction that throws leaves nothing, and its hooks do not run', async () => {
  const hooks: string[] = [];
  const work = db.transaction(async (tx) => {
    tx.afterCommit(() => void hooks.push('ran'));
    await tx.execute('INSERT INTO person VALUES (1, $1)', ['a']);
    throw new RangeError('stop');
  });
  await assert.rejects(work, RangeError);
  assert.deepEqual([await phones(), hooks], [[], []]);
});

test('hooks run in order after the commit, when others can see the rows, and a failing hook harms nobody', async () => {
  const seen: unknown[] = [];
  const value = await db.transaction(async (tx) => {
    tx.afterCommit(async () => void seen.push(await phones()));
    tx.afterCommit(() => {
      throw new Error('a hook fails');
    });
    tx.afterCommit(() => void seen.push('last'));
    await tx.execute('INSERT INTO person VALUES (1, $1)', ['a']);
    return 'value';
  });
  assert.deepEqual([value, seen], ['value', [['a'], 'last']]);
  await db.execute('DELETE FROM person');
});

test('an error that was swallowed in a transaction does not pass for a commit', async () => {
  const work = db.transaction(async (tx) => {
    await tx.execute('INSERT INTO person VALUES (1, $1)', ['a']);
    await tx.execute('SELECT 1 / 0').catch(() => undefined);
  });
  assert.equal((await errorOf(work)).code, '25P02');
  assert.deepEqual(await phones(), []);
});

test('a savepoint fails alone, with its hooks', async () => {
  const hooks: string[] = [];
  await db.transaction(async (tx) => {
    await tx.execute('INSERT INTO person VALUES (1, $1)', ['a']);
    const inner = tx.savepoint(async () => {
      tx.afterCommit(() => void hooks.push('inner'));
      await tx.execute('INSERT INTO person VALUES (2, $1)', ['a']);
    });
    assert.ok(isUniqueViolation(await errorOf(inner)));
    tx.afterCommit(() => void hooks.push('outer'));
    await tx.execute('INSERT INTO person VALUES (3, $1)', ['b']);
  });
  assert.deepEqual([await phones(), hooks], [['a', 'b'], ['outer']]);
  await db.execute('DELETE FROM person');
});

test('a transaction cannot be used after its end', async () => {
  let kept: Tx | undefined;
  await db.transaction(async (tx) => {
    kept = tx;
  });
  assert.ok(kept);
  assert.equal((await errorOf(kept.query('SELECT 1'))).code, '25000');
});

test('a transaction is read-only and isolated when asked', async () => {
  const options = { isolation: 'repeatable read', readOnly: true } as const;
  const work = db.transaction((tx) => tx.execute('INSERT INTO person VALUES (1, $1)', ['a']), options);
  assert.equal((await errorOf(work)).code, '25006');
});

test('a commit whose answer never came is neither a success nor something to try again blindly', async () => {
  const work = db.transaction(async (tx) => {
    await tx.execute(`CREATE TEMP TABLE slow (id int) ON COMMIT DROP`);
    await tx.execute(`CREATE FUNCTION pg_temp.cut() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END'`);
    await tx.execute(`CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION pg_temp.cut()`);
    await tx.execute('INSERT INTO slow VALUES (1)');
  });
  const error = await errorOf(work);
  assert.deepEqual([error.code, error.transient], ['08007', false]);
  assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
});

test('what a session leaves behind is gone with it', async () => {
  const pid = await db.session(async (session) => {
    await session.execute('CREATE TEMP TABLE mine (n int)');
    await session.execute('SET work_mem = 65536');
    return (await session.queryOne<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid;
  });
  await until(async () => (await db.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).length === 0);
});

test('a connection that was left in a transaction does not go back to the pool', async () => {
  await db.execute('BEGIN; CREATE TEMP TABLE leaked (n int)');
  assert.deepEqual(await db.query(`SELECT to_regclass('leaked') AS found`), [{ found: null }]);
});

test('a listener hears messages, and after a lost connection says that it may have missed some', async () => {
  const heard: string[] = [];
  const changed = new EventTarget();
  const note = (what: string) => {
    heard.push(what);
    changed.dispatchEvent(new Event('heard'));
  };
  const stop = await db.listen('news "quoted"', note, () => note('gap'));
  const next = () => once(changed, 'heard', { signal: AbortSignal.timeout(10_000) });
  let hearing = next();
  await db.query('SELECT pg_notify($1, $2)', ['news "quoted"', 'one']);
  await hearing;
  hearing = next();
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
  );
  await hearing;
  hearing = next();
  await db.query('SELECT pg_notify($1, $2)', ['news "quoted"', 'two']);
  await hearing;
  await stop();
  assert.deepEqual(heard, ['one', 'gap', 'two']);
});

test('a closed database refuses work, and may be closed twice', async () => {
  const other = await openDatabase(fresh.config);
  await other.close();
  await other.close();
  assert.equal((await errorOf(other.query('SELECT 1'))).code, '57P01');
  assert.equal((await errorOf(other.session(async () => 1))).code, '57P01');
});

test('connections are in UTC with ISO dates and durable commits, whatever the role is set to', async () => {
  const settings = `SELECT current_setting('timezone') AS zone, current_setting('datestyle') AS dates,
    current_setting('synchronous_commit') AS commits, current_setting('application_name') AS name`;
  const url = new URL(fresh.config.url);
  url.searchParams.set('options', '-c timezone=Asia/Kolkata -c datestyle=SQL,DMY -c synchronous_commit=off');
  const strange = openPool({ connectionString: url.href });
  const expected = [{ zone: 'UTC', dates: 'ISO, YMD', commits: 'on', name: 'causeway' }];
  assert.deepEqual(await strange.query(settings), expected);
  assert.deepEqual(await strange.session((session) => session.query(settings)), expected);
  await strange.close();
});

const refusals: [string, (url: URL) => string, RegExp][] = [
  ['an address of something else', () => 'mysql://user:geheim@host/db', /CAUSEWAY_DATABASE_URL/],
  ['a wrong password', (url) => Object.assign(url, { password: 'geheim' }).href, /refuses the user or the password/],
  ['a database that is not there', (url) => Object.assign(url, { pathname: '/nowhere' }).href, /does not exist/],
];
for (const [title, change, words] of refusals) {
  test(`${title} ends the start with a sentence that holds no password`, async () => {
    const opening = openDatabase({ kind: 'postgres', url: change(new URL(fresh.config.url)) });
    await assert.rejects(opening, (error: unknown) => {
      assert.ok(error instanceof DatabaseStartError);
      assert.match(error.message, words);
      assert.ok(!error.message.includes('geheim'));
      return true;
    });
  });
}
