// Windows in commit order: with many writers at once, nothing is lost and nothing is sent twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPool } from '../../src/db/pool.ts';
import { openWindowKit } from './windows-kit.ts';
import {
  checkWindows,
  type Ledger,
  poorClock,
  runSender,
  runWriter,
  type SentWindow,
  seeded,
} from './windows-writers.ts';

for (const seed of [1, 2, 3])
  test(`with 20 writers, long transactions, roll-backs, failed cuts and a clock that goes back, every record is in exactly one window (seed ${seed})`, async () => {
    await using kit = await openWindowKit();
    const { institution } = kit;
    const random = seeded(seed);
    await using db = openPool({ connectionString: kit.deps.databaseUrl }, { poolSize: 24 });
    const deps = { ...kit.deps, db, clock: poorClock(random) };
    const ledger: Ledger = new Map();
    const sent: SentWindow[] = [];
    let over = false;
    const sending = runSender(deps, institution, sent, { isOver: () => over, random });
    const writers = Array.from({ length: 20 }, (_, at) =>
      runWriter(deps, institution, ledger, { name: `w${at}`, transactions: 12, random }),
    );
    try {
      await Promise.all(writers);
    } finally {
      over = true;
      await sending;
    }
    checkWindows(ledger, sent);
    assert.ok(sent.length > 5, 'several windows were cut while the writers wrote');
    assert.ok(ledger.size > 100);
  });
