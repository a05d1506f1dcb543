// A program for tests to kill: opens the embedded database of a data folder and commits numbers, one row each, in four lanes.
// Invariant: a number is printed only after its commit was confirmed.
import { openDatabase } from '../../src/db/connection.ts';

const [dir = '', mode = 'commit'] = process.argv.slice(2);
const db = await openDatabase({ kind: 'embedded', dir });
await db.execute(
  'CREATE TABLE IF NOT EXISTS ledger (number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, filler text)',
);
process.stdout.write('ready\n');
if (mode === 'exit') process.exit(0);

await Promise.all(
  [1, 2, 3, 4].map(async () => {
    for (;;) {
      const number = await db.transaction(async (tx) => {
        const row = await tx.queryOne<{ number: number }>(
          `INSERT INTO ledger (filler) VALUES (repeat('x', 500)) RETURNING number`,
        );
        return row?.number;
      });
      process.stdout.write(`${number}\n`);
    }
  }),
);
