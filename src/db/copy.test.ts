// COPY in both directions on a real PostgreSQL, when all goes well and when either side breaks off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { databaseErrorOf as errorOf } from '../../test/kit/database-errors.ts';
import type { Database, Tx } from './connection.ts';
import { copyIn, copyOut } from './copy.ts';
import { linesOf, toItsEnd } from './copy-lines.ts';
import { recordsOf } from './copy-records.ts';

let fresh: FreshDatabase;
let db: Database;

before(async () => {
  fresh = await freshDatabase();
  db = fresh.db;
  await db.execute('CREATE TABLE person (id bigint PRIMARY KEY, phone text NOT NULL)');
});
after(() => fresh.close());

const SECRET = '+1 212 555 0143';

async function* rows(count: number, last?: () => Buffer): AsyncGenerator<Buffer> {
  for (let n = 1; n <= count; n += 1) yield Buffer.from(`${n}\tphone ${n}\n`);
  if (last) yield last();
}

test('COPY brings rows in and out, however the bytes are cut', async () => {
  await db.session(async (session) => {
    await session.execute('CREATE TEMP TABLE staged (id bigint, phone text)');
    assert.equal(await copyIn(session, 'COPY staged FROM STDIN', rows(5000)), 5000);
    const chunks: Buffer[] = [];
    for await (const chunk of copyOut(session, 'COPY (SELECT * FROM staged ORDER BY id) TO STDOUT')) chunks.push(chunk);
    const expected: Buffer[] = [];
    for await (const chunk of rows(5000)) expected.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(Buffer.concat(expected)));
    assert.deepEqual(await session.query('SELECT count(*) AS n FROM staged'), [{ n: 5000 }]);
  });
});

test('a source that fails aborts its COPY: no row stays, and the error is its own', async () => {
  const failing = rows(5000, () => {
    throw new RangeError('the source failed');
  });
  await assert.rejects(
    db.transaction((tx) => copyIn(tx, 'COPY person FROM STDIN', failing)),
    RangeError,
  );
  await db.session(async (session) => {
    await assert.rejects(
      copyIn(
        session,
        'COPY person FROM STDIN',
        rows(10, () => {
          throw new RangeError('the source failed');
        }),
      ),
      RangeError,
    );
    assert.deepEqual(await session.query('SELECT count(*) AS n FROM person'), [{ n: 0 }]);
  });
});

test('a row that COPY refuses is named by its line and column, not by its value', async () => {
  const bad = rows(3, () => Buffer.from(`${SECRET}\tx\n`));
  const error = await errorOf(db.transaction((tx) => copyIn(tx, 'COPY person FROM STDIN', bad)));
  assert.equal(error.code, '22P02');
  assert.match(error.message, /COPY line 4, column id/);
  assert.ok(!error.message.includes(SECRET));
});

test('a COPY whose connection breaks off is an error, in both directions', { timeout: 20_000 }, async () => {
  async function* endless(kill: () => Promise<unknown>): AsyncGenerator<Buffer> {
    yield* rows(1000);
    await kill();
    for (;;) yield Buffer.alloc(65536, '1\tx\n');
  }
  const pidOf = async (on: Tx) => (await on.queryOne<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid;
  const incoming = db.transaction(async (tx) => {
    const pid = await pidOf(tx);
    return copyIn(
      tx,
      'COPY person FROM STDIN',
      endless(() => db.query('SELECT pg_terminate_backend($1)', [pid])),
    );
  });
  assert.match((await errorOf(incoming)).code, /^(57P01|08006|EPIPE|ECONNRESET)$/);
  const outgoing = db.transaction(async (tx) => {
    const pid = await pidOf(tx);
    let killed = false;
    for await (const _ of copyOut(
      tx,
      'COPY (SELECT a.relname FROM pg_class a, pg_class b, pg_class c, pg_class d) TO STDOUT',
    )) {
      if (!killed) await db.query('SELECT pg_terminate_backend($1)', [pid]);
      killed = true;
    }
  });
  assert.match((await errorOf(outgoing)).code, /^(57P01|08006|EPIPE|ECONNRESET)$/);
  assert.deepEqual(await db.query('SELECT id FROM person'), []);
});

test('leaving a COPY early breaks its connection off, and the pool goes on with another', async () => {
  const left = db.transaction(async (tx) => {
    for await (const _ of copyOut(
      tx,
      'COPY (SELECT a.relname FROM pg_class a, pg_class b, pg_class c, pg_class d) TO STDOUT',
    ))
      break;
  });
  await assert.rejects(left);
  assert.deepEqual(await db.query('SELECT 1 AS n'), [{ n: 1 }]);
});

test('work on the lines of a COPY that fails leaves the session whole when they are read to their end', async () => {
  await db.session(async (session) => {
    const lines = linesOf(copyOut(session, 'COPY (SELECT n FROM generate_series(1, 300000) n) TO STDOUT'));
    let looked = 0;
    const work = async () => {
      for await (const _ of toItsEnd(lines)) if (++looked === 3) throw new RangeError('the work failed');
    };
    await assert.rejects(work, { message: 'the work failed' });
    assert.deepEqual([looked, await session.query('SELECT 1 AS n')], [3, [{ n: 1 }]]);
  });
  const failing = async function* () {
    yield 1;
    throw new RangeError('the source failed');
  };
  const items: number[] = [];
  await assert.rejects(
    async () => {
      for await (const item of toItsEnd(failing())) items.push(item);
    },
    { message: 'the source failed' },
  );
  assert.deepEqual(items, [1]);
});

test('records of the binary format are the same, however their bytes are cut', async () => {
  await db.session(async (session) => {
    const chunks: Buffer[] = [];
    const sql = `COPY (
      SELECT n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE repeat('é', n) END AS text, decode(repeat('00ff', n % 5), 'hex') AS bytes
      FROM generate_series(0, 40) n ORDER BY n) TO STDOUT (FORMAT binary)`;
    for await (const chunk of copyOut(session, sql)) chunks.push(chunk);
    const all = Buffer.concat(chunks);
    const expected = Array.from({ length: 41 }, (_, n) => [
      n,
      n % 3 === 0 ? null : n % 3 === 1 ? '' : 'é'.repeat(n),
      '00ff'.repeat(n % 5),
    ]);
    async function* inPieces(size: number): AsyncGenerator<Buffer> {
      for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
    }
    for (const size of [...Array.from({ length: 64 }, (_, less) => less + 1), 500, all.length]) {
      const found: unknown[] = [];
      for await (const [n, text, bytes] of recordsOf(inPieces(size)))
        found.push([n?.readInt32BE(), text?.toString() ?? null, bytes?.toString('hex')]);
      assert.deepEqual(found, expected, `pieces of ${size} bytes`);
    }
  });
});
